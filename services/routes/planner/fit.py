"""Whether a set of groups can stand in one route, said in words rather than masks."""

from collections.abc import Iterable, Mapping, Sequence

from services.routes.planner.problem import Candidate, Problem, Quarter, chains
from services.routes.planner.reasons import (
    Obstacle,
    Overlaps,
    PrerequisiteMissing,
    QuarterFull,
    SameProgramme,
    TooDear,
    TooLong,
    TooMany,
)


def obstacles(problem: Problem, chosen: Sequence[Candidate], candidate: Candidate) -> tuple[Obstacle, ...]:
    """Everything that keeps the candidate from joining the chosen groups; empty when it fits."""
    found: list[Obstacle] = [SameProgramme(other.group) for other in chosen if other.programme == candidate.programme]
    found += [Overlaps(other.group) for other in chosen if other.programme != candidate.programme and other.overlaps(candidate)]
    needed = chains(problem.candidates, problem.passed)
    found += [PrerequisiteMissing(programme) for programme in missing(needed, chosen, candidate)]
    found += excesses(problem, [*chosen, candidate])
    return tuple(found)


def missing(needed: Mapping[str, frozenset[str]], chosen: Iterable[Candidate], candidate: Candidate) -> list[str]:
    """Programmes that must come before the candidate and do not."""
    ready = {other.programme for other in chosen if other.programme != candidate.programme and other.ends_before(candidate)}
    return sorted(needed.get(candidate.programme, frozenset()) - ready)


def excesses(problem: Problem, chosen: Sequence[Candidate]) -> list[TooLong | TooDear | TooMany | QuarterFull]:
    """Limits that the groups together exceed."""
    limits, found = problem.limits, list[TooLong | TooDear | TooMany | QuarterFull]()
    if (hours := sum(each.hours for each in chosen)) > limits.hours:
        found.append(TooLong(hours - limits.hours))
    if (fee := sum(each.fee for each in chosen)) > limits.fee:
        found.append(TooDear(fee - limits.fee))
    if len(chosen) > limits.courses:
        found.append(TooMany())
    loads: dict[Quarter, int] = {}
    for each in chosen:
        for quarter, hours in each.loads().items():
            loads[quarter] = loads.get(quarter, 0) + hours
    found += [QuarterFull(*quarter, load - limits.quarter_hours) for quarter, load in sorted(loads.items()) if load > limits.quarter_hours]
    return found


def fits(problem: Problem, chosen: Sequence[Candidate]) -> bool:
    """Whether the groups are a route: within limits, without clashes, every prerequisite in time, every mandatory group there."""
    return problem.mandatory <= {each.group for each in chosen} and not any(
        obstacles(problem, [other for other in chosen if other is not each], each) for each in chosen
    )
