"""Days of the region and the quarters that figures about results are given for."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Period:
    """Days from the first to the last, both included; None leaves a side open."""

    first: date | None = None
    last: date | None = None


TRAINED_YEARS = 3
"""A teacher has the right to training once in three years (273-ФЗ, ст. 47)."""


def last_years(days: Period, *, today: date) -> Period:
    """The days asked for; without a beginning, the three years up to the end."""
    last = days.last or today
    return Period(days.first or last.replace(year=last.year - TRAINED_YEARS, day=min(last.day, 28)), last)


def quarters(*, first: date | None, last: date | None) -> Period:
    """The whole quarters that a period touches; days would let two answers be subtracted until one person is left."""
    return Period(quarter_of(first)[0] if first else None, quarter_of(last)[1] if last else None)


def quarter_of(day: date) -> tuple[date, date]:
    """The first and the last day of a day's quarter."""
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    following = date(first.year + first.month // 10, (first.month + 2) % 12 + 1, 1)
    return first, following - timedelta(days=1)
