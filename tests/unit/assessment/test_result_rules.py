"""What a finished attempt says: lines by competence, levels that agree with verdicts, quadrants."""

import random
from itertools import pairwise

import pytest

from services.assessment.psychometrics.categories import Choice
from services.assessment.psychometrics.gpcm import Cut
from services.assessment.psychometrics.verdicts import Band, Verdict
from services.assessment.rules.results import Asked, Line, change, felt_share, level_of, lines_of, quadrant

BANDS = [Band(0, "high"), Band(30, "medium"), Band(45, "low"), Band(60, "none")]
KEY = Choice(frozenset("ab"), "a")
CUTS = {"А": Cut(-0.1, 0.15), "Б": Cut(-0.1, 0.15), "В": Cut(0.0, 0.2)}


def form(**answers: str) -> list[Asked]:
    """A form of five choice items a competence, one after another; `a` is right, `-` is no answer."""
    return [
        Asked(code, 3, KEY, None if letter == "-" else letter.replace("_", "")) for code, letters in answers.items() for letter in letters
    ]


def lines(asked: list[Asked]) -> dict[str, Line]:
    return {line.competence: line for line in lines_of(asked, cuts=CUTS, bands=BANDS)}


def test_lines_come_in_the_order_of_the_framework_and_only_for_what_was_asked() -> None:
    assert list(lines(form(Б="aaaaa", А="aaaaa"))) == ["А", "Б"]


def test_each_competence_is_judged_by_its_own_items_only() -> None:
    strong, weak = lines(form(А="aaabb", Б="aaaaa")), lines(form(А="aaabb", Б="bbbbb"))
    assert strong["А"] == weak["А"]
    assert (strong["Б"].verdict, weak["Б"].verdict) == ("none", "deficit")


def test_a_skipped_item_is_wrong_and_an_unreached_one_is_unknown() -> None:
    measured = lines(form(А="-----", Б="a----"))
    assert (measured["А"].items, measured["А"].done, measured["А"].verdict) == (5, 0, "deficit")
    assert (measured["Б"].items, measured["Б"].items_shown, measured["Б"].done) == (1, 5, 100)
    assert measured["Б"].verdict == "insufficient"


def test_saying_i_do_not_know_counts_as_reached() -> None:
    assert lines(form(А="a____"))["А"].items == 5


def test_more_right_answers_never_hurt() -> None:
    found = [lines(form(А="a" * n + "b" * (5 - n)))["А"] for n in range(6)]
    for less, more in pairwise(found):
        assert more.estimate > less.estimate
        assert more.probability < less.probability
        assert more.severity < less.severity
        assert more.percent > less.percent


def test_the_threshold_in_per_cent_is_what_a_person_at_the_cut_would_earn() -> None:
    at_cut = lines_of(form(В="aaabb"), cuts={"В": Cut(0.0)}, bands=BANDS)[0]
    assert at_cut.cut_percent == pytest.approx(50)


def test_levels_never_contradict_verdicts() -> None:
    dice = random.Random(5)
    seen = set()
    for _ in range(300):
        answers = "".join(dice.choice("ab_-") for _ in range(dice.randint(3, 14)))
        for line in lines(form(А=answers)).values():
            seen.add(line.verdict)
            assert (line.level == "not_named") == (line.verdict == "insufficient")
            if line.verdict == "none":
                assert line.level == "none"
            if line.verdict == "deficit":
                assert line.level in ("low", "medium", "high")
    assert {"deficit", "none", "insufficient"} <= seen


@pytest.mark.parametrize(
    ("verdict", "percent", "level"),
    [
        (Verdict.DEFICIT, 12, "high"),
        (Verdict.DEFICIT, 44, "medium"),
        (Verdict.DEFICIT, 71, "low"),
        (Verdict.NONE, 40, "none"),
        (Verdict.BORDERLINE, 61, "none"),
        (Verdict.BORDERLINE, 59, "low"),
        (Verdict.INSUFFICIENT, 99, "not_named"),
    ],
)
def test_the_level_follows_the_scale_within_the_verdict(verdict: Verdict, percent: float, level: str) -> None:
    assert level_of(verdict, percent=percent, bands=BANDS) == level


@pytest.mark.parametrize(
    ("verdict", "probability", "felt", "expected"),
    [
        ("deficit", 0.9, 3, "confirmed"),
        ("deficit", 0.9, 1, "blind_spot"),
        ("none", 0.1, 2, "doubt"),
        ("none", 0.1, 0, "strength"),
        ("borderline", 0.6, 0, "blind_spot"),
        ("borderline", 0.4, 0, "strength"),
        ("insufficient", 0.6, 3, None),
        ("deficit", 0.9, None, None),
    ],
)
def test_measured_and_felt_make_four_quadrants(verdict: str, probability: float, felt: int | None, expected: str | None) -> None:
    assert quadrant(verdict=verdict, probability=probability, felt=felt) == expected


def test_felt_steps_are_equal() -> None:
    assert [felt_share(step) for step in range(4)] == pytest.approx([0, 1 / 3, 2 / 3, 1])


def test_growth_is_probable_only_beyond_the_errors() -> None:
    small = change(before=-1.0, before_error=0.7, after=-0.8, after_error=0.7, verdict="deficit")
    large = change(before=-1.7, before_error=0.7, after=1.6, after_error=0.7, verdict="none")
    assert small.grew < 0.7 < 0.99 < large.grew
    assert large.error == pytest.approx(0.98995, abs=1e-4)
