"""Working days of the region: weekends, the holidays of art. 112 of the Labour Code, and the days that a decree moves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from shared.clock import REGION

HOLIDAYS = frozenset({(1, day) for day in range(1, 9)} | {(2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)})
"""(month, day) of the holidays that the law fixes."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The production calendar; `moved` says of a day whether a decree or art. 112 made it working or not."""

    moved: Mapping[date, bool] = field(default_factory=dict)

    def works(self, day: date) -> bool:
        """Whether people work on a day."""
        if day in self.moved:
            return self.moved[day]
        return day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS

    def after(self, day: date, working_days: int) -> date:
        """The day that comes this many working days later."""
        while working_days > 0:
            day += timedelta(days=1)
            working_days -= self.works(day)
        return day

    def last_before(self, day: date) -> date:
        """The last working day before a day."""
        day -= timedelta(days=1)
        while not self.works(day):
            day -= timedelta(days=1)
        return day


def end_of(day: date) -> datetime:
    """The instant when a day of the region is over."""
    return datetime.combine(day + timedelta(days=1), time(), REGION)
