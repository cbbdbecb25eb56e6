"""Why a group is not in the route, and what it would cost to take it."""

from dataclasses import dataclass, replace

from services.routes.planner.fit import obstacles
from services.routes.planner.prepare import Prepared
from services.routes.planner.problem import Candidate, Problem
from services.routes.planner.reasons import (
    LittleGain,
    NoRoute,
    Obstacle,
    Outweighed,
    Overlaps,
    PrerequisiteMissing,
    QuarterFull,
    Reason,
    SameProgramme,
    TooDear,
    TooLong,
    TooMany,
    Unknown,
)
from services.routes.planner.solve import Plan, objective, solve


@dataclass(frozen=True)
class WhyNot:
    """What taking a group into the route would cost, and what keeps it out; no plan and no loss when it cannot be taken at all."""

    group: str
    reason: Reason
    loss: float | None
    plan: Plan | None


def why_not(prepared: Prepared, plan: Plan, group: str) -> WhyNot:
    """What keeps a group out of the route: the filter it failed, or the constraint without which it would enter."""
    for left_out in prepared.excluded:
        if left_out.candidate.group == group:
            return WhyNot(group, left_out.reason, None, None)
    asked = next((each for each in prepared.problem.candidates if each.group == group), None)
    if asked is None or group in plan.groups:
        return WhyNot(group, Unknown(), None, None)
    try:
        forced = solve(replace(prepared.problem, mandatory=prepared.problem.mandatory | {group}))
    except NoRoute as refusal:
        return WhyNot(group, refusal.reason, None, None)
    return WhyNot(group, binding(prepared.problem, plan, asked), plan.objective - forced.objective, forced)


def binding(problem: Problem, plan: Plan, asked: Candidate) -> Reason:
    """The first obstacle whose removal lets the group into the best route, or the first of all if only together; else what outdoes it."""
    if gain_beside(problem, plan, asked) <= 0:
        return LittleGain()
    met = obstacles(problem, plan.steps, asked)
    first_of_a_kind = {type(obstacle): obstacle for obstacle in reversed(met)}
    for obstacle in reversed(first_of_a_kind.values()):
        if asked.group in solve(relaxed(problem, asked, obstacle)).groups:
            return obstacle
    for obstacle in met:
        problem = relaxed(problem, asked, obstacle)
    return met[0] if asked.group in solve(problem).groups else Outweighed()


def gain_beside(problem: Problem, plan: Plan, asked: Candidate) -> float:
    """What the group would add to the objective of the route if nothing stood in its way."""
    beside = [step for step in plan.steps if step.programme != asked.programme]
    return objective(problem, [*beside, asked]) - objective(problem, beside)


def relaxed(problem: Problem, asked: Candidate, obstacle: Obstacle) -> Problem:
    """The problem with one obstacle out of the group's way."""
    limits = problem.limits
    match obstacle:
        case TooLong():
            return replace(problem, limits=replace(limits, hours=limits.hours + obstacle.lacking))
        case TooDear():
            return replace(problem, limits=replace(limits, fee=limits.fee + obstacle.lacking))
        case TooMany():
            return replace(problem, limits=replace(limits, courses=limits.courses + 1))
        case QuarterFull():
            return replace(problem, limits=replace(limits, quarter_hours=limits.quarter_hours + obstacle.lacking))
        case PrerequisiteMissing():
            return replace(problem, passed=problem.passed | {obstacle.programme})
        case Overlaps():
            undated = replace(asked, start=None, end=None)
            return replace(problem, candidates=tuple(undated if each.group == asked.group else each for each in problem.candidates))
        case SameProgramme():
            others = tuple(each for each in problem.candidates if each.group != obstacle.group)
            return replace(problem, candidates=others, mandatory=problem.mandatory - {obstacle.group})
