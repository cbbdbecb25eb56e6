"""From all groups on offer to those a person can be offered, with the reason for each that cannot."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from services.routes.planner.fit import missing
from services.routes.planner.problem import Candidate, Limits, Person, Problem, chains
from services.routes.planner.reasons import (
    BlackedOut,
    Closed,
    Exclusion,
    Forbidden,
    Full,
    NotForAudience,
    PassedRecently,
    PrerequisiteMissing,
    QuarterFull,
    TooDear,
    TooLong,
)

YEARS_BEFORE_REPEAT = 3


@dataclass(frozen=True)
class Excluded:
    """A group on offer and the first reason it cannot be in this person's route."""

    candidate: Candidate
    reason: Exclusion


@dataclass(frozen=True)
class Prepared:
    """The problem to solve and what was left out of it."""

    problem: Problem
    excluded: tuple[Excluded, ...]


def prepare(
    person: Person, candidates: Iterable[Candidate], *, today: date, planned: frozenset[str] = frozenset(), stability: float = 0.0
) -> Prepared:
    """Filter the groups on offer; mandatory groups are facts, so they pass every filter."""
    kept: list[Candidate] = []
    excluded: list[Excluded] = []
    for candidate in candidates:
        reason = None if candidate.group in person.mandatory else exclusion(person, candidate, today=today)
        if reason is None:
            kept.append(candidate)
        else:
            excluded.append(Excluded(candidate, reason))
    passed = frozenset(person.passed)
    while lost := unready(kept, passed, person.mandatory):
        excluded += lost
        gone = {each.candidate.group for each in lost}
        kept = [each for each in kept if each.group not in gone]
    problem = Problem(
        weights=person.weights,
        limits=person.limits,
        candidates=tuple(kept),
        passed=passed,
        mandatory=person.mandatory,
        planned=planned,
        stability=stability,
    )
    return Prepared(problem, tuple(excluded))


def exclusion(person: Person, candidate: Candidate, *, today: date) -> Exclusion | None:
    """The first reason, from the person's own wish to the limits, that rules out this group by itself."""
    if person.forbidden & {candidate.group, candidate.programme}:
        return Forbidden()
    if candidate.positions and person.position not in candidate.positions:
        return NotForAudience("position")
    if candidate.subjects and not candidate.subjects & person.subjects:
        return NotForAudience("subject")
    if candidate.levels and not candidate.levels & person.levels:
        return NotForAudience("level")
    passed_on = person.passed.get(candidate.programme)
    if passed_on and not may_repeat(passed_on=passed_on, on=candidate.start or today):
        return PassedRecently(passed_on)
    if candidate.closes and candidate.closes < today:
        return Closed(candidate.closes)
    if candidate.start and candidate.start <= today:
        return Closed(candidate.start - timedelta(days=1))
    if candidate.seats is not None and candidate.seats < 1:
        return Full()
    for period in person.blackouts:
        if candidate.overlaps(period):
            return BlackedOut(period)
    return excess(person.limits, candidate)


def may_repeat(*, passed_on: date, on: date) -> bool:
    """Whether a programme may be taken again that day: three years after it was passed."""
    return (on.year - YEARS_BEFORE_REPEAT, on.month, on.day) >= (passed_on.year, passed_on.month, passed_on.day)


def excess(limits: Limits, candidate: Candidate) -> Exclusion | None:
    """The first limit that this group exceeds even alone."""
    if candidate.hours > limits.hours:
        return TooLong(candidate.hours - limits.hours)
    if candidate.fee > limits.fee:
        return TooDear(candidate.fee - limits.fee)
    for (year, quarter), hours in candidate.loads().items():
        if hours > limits.quarter_hours:
            return QuarterFull(year, quarter, hours - limits.quarter_hours)
    return None


def unready(kept: list[Candidate], passed: frozenset[str], mandatory: frozenset[str]) -> list[Excluded]:
    """Groups whose prerequisites none of the kept groups gives in time."""
    needed = chains(kept, passed)
    return [
        Excluded(each, PrerequisiteMissing(lacking[0]))
        for each in kept
        if each.programme in needed and each.group not in mandatory and (lacking := missing(needed, kept, each))
    ]
