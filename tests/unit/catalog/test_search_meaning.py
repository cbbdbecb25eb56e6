"""What words mean: numbers, months, wordings, and how much each idea matters."""

from datetime import date
from typing import Any

import pytest

from services.catalog.rules.search_meaning import meant, missed_of, weights_of
from services.catalog.rules.search_words import Idea, Meaning, Word, Wording

DAY = date(2026, 11, 24)


def said(line: str, *wordings: Wording, today: date = DAY) -> Meaning:
    """What a line means when every word is its own stem, but for «для» and «в»."""
    return meant([Word(word, None if word in ("для", "в") else word) for word in line.split()], wordings, today=today)


@pytest.mark.parametrize(
    ("line", "hours"),
    [
        ("математика 72 часа", (72, 72)),
        ("36 ч", (36, 36)),
        ("до 24 часов", (0, 24)),
        ("от 72 часов", (72, 100_000)),
        ("24 36 часов", (24, 36)),
        ("курс 144", (144, 144)),
        ("5 класс", None),
        ("7 9", None),
        ("12345678 часов", None),
    ],
)
def test_hours_said_are_a_wish(line: str, hours: Any) -> None:
    assert said(line).wishes.get("hours") == hours


def test_school_years_are_a_level() -> None:
    assert said("5 6 классы").wishes == {"level": ["basic_general"]}
    assert said("4 5 класс").wishes == {"level": ["basic_general", "primary_general"]}
    assert said("99 класс").wishes == {}


@pytest.mark.parametrize(
    ("month", "first", "last"),
    [
        ("декабре", date(2026, 12, 1), date(2026, 12, 31)),
        ("ноябрь", date(2026, 11, 1), date(2026, 11, 30)),
        ("феврале", date(2027, 2, 1), date(2027, 2, 28)),
        ("мая", date(2027, 5, 1), date(2027, 5, 31)),
    ],
)
def test_a_month_is_the_next_one_of_its_name(month: str, first: date, last: date) -> None:
    assert said(f"в {month}").wishes == {"starts": (first, last)}


@pytest.mark.parametrize(
    ("told", "first", "last"),
    [
        ("в этом месяце", date(2026, 11, 1), date(2026, 11, 30)),
        ("в следующем месяце", date(2026, 12, 1), date(2026, 12, 31)),
        ("будущий месяц", date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_a_month_is_told_from_the_present_one(told: str, first: date, last: date) -> None:
    meaning = said(told)
    assert meaning.wishes == {"starts": (first, last)}
    assert [one["text"] for one in meaning.understood] == [told.removeprefix("в ")]
    assert meaning.ideas == []
    assert said("месяц").wishes == said("методика месяц").wishes == {}


def test_a_word_that_begins_like_a_month_is_a_word() -> None:
    assert said("математика").wishes == said("мартышкина").wishes == {}


def test_the_longest_wording_wins_and_the_words_are_ways_to_say_it() -> None:
    short = Wording("synonym", "родители", ("родительское",), (("родители",),))
    whole = Wording("synonym", "родительское собрание", ("родительское", "собрание"), (("родсобрание",),))
    meaning = said("родительское собрание", short, whole)
    assert len(meaning.ideas) == 1
    ways = dict(meaning.ideas[0].ways)
    assert ways["'родительское' & 'собрание'"] > ways["'собрание'"]
    assert "'родсобрание'" in ways
    assert "'родители'" not in ways


def test_a_word_of_a_column_is_a_wish_and_no_idea() -> None:
    free = [Wording("funding", code, ("бесплатно",), title="бюджет") for code in ("federal", "regional")]
    meaning = said("бесплатно математика", *free)
    assert meaning.wishes == {"funding": ["federal", "regional"]}
    assert meaning.understood == [{"text": "бесплатно", "meaning": "финансирование: бюджет"}]
    assert [idea.ways[0][0] for idea in meaning.ideas] == ["'математика'"]


def test_rare_ideas_matter_more_and_fillers_are_not_missed() -> None:
    ideas = [Idea((("'травля'", 1.0),)), Idea((("'урок'", 1.0),)), Idea((("'курс'", 1.0),), weak=True), Idea(())]
    counts = {"'травля'": 1, "'урок'": 40, "'курс'": 30}
    weights = weights_of(ideas, counts, programmes=63)
    assert weights[0] == 1 > weights[1] > weights[2] > 0
    missed = missed_of(ideas, weights, lonely=True)
    assert missed == [weights[0], weights[1], 0, 0]
    assert missed_of(ideas[2:3], [1.0], lonely=True) == [1.0]
    assert missed_of(ideas[2:3], [1.0], lonely=False) == [0.0]
    assert weights_of([], {}, programmes=0) == []
