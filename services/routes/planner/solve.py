"""The best route of one person, proven or with its bound."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import fsum

from services.routes.planner.fit import missing, obstacles
from services.routes.planner.instance import compiled, in_order
from services.routes.planner.problem import Candidate, Problem, chains, fingerprint
from services.routes.planner.reasons import NoRoute, PrerequisiteMissing, Unknown
from services.routes.planner.search import NODE_LIMIT, search

VERSION = "branch-and-bound/1"
GROUP_VISITS = 4_000_000


@dataclass(frozen=True)
class Plan:
    """A route: its groups in order of start, the objective and what no route can exceed, and the weight left of every deficit."""

    steps: tuple[Candidate, ...]
    objective: float
    bound: float
    proven: bool
    nodes: int
    residual: Mapping[str, float]
    hours: int
    inputs: str
    solver: str = VERSION

    @property
    def groups(self) -> frozenset[str]:
        """The groups of the route."""
        return frozenset(step.group for step in self.steps)


def solve(problem: Problem, *, node_limit: int = NODE_LIMIT) -> Plan:
    """The route with the greatest objective; refuses with NoRoute when the mandatory groups cannot stand together.

    A node costs as much as there are groups, so of many groups fewer nodes are looked at: a route takes seconds at most, its bound says
    what that may have cost.
    """
    groups = in_order(problem)
    if problem.mandatory:
        refuse_impossible(problem, groups)
    found = search(compiled(problem, groups), node_limit=min(node_limit, GROUP_VISITS // max(1, len(groups))))
    if found.chosen is None:
        raise unmet(problem, groups)
    chosen = [each for index, each in enumerate(groups) if found.chosen >> index & 1]
    value = objective(problem, chosen)
    return Plan(
        steps=tuple(in_sequence(problem, chosen)),
        objective=value,
        bound=value if found.proven else max(value, found.bound - problem.stability * len(problem.planned)),
        proven=found.proven,
        nodes=found.nodes,
        residual=residual(problem.weights, chosen),
        hours=sum(each.hours for each in chosen),
        inputs=fingerprint(problem),
    )


def residual(weights: Mapping[str, float], chosen: Iterable[Candidate]) -> dict[str, float]:
    """Weight left of every deficit after the groups: W times the product of (1 - e)."""
    left = dict(sorted(weights.items()))
    for each in chosen:
        for competence, effect in each.effects.items():
            if competence in left:
                left[competence] *= 1 - effect
    return left


def objective(problem: Problem, chosen: Sequence[Candidate]) -> float:
    """Weight closed, less the penalties and the stability for every planned group not among the chosen."""
    left = residual(problem.weights, chosen)
    closed = [weight - left[competence] for competence, weight in problem.weights.items()]
    changed = len(problem.planned - {each.group for each in chosen})
    return fsum([*closed, *(-each.penalty for each in chosen), -problem.stability * changed])


def in_sequence(problem: Problem, chosen: Sequence[Candidate]) -> list[Candidate]:
    """By start; an undated course as early as its prerequisites in the route allow."""
    needed = chains(problem.candidates, problem.passed)

    def moment(each: Candidate) -> tuple[date, int, str]:
        before = needed.get(each.programme, frozenset())
        ends = [other.end for other in chosen if other.programme in before and other.end]
        return each.start or max(ends, default=date.min), len(before), each.programme

    return sorted(chosen, key=moment)


def refuse_impossible(problem: Problem, groups: Sequence[Candidate]) -> None:
    """Raise NoRoute for the first mandatory group that is not offered or does not fit beside those before it."""
    offered = {each.group for each in groups}
    for group in sorted(problem.mandatory - offered):
        raise NoRoute(group, Unknown())
    placed: list[Candidate] = []
    for each in groups:
        if each.group in problem.mandatory:
            for obstacle in obstacles(problem, placed, each):
                if not isinstance(obstacle, PrerequisiteMissing):
                    raise NoRoute(each.group, obstacle)
            placed.append(each)


def unmet(problem: Problem, groups: Sequence[Candidate]) -> NoRoute:
    """The refusal when the mandatory groups fit together but their prerequisites do not fit beside them."""
    mandatory = [each for each in groups if each.group in problem.mandatory]
    needed = chains(problem.candidates, problem.passed)
    lacking = ((each.group, programme) for each in mandatory for programme in missing(needed, mandatory, each))
    group, programme = next(lacking)
    return NoRoute(group, PrerequisiteMissing(programme))
