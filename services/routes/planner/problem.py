"""What the planner is asked: a person, the groups open to them, and the limits of a route."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from operator import attrgetter

Quarter = tuple[int, int]
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Period:
    """Days from start to end, both included."""

    start: date
    end: date


@dataclass(frozen=True)
class Candidate:
    """One group of a programme: academic hours, fee in roubles, inclusive dates (None: at any time), expected closure per competence.

    Prerequisites belong to the programme, so all its groups carry the same; all of them are needed.
    The penalty is in units of the objective; a negative one is a preference. An empty audience set means anyone.
    """

    programme: str
    group: str
    hours: int
    fee: int = 0
    start: date | None = None
    end: date | None = None
    effects: Mapping[str, float] = field(default_factory=dict)
    prerequisites: frozenset[str] = NOBODY
    penalty: float = 0.0
    positions: frozenset[str] = NOBODY
    subjects: frozenset[str] = NOBODY
    levels: frozenset[str] = NOBODY
    closes: date | None = None
    seats: int | None = None

    def __post_init__(self) -> None:
        if self.hours < 1 or self.fee < 0:
            raise ValueError(f"group {self.group}: hours are positive and a fee is not negative")
        if (self.start is None) != (self.end is None) or (self.start and self.end and self.end < self.start):
            raise ValueError(f"group {self.group}: either both dates in order or none")
        if not all(0 <= effect < 1 for effect in self.effects.values()):
            raise ValueError(f"group {self.group}: an effect is in [0, 1)")

    def ends_before(self, other: "Candidate") -> bool:
        """Whether this can be finished before the other starts; an undated course gives way to any date."""
        return self.end is None or other.start is None or self.end < other.start

    def overlaps(self, period: "Candidate | Period") -> bool:
        """Whether both are dated and share a day."""
        return (
            self.start is not None
            and self.end is not None
            and period.start is not None
            and period.end is not None
            and self.start <= period.end
            and period.start <= self.end
        )

    def loads(self) -> dict[Quarter, int]:
        """Hours per calendar quarter, in proportion to days and summing to the hours; an undated course loads no quarter."""
        if self.start is None or self.end is None:
            return {}
        if (first := quarter_of(self.start)) == quarter_of(self.end):
            return {first: self.hours}
        days, loads, counted, day = (self.end - self.start).days + 1, {}, 0, self.start
        while day <= self.end:
            after = min(next_quarter(day), self.end + timedelta(days=1))
            share = self.hours * (after - self.start).days // days
            loads[quarter_of(day)], counted, day = share - counted, share, after
        return loads


@dataclass(frozen=True)
class Limits:
    """What a route may take: academic hours, roubles, courses, and hours in any one calendar quarter."""

    hours: int
    fee: int
    courses: int
    quarter_hours: int


@dataclass(frozen=True)
class Person:
    """Whom a route is for: the weight of every deficit, the limits, and what the filters ask about.

    Passed gives the newest date per programme, mandatory names groups, forbidden names groups or programmes.
    """

    weights: Mapping[str, float]
    limits: Limits
    position: str = ""
    subjects: frozenset[str] = NOBODY
    levels: frozenset[str] = NOBODY
    blackouts: tuple[Period, ...] = ()
    passed: Mapping[str, date] = field(default_factory=dict)
    mandatory: frozenset[str] = NOBODY
    forbidden: frozenset[str] = NOBODY


@dataclass(frozen=True)
class Problem:
    """What the solver decides on: the groups left after the filters; every planned group not chosen costs the stability."""

    weights: Mapping[str, float]
    limits: Limits
    candidates: tuple[Candidate, ...]
    passed: frozenset[str] = NOBODY
    mandatory: frozenset[str] = NOBODY
    planned: frozenset[str] = NOBODY
    stability: float = 0.0

    def __post_init__(self) -> None:
        if len({candidate.group for candidate in self.candidates}) < len(self.candidates):
            raise ValueError("a group stands twice among the candidates")
        if any(weight < 0 for weight in self.weights.values()):
            raise ValueError("a weight is not negative")


def fingerprint(problem: Problem) -> str:
    """sha256 of the inputs as canonical JSON; stability is left out, so a route is not stale for having been re-planned."""
    limits = problem.limits
    inputs = {
        "weights": dict(problem.weights),
        "limits": [limits.hours, limits.fee, limits.courses, limits.quarter_hours],
        "passed": sorted(problem.passed),
        "mandatory": sorted(problem.mandatory),
        "groups": [
            [
                each.group,
                each.programme,
                each.hours,
                each.fee,
                each.start and each.start.isoformat(),
                each.end and each.end.isoformat(),
                dict(each.effects),
                sorted(each.prerequisites),
                each.penalty,
            ]
            for each in sorted(problem.candidates, key=attrgetter("group"))
        ],
    }
    return sha256(json.dumps(inputs, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def chains(candidates: Iterable[Candidate], passed: frozenset[str]) -> dict[str, frozenset[str]]:
    """Per programme with prerequisites, every programme needed before it, directly or through others, and not passed yet.

    The whole chain is asked of each group because an undated link has no date of its own to carry the order.
    """
    direct: dict[str, frozenset[str]] = {}
    for candidate in candidates:
        if candidate.prerequisites:
            direct[candidate.programme] = direct.get(candidate.programme, NOBODY) | candidate.prerequisites - passed
    chained: dict[str, frozenset[str]] = {}
    for programme, first in direct.items():
        needed, waiting = set(first), list(first)
        while waiting:
            further = direct.get(waiting.pop(), NOBODY) - needed
            needed |= further
            waiting += further
        chained[programme] = frozenset(needed)
    return chained


def quarter_of(day: date) -> Quarter:
    """Year and number (1 to 4) of the calendar quarter."""
    return day.year, (day.month + 2) // 3


def next_quarter(day: date) -> date:
    """First day of the quarter after the one the day is in."""
    year, number = quarter_of(day)
    return date(year + number // 4, number % 4 * 3 + 1, 1)
