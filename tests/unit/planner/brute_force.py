"""The route problem by trying every set of groups; shares nothing with the planner but its types."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations
from math import inf

from services.routes.planner.problem import Candidate, Problem


def best_value(problem: Problem) -> float:
    """The greatest objective of any feasible set; minus infinity when no set is feasible."""
    return max((value(problem, chosen) for chosen in subsets(problem) if feasible(problem, chosen)), default=-inf)


def subsets(problem: Problem) -> Iterator[tuple[Candidate, ...]]:
    """All sets of groups with at most as many courses as allowed."""
    for size in range(min(problem.limits.courses, len(problem.candidates)) + 1):
        yield from combinations(problem.candidates, size)


def value(problem: Problem, chosen: Sequence[Candidate]) -> float:
    """Weight closed less penalties and changes."""
    total = 0.0
    for competence, weight in problem.weights.items():
        left = 1.0
        for each in chosen:
            left *= 1 - each.effects.get(competence, 0.0)
        total += weight * (1 - left)
    groups = {each.group for each in chosen}
    return total - sum(each.penalty for each in chosen) - problem.stability * sum(group not in groups for group in problem.planned)


def feasible(problem: Problem, chosen: Sequence[Candidate]) -> bool:
    """Every constraint of the statement, each in its plainest form."""
    limits = problem.limits
    if sum(each.hours for each in chosen) > limits.hours or sum(each.fee for each in chosen) > limits.fee or len(chosen) > limits.courses:
        return False
    if len({each.programme for each in chosen}) < len(chosen) or not problem.mandatory <= {each.group for each in chosen}:
        return False
    for one, other in combinations(chosen, 2):
        if one.start and one.end and other.start and other.end and max(one.start, other.start) <= min(one.end, other.end):
            return False
    loads: dict[tuple[int, int], int] = {}
    for each in chosen:
        for quarter, hours in each.loads().items():
            loads[quarter] = loads.get(quarter, 0) + hours
    if any(load > limits.quarter_hours for load in loads.values()):
        return False
    return all(startable(problem, chosen, each) for each in chosen)


def startable(problem: Problem, chosen: Sequence[Candidate], course: Candidate) -> bool:
    """Whether all that the course needs is over before it starts."""
    ends = [finished(problem, chosen, name, frozenset({course.programme})) for name in course.prerequisites - problem.passed]
    return all(end is not None and (course.start is None or end < course.start) for end in ends)


def finished(problem: Problem, chosen: Sequence[Candidate], programme: str, asked: frozenset[str]) -> date | None:
    """The earliest day on which the programme can be over: its own end, or for an undated one the end of all it needs."""
    course = next((each for each in chosen if each.programme == programme), None)
    if course is None or programme in asked:
        return None
    if course.end:
        return course.end
    ends = [finished(problem, chosen, name, asked | {programme}) for name in course.prerequisites - problem.passed]
    return None if None in ends else max((end for end in ends if end), default=date.min)
