"""Who is offered which group, and the reason where it is not."""

from dataclasses import replace
from datetime import date

import pytest

from services.routes.planner.prepare import may_repeat, prepare
from services.routes.planner.problem import Candidate, Limits, Period, Person
from services.routes.planner.reasons import (
    BlackedOut,
    Closed,
    Forbidden,
    Full,
    NotForAudience,
    PassedRecently,
    PrerequisiteMissing,
    QuarterFull,
    TooDear,
    TooLong,
)
from services.routes.planner.weights import weight

TODAY = date(2027, 1, 11)
TEACHER = Person(
    weights={"C": 1.0},
    limits=Limits(hours=108, fee=5_000, courses=4, quarter_hours=72),
    position="teacher",
    subjects=frozenset({"maths", "physics"}),
    levels=frozenset({"basic"}),
    blackouts=(Period(date(2027, 5, 24), date(2027, 6, 30)),),
    passed={"OLD": date(2023, 9, 1), "NEW": date(2025, 9, 1)},
    forbidden=frozenset({"F", "G7"}),
)
GROUP = Candidate(programme="A", group="A1", hours=36, effects={"C": 0.4}, start=date(2027, 3, 1), end=date(2027, 3, 12))


@pytest.mark.parametrize(("change", "reason"), [
    ({}, None),
    ({"group": "G7"}, Forbidden()),
    ({"programme": "F"}, Forbidden()),
    ({"positions": frozenset({"head", "teacher"})}, None),
    ({"positions": frozenset({"head"})}, NotForAudience("position")),
    ({"subjects": frozenset({"maths", "music"})}, None),
    ({"subjects": frozenset({"music"})}, NotForAudience("subject")),
    ({"levels": frozenset({"primary"})}, NotForAudience("level")),
    ({"programme": "OLD"}, None),
    ({"programme": "NEW"}, PassedRecently(date(2025, 9, 1))),
    ({"programme": "NEW", "start": date(2028, 9, 1), "end": date(2028, 9, 5)}, None),
    ({"closes": TODAY}, None),
    ({"closes": date(2027, 1, 10)}, Closed(date(2027, 1, 10))),
    ({"start": TODAY}, Closed(date(2027, 1, 10))),
    ({"seats": 1}, None),
    ({"seats": 0}, Full()),
    ({"start": date(2027, 5, 20), "end": date(2027, 5, 23)}, None),
    ({"start": date(2027, 5, 20), "end": date(2027, 5, 24)}, BlackedOut(Period(date(2027, 5, 24), date(2027, 6, 30)))),
    ({"start": date(2027, 6, 30), "end": date(2027, 7, 4)}, BlackedOut(Period(date(2027, 5, 24), date(2027, 6, 30)))),
    ({"start": date(2027, 7, 1), "end": date(2027, 7, 4)}, None),
    ({"hours": 109}, TooLong(1)),
    ({"hours": 80}, QuarterFull(2027, 1, 8)),
    ({"hours": 80, "start": None, "end": None}, None),
    ({"fee": 5_001}, TooDear(1)),
    ({"prerequisites": frozenset({"NEW"})}, None),
    ({"prerequisites": frozenset({"B"})}, PrerequisiteMissing("B")),
])  # fmt: skip
def test_a_group_is_offered_or_left_out_with_its_reason(change: dict[str, object], reason: object) -> None:
    group = replace(GROUP, **change)  # type: ignore[arg-type]
    prepared = prepare(TEACHER, [group], today=TODAY)
    assert prepared.problem.candidates == (() if reason else (group,))
    assert [left_out.reason for left_out in prepared.excluded] == ([reason] if reason else [])


def test_a_prerequisite_must_be_on_offer_in_time_and_so_must_its_own() -> None:
    first = replace(GROUP, programme="B", group="B1", start=date(2027, 2, 1), end=date(2027, 2, 5))
    second = replace(GROUP, prerequisites=frozenset({"B"}))
    third = replace(GROUP, programme="D", group="D1", prerequisites=frozenset({"A"}), start=date(2027, 4, 5), end=date(2027, 4, 9))
    groups = [third, second, first]
    assert prepare(TEACHER, groups, today=TODAY).problem.candidates == tuple(groups)
    late = replace(first, start=date(2027, 3, 1), end=date(2027, 3, 1))
    assert {left_out.candidate.group: left_out.reason for left_out in prepare(TEACHER, [third, second, late], today=TODAY).excluded} == {
        "A1": PrerequisiteMissing("B"),
        "D1": PrerequisiteMissing("A"),
    }


def test_a_mandatory_group_passes_every_filter() -> None:
    group = replace(GROUP, hours=200, seats=0, closes=date(2026, 1, 1))
    prepared = prepare(replace(TEACHER, mandatory=frozenset({"A1"})), [group], today=TODAY)
    assert prepared.problem.candidates == (group,)


@pytest.mark.parametrize(("on", "may"), [(date(2028, 8, 31), False), (date(2028, 9, 1), True), (date(2029, 1, 1), True)])
def test_a_programme_may_be_repeated_after_three_years(on: date, may: bool) -> None:
    assert may_repeat(passed_on=date(2025, 9, 1), on=on) is may


def test_a_leap_day_is_three_years_ago_from_the_first_of_march() -> None:
    assert not may_repeat(passed_on=date(2024, 2, 29), on=date(2027, 2, 28))
    assert may_repeat(passed_on=date(2024, 2, 29), on=date(2027, 3, 1))


def test_a_weight_grows_with_severity_and_a_little_with_difficulty() -> None:
    assert weight(omega=2.0, severity=0.5, difficulty=1.0, mu=0.1, s0=0.8) == pytest.approx(1.16)
    assert weight(omega=2.0, severity=None, difficulty=1.0, mu=0.1, s0=0.8) == 0.0
    assert weight(omega=2.0, severity=None, difficulty=1.0, mu=0.1, s0=0.8, chosen=True) == pytest.approx(0.16)
    with pytest.raises(ValueError, match="difficulty"):
        weight(omega=1.0, severity=0.1, difficulty=1.5, mu=0.1, s0=0.8)
