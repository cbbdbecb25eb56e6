"""Copies keep the weekday; a teacher and a room are at one place at a time."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.catalog.rules.groups import GroupFacts, Meeting
from services.catalog.rules.timetables import Taken, clashes, next_start, shifted


def meeting(start: str, end: str, **facts: Any) -> Meeting:
    return Meeting.model_validate({"starts": f"2026-12-01T{start}:00+05:00", "ends": f"2026-12-01T{end}:00+05:00", **facts})


def group(**changes: Any) -> GroupFacts:
    stated = {
        "starts": "2026-12-01",
        "ends": "2026-12-18",
        "enrolment_opens": "2026-11-01",
        "enrolment_closes": "2026-11-28",
        "capacity_asked": 25,
        "timetable": [meeting("10:00", "12:00")],
    }
    return GroupFacts.model_validate(stated | changes)


@given(starts=some.dates(date(2015, 1, 1), date(2026, 12, 31)), today=some.dates(date(2020, 1, 1), date(2026, 12, 31)))
def test_a_copy_begins_later_on_the_same_weekday(starts: date, today: date) -> None:
    later = next_start(starts=starts, wanted=None, today=today)
    assert later > max(starts, today)
    assert later.weekday() == starts.weekday()
    assert later - timedelta(weeks=52) <= max(starts, today)


def test_a_wanted_day_is_taken_as_it_is() -> None:
    assert next_start(starts=date(2026, 12, 1), wanted=date(2027, 3, 3), today=date(2026, 11, 24)) == date(2027, 3, 3)


def test_everything_moves_by_the_same_days() -> None:
    moved = shifted(group(), days=timedelta(days=10))
    assert (moved.starts, moved.ends, moved.enrolment_opens, moved.enrolment_closes) == (
        date(2026, 12, 11),
        date(2026, 12, 28),
        date(2026, 11, 11),
        date(2026, 12, 8),
    )
    assert moved.timetable[0].starts == group().timetable[0].starts + timedelta(days=10)
    assert moved.capacity_asked == 25


@pytest.mark.parametrize(
    ("start", "end", "facts", "found"),
    [
        ("11:00", "13:00", {"teacher": "Иванова И. И."}, ["teacher"]),
        ("11:00", "13:00", {"teacher": "ивановА  и.и."}, ["teacher"]),
        ("12:00", "13:00", {"teacher": "Иванова И. И."}, []),
        ("08:00", "10:00", {"teacher": "Иванова И. И."}, []),
        ("11:00", "13:00", {"teacher": "Петров П. П."}, []),
        ("11:00", "13:00", {"room": "12", "place": "Корпус А"}, ["room"]),
        ("11:00", "13:00", {"room": "12", "place": "Корпус Б"}, []),
        ("11:00", "13:00", {"place": "Корпус А"}, []),
        ("11:00", "13:00", {}, []),
    ],
)
def test_a_clash_needs_one_time_and_one_teacher_or_room(start: str, end: str, facts: dict[str, str], found: list[str]) -> None:
    busy = Taken(UUID(int=1), "Другая", meeting("10:00", "12:00", teacher="Иванова И. И.", room="12", place="Корпус А"))
    mine = Taken(UUID(int=2), "Моя", meeting(start, end, **facts))
    assert [one.kind for one in clashes([mine], [busy])] == found
    assert [one.kind for one in clashes([mine, busy], [])] == found


def test_a_clash_is_told_once() -> None:
    busy = [Taken(UUID(int=1), "Алгебра", meeting(*edges, room="101")) for edges in (("10:00", "11:00"), ("11:00", "12:00"))]
    assert [one.what for one in clashes([Taken(UUID(int=2), "Моя", meeting("10:00", "12:00", room="101"))], busy)] == ["101"]
