"""Why this route: what each step closes, what would be lost without it, and what stays open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from math import factorial, prod

from services.routes.planner.fit import fits, obstacles
from services.routes.planner.prepare import Excluded, Prepared
from services.routes.planner.problem import Candidate, Problem
from services.routes.planner.reasons import Forbidden, LittleGain, NoProgramme, NoRoute, PartlyClosed, Reason
from services.routes.planner.solve import Plan, solve
from services.routes.planner.why_not import gain_beside

SETTLED = 0.05


@dataclass(frozen=True)
class Without:
    """The best route without a programme: what it loses, absolutely and as a share of the objective, and what would come instead."""

    plan: Plan
    loss: float
    share: float
    instead: tuple[Candidate, ...]


@dataclass(frozen=True)
class StepReason:
    """Why a step is in the route.

    Closes is the share of each deficit that only this step closes beside the others; fair is its Shapley share, and fair
    shares of all steps add up to what the route closes. Groups are those of the programme that fit here, the best first.
    Without is None when the route cannot do without the step.
    """

    step: Candidate
    closes: Mapping[str, float]
    fair: Mapping[str, float]
    without: Without | None
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Residual:
    """What stays open of a deficit: its weight, the share of it left, and why."""

    competence: str
    weight: float
    share: float
    reason: Reason


@dataclass(frozen=True)
class Explanation:
    """Every step and every deficit that stays open by more than 5 %."""

    steps: tuple[StepReason, ...]
    residuals: tuple[Residual, ...]


def explain(prepared: Prepared, plan: Plan) -> Explanation:
    """The reasons of a route just solved from this problem."""
    fair = fair_shares(prepared.problem.weights, plan.steps)
    steps = tuple(
        StepReason(
            step=step,
            closes=closes(prepared.problem.weights, plan.steps, step),
            fair=fair[step.group],
            without=without(prepared.problem, plan, step),
            groups=ranked_groups(prepared.problem, plan, step),
        )
        for step in plan.steps
    )
    return Explanation(steps, residuals(prepared, plan))


def closes(weights: Mapping[str, float], steps: Sequence[Candidate], step: Candidate) -> dict[str, float]:
    """Per deficit, the share that stays open without the step and is closed with it."""
    others = [other.effects for other in steps if other.group != step.group]
    return {
        competence: effect * prod(1 - other.get(competence, 0.0) for other in others)
        for competence, effect in sorted(step.effects.items())
        if effect and weights.get(competence)
    }


def fair_shares(weights: Mapping[str, float], steps: Sequence[Candidate]) -> dict[str, dict[str, float]]:
    """Per group and deficit, the Shapley share of what the route closes: the mean over all orders of taking the steps."""
    shares: dict[str, dict[str, float]] = {step.group: {} for step in steps}
    for competence in sorted(name for name, weight in weights.items() if weight):
        open_after = {step.group: 1 - step.effects[competence] for step in steps if step.effects.get(competence)}
        for group, left in open_after.items():
            others, fair = [other for name, other in open_after.items() if name != group], 0.0
            for size in range(len(others) + 1):
                orders = factorial(size) * factorial(len(others) - size) / factorial(len(open_after))
                fair += orders * sum(prod(before) * (1 - left) for before in combinations(others, size))
            shares[group][competence] = fair
    return shares


def without(problem: Problem, plan: Plan, step: Candidate) -> Without | None:
    """The best route with no group of the step's programme, if there is one."""
    if step.group in problem.mandatory:
        return None
    try:
        other = solve(replace(problem, candidates=tuple(each for each in problem.candidates if each.programme != step.programme)))
    except NoRoute:
        return None
    loss = plan.objective - other.objective
    instead = tuple(each for each in other.steps if each.group not in plan.groups)
    return Without(other, loss, loss / plan.objective if plan.objective > 0 else 0.0, instead)


def ranked_groups(problem: Problem, plan: Plan, step: Candidate) -> tuple[str, ...]:
    """The step's group, then the other groups of its programme that could take its place, the least penalty first."""
    others = [
        each
        for each in problem.candidates
        if each.programme == step.programme
        and each.group != step.group
        and fits(problem, [each if other is step else other for other in plan.steps])
    ]
    others.sort(key=lambda each: (each.penalty, each.start or date.min, each.group))
    return step.group, *(each.group for each in others)


def residuals(prepared: Prepared, plan: Plan) -> tuple[Residual, ...]:
    """Every deficit of which more than 5 % stays open, the heaviest rest first."""
    problem = prepared.problem
    left = sorted(plan.residual.items(), key=lambda rest: (-rest[1], rest[0]))
    return tuple(
        Residual(competence, weight, weight / problem.weights[competence], why_open(prepared, plan, competence))
        for competence, weight in left
        if problem.weights[competence] > 0 and weight > SETTLED * problem.weights[competence]
    )


def why_open(prepared: Prepared, plan: Plan, competence: str) -> Reason:
    """What keeps the route from closing more: no programme, the filters, or what stands before the group that is nearest to fitting."""
    problem = prepared.problem
    taken = {step.programme for step in plan.steps}
    unused = [each for each in problem.candidates if each.effects.get(competence) and each.programme not in taken]
    gains = {each.group: gain for each in unused if (gain := gain_beside(problem, plan, each)) > 0}
    met = [(obstacles(problem, plan.steps, each), -gains[each.group], each.group) for each in unused if each.group in gains]
    if met:
        nearest, _, _ = min(met, key=lambda each: (len(each[0]), *each[1:]))
        return nearest[0] if nearest else LittleGain()
    if unused:
        return LittleGain()
    barred = [each for each in prepared.excluded if each.candidate.effects.get(competence) and each.candidate.programme not in taken]
    if barred:
        return most_telling(barred, competence)
    if any(step.effects.get(competence) for step in plan.steps):
        return PartlyClosed()
    return NoProgramme()


def most_telling(barred: Sequence[Excluded], competence: str) -> Reason:
    """The reason of the group that would close most of the deficit, a person's own refusal last."""
    best = max(barred, key=lambda each: (not isinstance(each.reason, Forbidden), each.candidate.effects[competence], each.candidate.group))
    return best.reason
