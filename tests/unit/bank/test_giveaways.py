"""Nothing but knowledge finds the key: places, lengths and wording give nothing away, and no item repeats another."""

import json
import re
from collections import Counter, defaultdict
from difflib import SequenceMatcher
from itertools import combinations

import pytest

from tests.unit.bank.bank import Item, items, of_kind


def words(item: Item, *, without_digits: bool = False) -> list[str]:
    text = " ".join([item.stem, *(option.text for option in [*item.options, *item.targets])]).lower()
    return re.findall(r"[^\W\d]+" if without_digits else r"\w+", text)


def likeness(one: list[str], other: list[str]) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def test_the_place_of_the_right_option_gives_nothing_away() -> None:
    choices = of_kind("choice")
    places = Counter(item.key for item in choices)
    assert all(0.15 <= places[place] / len(choices) <= 0.35 for place in "abcd"), places
    right, shown = Counter[str](), Counter[str]()
    for item in of_kind("multiple"):
        right.update(item.key)
        shown.update({option.id: len(item.key) / len(item.options) for option in item.options})
    assert all(0.7 <= right[place] / shown[place] <= 1.3 for place in "abcdef"), right
    for kind in ("multiple", "matching", "ordering"):
        patterns = Counter(json.dumps(item.key) for item in of_kind(kind))
        assert max(patterns.values()) <= 3, patterns


def test_the_length_of_an_option_gives_nothing_away() -> None:
    choices = of_kind("choice")
    longest = shortest = 0
    for item in choices:
        right = next(len(option.text) for option in item.options if option.id == item.key)
        wrong = [len(option.text) for option in item.options if option.id != item.key]
        longest += right > max(wrong)
        shortest += right < min(wrong)
        assert right <= 1.5 * max(wrong), item.code
    assert longest / len(choices) <= 0.35
    assert shortest / len(choices) <= 0.35


def test_no_two_items_differ_by_numbers_only_or_nearly_repeat_each_other() -> None:
    same = defaultdict(list)
    for item in items():
        same[" ".join(words(item, without_digits=True))].append(item.code)
    assert [codes for codes in same.values() if len(codes) > 1] == []
    texts = {item.code: words(item) for item in items()}
    alike = [(one, other) for one, other in combinations(texts, 2) if likeness(texts[one], texts[other]) > 0.6]
    assert alike == []


def test_a_copy_with_a_few_words_changed_would_be_noticed() -> None:
    item = next(item for item in items() if item.code == "МЕТ-2-09")
    copy = item.model_copy(update={"stem": item.stem.replace("теорему Пифагора", "формулу площади").replace("девять", "восемь")})
    assert likeness(words(item), words(copy)) > 0.6


@pytest.mark.parametrize("item", items(), ids=lambda item: item.code)
def test_the_wording_is_clean(item: Item) -> None:
    for text in item.texts():
        assert text == text.strip()
        assert not re.search(r"  | [,.;!?]|[\"']|\.\.\.", text), text
        mixed = [word for word in re.findall(r"[^\W\d_]+", text) if re.search("[а-яё]", word, re.I) and re.search("[a-z]", word, re.I)]
        assert mixed == [], "Latin letters inside a Russian word"
    assert item.stem[-1] in ".?"
    assert item.rationale[-1] in ".…"
