"""Russian on pages: glued spaces, dates, plurals, deadlines."""

from datetime import UTC, date, datetime

import pytest

from gateway.portal import words
from gateway.portal.words import JOINED, NB

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "glued"),
    [
        ("Согласовать к 5 мая", f"Согласовать к{NB}5{NB}мая"),
        ("В школе № 131 и в лицее", f"В{NB}школе №{NB}131 и{NB}в{NB}лицее"),
        ("осталось 46 % и 36 ч", f"осталось 46{NB}% и{NB}36{NB}ч"),
        ("в 5–6 классах", f"в{NB}5{JOINED}–{JOINED}6 классах"),
        ("маршрут — это шаги", f"маршрут{NB}— это шаги"),
        ("глава и 5 частей", f"глава и{NB}5 частей"),
        ("слово", "слово"),
    ],
)
def test_short_words_and_units_stay_with_their_neighbours(text: str, glued: str) -> None:
    assert words.unbroken(text) == glued
    assert words.unbroken(glued) == glued


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [
        ("2026-12-01", "2026-12-18", f"1{JOINED}–{JOINED}18{NB}декабря"),
        ("2026-12-14", "2027-02-05", f"14{NB}декабря{NB}2026{NB}— 5{NB}февраля{NB}2027"),
        ("2027-01-30", "2027-02-05", f"30{NB}января{NB}— 5{NB}февраля"),
        ("2026-12-01", "2026-12-01", f"1{NB}декабря"),
    ],
)
def test_a_period_says_no_month_twice(starts: str, ends: str, said: str) -> None:
    assert words.period(starts, ends) == said


def test_days_are_those_of_the_region() -> None:
    assert words.day(datetime(2026, 11, 24, 20, 30, tzinfo=UTC)) == f"25{NB}ноября"
    assert words.moment("2026-11-20T11:12:00Z") == f"20{NB}ноября, 16:12"


@pytest.mark.parametrize(
    ("count", "said"), [(1, "дело"), (2, "дела"), (5, "дел"), (11, "дел"), (21, "дело"), (112, "дел"), (104, "дела"), (0, "дел")]
)
def test_nouns_agree_with_their_number(count: int, said: str) -> None:
    assert words.plural(count, "дело", "дела", "дел") == said


@pytest.mark.parametrize(
    ("day", "said", "left"),
    [
        ("2026-11-24", "сегодня", "сегодня"),
        ("2026-11-25", "завтра", "завтра"),
        ("2026-11-27", f"до{NB}27{NB}ноября", f"через{NB}3{NB}дня"),
        ("2026-11-22", f"до{NB}22{NB}ноября", f"просрочено на{NB}2{NB}дня"),
        ("2027-01-10", f"до{NB}10{NB}января{NB}2027", f"через{NB}2{NB}месяца"),
    ],
)
def test_a_deadline_is_a_day_and_how_far_it_is(day: str, said: str, left: str) -> None:
    assert words.deadline(day, TODAY) == said
    assert words.until(day, TODAY) == left


@pytest.mark.parametrize(
    ("value", "digits", "said"), [(5914, 0, f"5{NB}914"), (2.84, 1, "2,8"), (3.0, 1, "3"), (-3, 0, "−3"), (None, 0, "—")]
)
def test_numbers_are_written_the_russian_way(value: float | None, digits: int, said: str) -> None:
    assert words.number(value, digits) == said
