"""Windows, dates and seats of groups."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from services.catalog.rules import groups as rules
from services.catalog.rules.groups import GroupFacts, GroupIsCancelled, GroupOver, GroupStarted
from services.catalog.rules.programmes import ProgrammeClosed, ProgrammeNotPublished
from shared.clock import REGION

TODAY = date(2026, 11, 24)


def facts(**changes: Any) -> GroupFacts:
    stated = {
        "starts": date(2026, 12, 1),
        "ends": date(2026, 12, 18),
        "enrolment_opens": date(2026, 11, 1),
        "enrolment_closes": date(2026, 11, 27),
        "capacity_asked": 30,
        "oktmo": "75742000",
    }
    return GroupFacts.model_validate(stated | changes)


def faults(group: GroupFacts, *, form: str = "full_time", before: GroupFacts | None = None) -> set[str]:
    return set(rules.group_faults(group, form=form, today=TODAY, before=before))


def test_a_sound_group_has_no_fault() -> None:
    assert faults(facts()) == set()
    assert faults(facts(starts=TODAY, ends=TODAY, enrolment_opens=TODAY, enrolment_closes=TODAY)) == set()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends": date(2026, 11, 30)}, "ends"),
        ({"ends": date(2036, 1, 1)}, "ends"),
        ({"enrolment_closes": date(2026, 12, 2)}, "enrolment_closes"),
        ({"enrolment_opens": date(2026, 11, 28)}, "enrolment_opens"),
        ({"enrolment_closes": TODAY - timedelta(days=1)}, "enrolment_closes"),
        ({"oktmo": None}, "oktmo"),
    ],
)
def test_each_fault_is_at_its_field(changes: dict[str, Any], field: str) -> None:
    assert faults(facts(**changes)) == {field}


def test_a_distance_group_meets_nowhere() -> None:
    assert faults(facts(oktmo=None), form="distance") == set()


def test_past_days_may_stay_but_not_move() -> None:
    begun = facts(starts=TODAY - timedelta(days=5), enrolment_closes=TODAY - timedelta(days=9))
    assert faults(begun) == {"starts", "enrolment_closes"}
    assert faults(begun.model_copy(update={"ends": date(2026, 12, 25)}), before=begun) == set()
    assert faults(begun.model_copy(update={"starts": TODAY - timedelta(days=4)}), before=begun) == {"starts"}


def test_meetings_are_judged_by_the_days_of_the_region() -> None:
    late = datetime(2026, 12, 18, 23, 30, tzinfo=REGION)
    assert faults(facts(timetable=[{"starts": late - timedelta(hours=1), "ends": late}])) == set()
    assert faults(facts(timetable=[{"starts": late, "ends": late + timedelta(hours=1)}])) == {"timetable"}
    assert faults(facts(timetable=[{"starts": late, "ends": late}])) == {"timetable"}


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2026-12-01T10:00:00"])
def test_moments_that_have_no_day_in_the_region_are_refused(moment: str) -> None:
    with pytest.raises(ValidationError):
        facts(timetable=[{"starts": moment, "ends": moment}])


def test_only_a_published_programme_opens_groups() -> None:
    rules.may_announce(programme_status="published")
    with pytest.raises(ProgrammeNotPublished):
        rules.may_announce(programme_status="draft")
    with pytest.raises(ProgrammeClosed):
        rules.may_announce(programme_status="withdrawn")


def test_a_group_changes_until_its_last_day_and_is_cancelled_until_its_first() -> None:
    rules.may_change_group(status="announced", ends=TODAY, today=TODAY)
    rules.may_cancel_group(starts=TODAY, today=TODAY)
    with pytest.raises(GroupOver):
        rules.may_change_group(status="announced", ends=TODAY - timedelta(days=1), today=TODAY)
    with pytest.raises(GroupIsCancelled):
        rules.may_change_group(status="cancelled", ends=TODAY, today=TODAY)
    with pytest.raises(GroupStarted):
        rules.may_cancel_group(starts=TODAY - timedelta(days=1), today=TODAY)


def test_the_window_is_open_on_both_its_days() -> None:
    opens, closes = TODAY, TODAY + timedelta(days=3)
    days = [TODAY + timedelta(days=offset) for offset in (-1, 0, 3, 4)]
    said = [rules.enrolment_now(status="announced", opens=opens, closes=closes, today=day) for day in days]
    assert said == ["not_yet", "open", "open", "closed"]
    assert {rules.enrolment_now(status="cancelled", opens=opens, closes=closes, today=day) for day in days} == {"closed"}


def test_free_seats_are_never_negative() -> None:
    assert rules.free_seats(capacity=25, held=2, taken=20) == 3
    assert rules.free_seats(capacity=20, held=2, taken=20) == 0
