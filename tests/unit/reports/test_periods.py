"""Figures about results are given for whole quarters."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.reports.rules.periods import Period, quarter_of, quarters

days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@given(days)
def test_a_quarter_has_its_day_and_begins_and_ends_with_months(day: date) -> None:
    first, last = quarter_of(day)
    assert first <= day <= last
    assert (first.day, first.month % 3) == (1, 1)
    assert 90 <= (last - first).days + 1 <= 92


@given(days, days)
def test_a_period_is_widened_to_quarters_and_never_narrowed(one: date, other: date) -> None:
    first, last = sorted((one, other))
    wide = quarters(first=first, last=last)
    assert wide.first
    assert wide.last
    assert wide.first <= first <= last <= wide.last
    assert quarters(first=wide.first, last=wide.last) == wide


def test_an_open_side_stays_open() -> None:
    assert quarters(first=None, last=date(2026, 11, 24)) == Period(None, date(2026, 12, 31))
