"""Keys that arithmetic decides are found again here by search or simulation of the condition, not by the formula of the rationale."""

import math
import statistics
from fractions import Fraction
from itertools import product

import pytest

from tests.unit.bank.bank import items

KEYS = {item.code: item.key for item in items() if item.kind == "numeric"}
OPTIONS = {item.code: {option.id: option.text for option in item.options} for item in items()}
ANY_KEY = {item.code: item.key for item in items()}


def crosses(place: int) -> bool:
    """Whether |x² − 9| passes through 5 between two neighbouring points of a grid with the step 1/7."""
    left, right = (abs(Fraction(x, 7) ** 2 - 9) - 5 for x in (place, place + 1))
    return left == 0 or left * right < 0


FOUND = {
    "ПРЕД-1-01": Fraction(2400) * Fraction(125, 100) * Fraction(80, 100),
    "ПРЕД-1-02": next(fresh for fresh in range(1, 200) if Fraction(18, 120) * fresh == Fraction(15, 2)),
    "ПРЕД-1-03": next(hours for hours in range(1, 100) if Fraction(1, hours) + Fraction(1, hours + 5) == Fraction(1, 6)),
    "ПРЕД-1-04": next(speed for speed in range(3, 100) if Fraction(48, speed + 2) + Fraction(48, speed - 2) == 7),
    "ПРЕД-2-01": 180 - (180 - 110) - 45,
    "ПРЕД-2-02": math.dist((5, 0), (0, 12)),
    "ПРЕД-2-03": 9 + (6 + 8) + next(side for side in range(1, 50) if Fraction(9, side) == Fraction(6, 8)),
    "ПРЕД-2-04": next(chord for chord in range(1, 100) if 8 * (8 + chord) == 12**2),
    "ПРЕД-3-01": next(k for k in range(-20, 20) if -3 + 2 * k == 5),
    "ПРЕД-3-02": min(x * x - 6 * x + 11 for x in range(-20, 20)),
    "ПРЕД-3-03": next(b for b in range(-20, 20) if min(x * x + 3 - 2 * x - b for x in range(-20, 20)) == 0),
    "ПРЕД-3-04": sum(crosses(place) for place in range(-60, 60)),
    "ПРЕД-4-01": statistics.median([12, 5, 8, 14, 7, 9]),
    "ПРЕД-4-02": statistics.mean([12] * 5 + [24]),
    "ПРЕД-4-03": Fraction(sum(toss.count("о") == 2 for toss in product("ор", repeat=3)), 8),
    "ПРЕД-4-04": Fraction(sum(min(shots) <= 4 for shots in product(range(1, 6), repeat=2)), 25),
    "МЕТ-3-01": Fraction(100 * (6 + 9), 6 + 9 + 7 + 2),
    "МЕТ-3-02": 50 * statistics.mean([2] * 12 + [1] * 9 + [0] * 9),
    "МЕТ-3-03": next(error for error in range(1, 11) if Fraction(100 - error**2, 100) == Fraction(84, 100)),
    "МЕТ-3-04": next(score for score in range(100) if Fraction(score - 50, 12) == Fraction(74 - 62, 8)),
}


def option(code: str) -> str:
    """The text of the right option."""
    return OPTIONS[code][ANY_KEY[code]]


def right_texts(code: str) -> set[str]:
    """The texts of the right options."""
    return {OPTIONS[code][letter] for letter in ANY_KEY[code]}


def test_every_numeric_key_is_found_again() -> None:
    assert FOUND.keys() == KEYS.keys()


@pytest.mark.parametrize("code", FOUND)
def test_a_numeric_key_is_what_the_condition_gives(code: str) -> None:
    assert float(FOUND[code]) == pytest.approx(KEYS[code]["value"], abs=1e-9)


def test_the_orders_of_numbers_are_the_orders_of_their_values() -> None:
    near_pi = {"√10": math.sqrt(10), "3,(14)": 311 / 99, "22/7": 22 / 7, "π": math.pi}
    values = near_pi | {"10⁹": 10**9, "3²⁰": 3**20, "4¹⁴": 4**14, "2³⁰": 2**30}
    for code in ("ПРЕД-1-09", "ПРЕД-1-10"):
        ordered = [values[OPTIONS[code][letter]] for letter in ANY_KEY[code]]
        assert ordered == sorted(ordered)


def test_choices_with_numbers_are_what_the_condition_gives() -> None:
    assert int(option("ПРЕД-1-06")) == sum(x * x - 5 * x - 6 < 0 for x in range(-50, 50))
    assert option("ПРЕД-2-08") == f"{Fraction(54) * Fraction(2, 3) ** 2} см²"
    sick, healthy = Fraction(1, 100) * Fraction(90, 100), Fraction(99, 100) * Fraction(9, 100)
    assert option("ПРЕД-4-07") == f"Примерно {round(100 * sick / (sick + healthy))} %"


def test_right_triangles_and_incompatible_events_are_found_again() -> None:
    squares = {
        "5, 12, 13": (25, 144, 169),
        "6, 8, 11": (36, 64, 121),
        "4, 5, 6": (16, 25, 36),
        "8, 15, 17": (64, 225, 289),
        "√2, √3, √5": (2, 3, 5),
        "2, 3, √15": (4, 9, 15),
    }
    assert squares.keys() == set(OPTIONS["ПРЕД-2-06"].values())
    assert right_texts("ПРЕД-2-06") == {text for text, (a, b, c) in squares.items() if a + b == c}
    events = {
        "чётное число": {2, 4, 6},
        "5": {5},
        "больше 3": {4, 5, 6},
        "простое число": {2, 3, 5},
        "число, кратное 3": {3, 6},
        "нечётное число": {1, 3, 5},
        "меньше 3": {1, 2},
        "больше 4": {5, 6},
    }
    pairs = {
        text: [events[name.lower().removeprefix("выпало ")] for name in text.strip("«»").split("» и «")]
        for text in OPTIONS["ПРЕД-4-10"].values()
    }
    assert right_texts("ПРЕД-4-10") == {text for text, (one, other) in pairs.items() if not one & other}
