"""The route problem as a mixed-integer programme for HiGHS, with the closure of a deficit bounded from above by tangents."""

from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import exp, log
from time import perf_counter

import highspy

from services.routes.planner.problem import Candidate, Problem

TANGENTS = (0.0, 0.15, 0.35, 0.6, 0.9, 1.3, 1.8, 2.5, 3.5)


@dataclass(frozen=True)
class Verdict:
    """The groups HiGHS chose, its own, slightly optimistic, bound, and the seconds it took to solve the finished model."""

    chosen: tuple[Candidate, ...]
    bound: float
    seconds: float


def referee(problem: Problem, *, tangents: tuple[float, ...] = TANGENTS) -> Verdict:
    """The best route by HiGHS; infeasible problems are not for it."""
    model = highspy.Highs()  # type: ignore[no-untyped-call]
    model.setOptionValue("output_flag", False)
    model.setOptionValue("threads", 1)
    model.setOptionValue("mip_rel_gap", 0.0)
    model.setOptionValue("mip_abs_gap", 1e-9)
    take = {each.group: model.addBinary() for each in problem.candidates}
    candidates, limits = problem.candidates, problem.limits
    model.addConstr(sum(each.hours * take[each.group] for each in candidates) <= limits.hours)
    model.addConstr(sum(each.fee * take[each.group] for each in candidates) <= limits.fee)
    model.addConstr(sum(take[each.group] for each in candidates) <= limits.courses)
    for quarter in sorted({quarter for each in candidates for quarter in each.loads()}):
        model.addConstr(sum(each.loads().get(quarter, 0) * take[each.group] for each in candidates) <= limits.quarter_hours)
    for clique in cliques(candidates):
        model.addConstr(sum(take[each.group] for each in clique) <= 1)
    add_prerequisites(model, problem, take)
    for group in problem.mandatory:
        model.addConstr(take[group] >= 1)
    gains = []
    for competence, weight in problem.weights.items():
        helpful = [(take[each.group], -log(1 - each.effects[competence])) for each in candidates if each.effects.get(competence)]
        if weight and helpful:
            closed = model.addVariable(lb=0, ub=1)
            depth = sum(kappa * variable for variable, kappa in helpful)
            for point in tangents:
                model.addConstr(closed - exp(-point) * depth <= 1 - exp(-point) * (1 + point))
            gains.append(weight * closed)
    start = perf_counter()
    model.maximize(sum(gains) - sum(each.penalty * take[each.group] for each in candidates))
    seconds = perf_counter() - start
    solution = model.getSolution().col_value
    chosen = tuple(each for each in candidates if solution[take[each.group].index] > 0.5)
    return Verdict(chosen, model.getInfo().mip_dual_bound, seconds)


def attainable(effects: tuple[float, ...], courses: int) -> tuple[float, ...]:
    """Every depth that up to so many courses of these effects can reach: with tangents there the closure is exact."""
    depths = {
        round(sum(-log(1 - effect) for effect in some), 12)
        for size in range(courses + 1)
        for some in combinations_with_replacement(effects, size)
    }
    return tuple(sorted(depths))


def cliques(candidates: tuple[Candidate, ...]) -> list[list[Candidate]]:
    """Groups of one programme, and groups that meet on the day another one starts."""
    programmes = {each.programme for each in candidates}
    same = [[each for each in candidates if each.programme == programme] for programme in sorted(programmes)]
    days = sorted({each.start for each in candidates if each.start})
    meeting = [[each for each in candidates if each.start and each.end and each.start <= day <= each.end] for day in days]
    return [clique for clique in same + meeting if len(clique) > 1]


def add_prerequisites(model: highspy.Highs, problem: Problem, take: dict[str, highspy.highs.highs_var]) -> None:
    """A course needs one group of each programme before it that is over in time; undated links are ordered by ranks."""
    rank = {each.group: model.addVariable(lb=0, ub=400) for each in problem.candidates}
    origin = min((each.start for each in problem.candidates if each.start), default=None)
    for each in problem.candidates:
        if each.start and each.end and origin:
            model.addConstr(rank[each.group] == (each.end - origin).days + 1)
    for each in problem.candidates:
        for programme in each.prerequisites - problem.passed:
            givers = [other for other in problem.candidates if other.programme == programme and other.ends_before(each)]
            model.addConstr(take[each.group] <= sum((take[giver.group] for giver in givers), 0 * take[each.group]))
            for giver in givers:
                begins = (each.start - origin).days + 1 if each.start and origin else rank[each.group]
                gap = 1 if each.start else 0
                model.addConstr(rank[giver.group] + gap <= begins + 401 * (2 - take[giver.group] - take[each.group]))
