"""Answers to the five auto-scored kinds of items become ordered categories 0..top (science.md, 1.2)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeGuard

MISSING = -1  # the category of an item the person never reached or was never shown
MOST_CATEGORIES_ABOVE_ZERO = 3  # finer steps would stand nearly empty in a regional sample

_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?")
_SPACES = re.compile(r"[\s\u00a0\u202f]")


class AnswerMalformed(ValueError):
    """The answer does not have the shape its item asks for, or names options the item does not have; the text is a sentence for people."""

    code = "answer_malformed"


@dataclass(frozen=True, slots=True)
class Choice:
    """One right option of several."""

    options: frozenset[str]
    right: str

    @property
    def top(self) -> int:
        """The highest category an answer can reach."""
        return 1

    def category(self, answer: object) -> int:
        """1 for the right option, 0 for another one or for "" (said "I do not know")."""
        if not isinstance(answer, str) or (answer and answer not in self.options):
            raise AnswerMalformed("Выберите один из вариантов задания.")
        return int(answer == self.right)


@dataclass(frozen=True, slots=True)
class Multiple:
    """Several right options; what is ticked wrongly counts against what is ticked rightly."""

    options: frozenset[str]
    right: frozenset[str]

    @property
    def top(self) -> int:
        """The highest category an answer can reach: one step per right option, but no more than three."""
        return min(len(self.right), MOST_CATEGORIES_ABOVE_ZERO)

    def category(self, answer: object) -> int:
        """Hits less false alarms, never below 0; a key longer than three is cut into thirds of itself."""
        ticked = different_options(answer, self.options)
        hits = len(ticked & self.right)
        return max(0, 2 * hits - len(ticked)) * self.top // len(self.right)


@dataclass(frozen=True, slots=True)
class Matching:
    """Every left element belongs to one right element."""

    right_options: frozenset[str]
    pairs: tuple[tuple[str, str], ...]

    @property
    def one_to_one(self) -> bool:
        """Whether a right element may be used only once."""
        return len({right for _, right in self.pairs}) == len(self.pairs)

    @property
    def last_pair_is_given_away(self) -> bool:
        """Whether the last pair follows from the others, so that exactly one wrong pair cannot happen."""
        return self.one_to_one and len(self.right_options) == len(self.pairs)

    @property
    def top(self) -> int:
        """The highest category an answer can reach."""
        return max(1, len(self.pairs) - (2 if self.last_pair_is_given_away else 1))

    def category(self, answer: object) -> int:
        """Right pairs less the one expected by guessing; a given-away last pair earns its step only when all are right."""
        key = dict(self.pairs)
        if not isinstance(answer, dict) or not all(isinstance(right, str) for right in answer.values()):
            raise AnswerMalformed("Сопоставьте элементы двух столбцов.")
        if not answer.keys() <= key.keys() or not self.right_options.issuperset(answer.values()):
            raise AnswerMalformed("В задании нет таких элементов.")
        if self.one_to_one and len(set(answer.values())) < len(answer):
            raise AnswerMalformed("Каждый элемент правого столбца можно выбрать один раз.")
        right = sum(1 for left, chosen in answer.items() if key[left] == chosen)
        if right == len(key):
            return self.top
        return max(0, min(right - 1, self.top - 1))


@dataclass(frozen=True, slots=True)
class Ordering:
    """Elements to be put in one right order."""

    right: tuple[str, ...]

    @property
    def top(self) -> int:
        """The highest category an answer can reach; up to three elements leave no honest middle between order and guess."""
        return MOST_CATEGORIES_ABOVE_ZERO if len(self.right) > 3 else 1

    def category(self, answer: object) -> int:
        """Kendall's tau with the right order cut into thirds; an order no better than chance (tau <= 0) earns nothing."""
        if answer == []:
            return 0
        if not all_texts(answer) or sorted(answer) != sorted(self.right):
            raise AnswerMalformed("Расставьте все элементы задания, каждый по одному разу.")
        place = {element: index for index, element in enumerate(answer)}
        agreement = [place[earlier] < place[later] for earlier, later in combinations(self.right, 2)]
        return max(0, 2 * sum(agreement) - len(agreement)) * self.top // len(agreement)


@dataclass(frozen=True, slots=True)
class Numeric:
    """A number within a tolerance; within the wide tolerance, when there is one, half the way is credited."""

    value: float
    tolerance: float
    wide: float | None

    @property
    def top(self) -> int:
        """The highest category an answer can reach."""
        return 1 if self.wide is None else 2

    def category(self, answer: object) -> int:
        """`top` within the tolerance, 1 within the wide one, 0 beyond or for "" (said "I do not know")."""
        if answer == "":
            return 0
        distance = abs(number(answer) - self.value) - 1e-9 * max(1.0, abs(self.value))  # 0.1 + 0.2 is 0.3 here
        if distance <= self.tolerance:
            return self.top
        return int(self.wide is not None and distance <= self.wide)


Key = Choice | Multiple | Matching | Ordering | Numeric


def read_categories(keys: Sequence[Key], answers: Sequence[object | None]) -> list[int]:
    """Categories of a finished form in the order it was shown: a skipped item (None) is 0, the unanswered tail is MISSING.

    An empty answer ("", [] or {}) means "I do not know": it was reached, so it is 0 even at the end.
    """
    if len(keys) != len(answers):
        raise AnswerMalformed(f"Ожидалось ответов: {len(keys)}, получено: {len(answers)}.")
    reached = max((place for place, answer in enumerate(answers, 1) if answer is not None), default=0)
    scored = [0 if answer is None else key.category(answer) for key, answer in zip(keys[:reached], answers[:reached], strict=True)]
    return scored + [MISSING] * (len(keys) - reached)


def different_options(answer: object, options: frozenset[str]) -> frozenset[str]:
    """The ticked options as a set; AnswerMalformed when one is unknown or ticked twice."""
    if not all_texts(answer) or len(set(answer)) != len(answer) or not options.issuperset(answer):
        raise AnswerMalformed("Отметьте варианты задания, каждый не больше одного раза.")
    return frozenset(answer)


def all_texts(value: object) -> TypeGuard[list[str]]:
    """Whether the value is a list of texts."""
    return isinstance(value, list) and all(isinstance(element, str) for element in value)


def number(value: object) -> float:
    """A finite number, also written as «−1 234,5»; AnswerMalformed when it is none."""
    if isinstance(value, str):
        text = _SPACES.sub("", value).replace(",", ".").replace("\u2212", "-")
        if len(value) > 80 or not _NUMBER.fullmatch(text):
            raise AnswerMalformed("Введите число, например 12,5.")
        return float(text)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e30:
        raise AnswerMalformed("Введите число, например 12,5.")
    return float(value)
