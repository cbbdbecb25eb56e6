"""Why a group is not in a route and why a deficit stays open: one small type per reason.

The code is the word of RoutePlanned for it, where it can leave a deficit open; several reasons may share one.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from services.routes.planner.problem import Period


@dataclass(frozen=True)
class Forbidden:
    """The person or the tutor ruled this group out."""

    code: ClassVar[str] = "no_open_group"


@dataclass(frozen=True)
class NotForAudience:
    """The programme is for other positions, subjects or levels; the trait says which of the three."""

    code: ClassVar[str] = "audience"
    trait: str


@dataclass(frozen=True)
class Closed:
    """Enrolment ended on that day, or the group has started."""

    code: ClassVar[str] = "no_open_group"
    on: date


@dataclass(frozen=True)
class Full:
    """No free seat is left."""

    code: ClassVar[str] = "seats"


@dataclass(frozen=True)
class PassedRecently:
    """The person passed this programme less than three years ago."""

    code: ClassVar[str] = "no_open_group"
    on: date


@dataclass(frozen=True)
class BlackedOut:
    """The group meets in days the person cannot study."""

    code: ClassVar[str] = "dates"
    period: Period


@dataclass(frozen=True)
class PrerequisiteMissing:
    """Nothing that could be passed in time gives the programme needed first."""

    code: ClassVar[str] = "prerequisite"
    programme: str


@dataclass(frozen=True)
class TooLong:
    """So many academic hours more than the budget would be needed."""

    code: ClassVar[str] = "hours"
    lacking: int


@dataclass(frozen=True)
class QuarterFull:
    """So many academic hours more than the limit of one quarter would be needed."""

    code: ClassVar[str] = "quarter_load"
    year: int
    quarter: int
    lacking: int


@dataclass(frozen=True)
class TooDear:
    """So many roubles more than the budget would be needed."""

    code: ClassVar[str] = "fee"
    lacking: int


@dataclass(frozen=True)
class TooMany:
    """The route already has as many courses as allowed."""

    code: ClassVar[str] = "steps"


@dataclass(frozen=True)
class SameProgramme:
    """Another group of the same programme is in the route."""

    code: ClassVar[str] = "same_programme"
    group: str


@dataclass(frozen=True)
class Overlaps:
    """The dates overlap with a group of the route."""

    code: ClassVar[str] = "dates"
    group: str


@dataclass(frozen=True)
class LittleGain:
    """It closes nothing worth its penalty beside the rest of the route."""

    code: ClassVar[str] = "small_gain"


@dataclass(frozen=True)
class Outweighed:
    """Other courses close more, even if the nearest limit were lifted for this one."""

    code: ClassVar[str] = "small_gain"


@dataclass(frozen=True)
class NoProgramme:
    """No programme of the catalogue develops the competence."""

    code: ClassVar[str] = "no_programme"


@dataclass(frozen=True)
class PartlyClosed:
    """The route has all that is open to the person, and it closes the deficit only in part."""

    code: ClassVar[str] = "small_gain"


@dataclass(frozen=True)
class Unknown:
    """The group is not among those offered."""

    code: ClassVar[str] = "unknown"


Exclusion = (
    Forbidden
    | NotForAudience
    | Closed
    | Full
    | PassedRecently
    | BlackedOut
    | PrerequisiteMissing
    | TooLong
    | QuarterFull
    | TooDear
    | TooMany
)
Obstacle = SameProgramme | Overlaps | PrerequisiteMissing | TooLong | QuarterFull | TooDear | TooMany
Reason = Exclusion | Obstacle | LittleGain | Outweighed | NoProgramme | PartlyClosed | Unknown


class NoRoute(Exception):
    """The mandatory groups cannot stand in one route; says which one and why."""

    code = "no_route"

    def __init__(self, group: str, reason: Obstacle | Unknown) -> None:
        super().__init__(f"mandatory group {group}: {reason.code}")
        self.group = group
        self.reason = reason
