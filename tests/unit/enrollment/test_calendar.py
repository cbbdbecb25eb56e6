"""Working days: weekends, holidays of the law, days that a decree moved."""

from datetime import UTC, date, datetime, timedelta

from services.enrollment.rules.calendar import Calendar, end_of
from services.enrollment.rules.terms import due_of

MOVED = {date(2026, 1, 9): False, date(2026, 3, 9): False, date(2026, 5, 11): False, date(2026, 12, 31): False}
CALENDAR = Calendar(MOVED)


def test_the_year_2026_has_247_working_days() -> None:
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    assert sum(CALENDAR.works(day) for day in days) == 247


def test_working_days_skip_weekends_holidays_and_moved_days() -> None:
    assert CALENDAR.after(date(2026, 11, 3), 1) == date(2026, 11, 5)
    assert CALENDAR.after(date(2026, 11, 20), 5) == date(2026, 11, 27)
    assert CALENDAR.after(date(2026, 12, 30), 1) == date(2027, 1, 11)
    assert CALENDAR.after(date(2026, 11, 21), 0) == date(2026, 11, 21)


def test_a_decree_can_make_a_saturday_work() -> None:
    saturday = date(2027, 11, 13)
    assert not Calendar().works(saturday)
    assert Calendar({saturday: True}).after(date(2027, 11, 12), 1) == saturday


def test_the_last_working_day_before() -> None:
    assert CALENDAR.last_before(date(2026, 10, 5)) == date(2026, 10, 2)
    assert CALENDAR.last_before(date(2026, 1, 12)) == date(2025, 12, 31)


def test_a_day_of_the_region_is_over_at_its_own_midnight() -> None:
    assert end_of(date(2026, 11, 27)) == datetime(2026, 11, 27, 19, tzinfo=UTC)


def due(status: str, holder: str, today: date, *, starts: date = date(2026, 12, 14), ends: date = date(2027, 2, 5)) -> date | None:
    return due_of(status=status, holder=holder, today=today, starts=starts, ends=ends, calendar=CALENDAR)


def test_everybody_has_a_last_day_to_act() -> None:
    friday = date(2026, 11, 20)
    for status, holder in (("school_review", "school"), ("municipality_review", "agency"), ("provider_review", "provider")):
        assert due(status, holder, friday) == date(2026, 11, 27)
    assert due("seat_offered", "learner", friday) == date(2026, 11, 24)
    assert due("waiting_list", "provider", friday) == date(2026, 12, 13)
    assert due("accepted", "provider", friday) == date(2026, 12, 11)
    assert due("enrolled", "learner", friday) == date(2027, 2, 5)
    assert due("enrolled", "provider", date(2027, 2, 6)) == date(2027, 2, 19)


def test_an_offer_never_outlasts_the_last_day_before_the_group_starts() -> None:
    assert due("seat_offered", "learner", date(2026, 12, 11)) == date(2026, 12, 13)
    assert due("seat_offered", "learner", date(2026, 12, 13)) == date(2026, 12, 13)


def test_a_late_acceptance_is_due_today() -> None:
    assert due("accepted", "provider", date(2026, 12, 20)) == date(2026, 12, 20)


def test_the_end_and_the_operator_have_no_deadline() -> None:
    for status, holder in (("completed", "nobody"), ("withdrawn", "nobody"), ("accepted", "operator"), ("enrolled", "operator")):
        assert due(status, holder, date(2026, 11, 20)) is None
