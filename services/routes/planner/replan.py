"""A new route that keeps what is done and confirmed, and changes what was planned only where that pays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.routes.planner.prepare import Prepared, prepare
from services.routes.planner.problem import NOBODY, Candidate, Limits, Person, Quarter
from services.routes.planner.solve import Plan, solve


@dataclass(frozen=True)
class Replanned:
    """The new route, done and confirmed groups included, and which planned groups it keeps, drops and adds."""

    prepared: Prepared
    plan: Plan
    kept: frozenset[str]
    dropped: frozenset[str]
    added: frozenset[str]


def replan(
    person: Person,
    candidates: Iterable[Candidate],
    *,
    today: date,
    done: Sequence[Candidate] = (),
    confirmed: Sequence[Candidate] = (),
    planned: frozenset[str] = NOBODY,
    remeasured: frozenset[str] = NOBODY,
    delta: float = 0.0,
) -> Replanned:
    """The best route after a change; every planned group it drops costs delta.

    A done course closes its share of a deficit only as a forecast: of the competences measured since, the weights already know.
    """
    finished = [as_forecast(each, remeasured, beside=[other for other in [*done, *confirmed] if other is not each]) for each in done]
    fixed = {each.group: each for each in [*confirmed, *finished]}
    on_offer = [*fixed.values(), *(each for each in candidates if each.group not in fixed)]
    holder = replace(
        person,
        limits=room_for(list(fixed.values()), person.limits),
        mandatory=person.mandatory | fixed.keys(),
        passed={**person.passed, **{each.programme: each.end or today for each in done}},
    )
    prepared = prepare(holder, on_offer, today=today, planned=planned, stability=delta)
    plan = solve(prepared.problem)
    return Replanned(prepared, plan, kept=planned & plan.groups, dropped=planned - plan.groups, added=plan.groups - planned - fixed.keys())


def as_forecast(done: Candidate, remeasured: frozenset[str], *, beside: Iterable[Candidate]) -> Candidate:
    """A done course as the solver should see it: nothing more to require of it, and no dates where it was taken beside another."""
    effects = {name: effect for name, effect in done.effects.items() if name not in remeasured}
    if any(done.overlaps(other) for other in beside):
        return replace(done, prerequisites=NOBODY, effects=effects, start=None, end=None)
    return replace(done, prerequisites=NOBODY, effects=effects)


def stability(plan: Plan) -> float:
    """The usual price of changing a planned group: 5 % of the mean gain of a step."""
    return 0.05 * plan.objective / max(1, len(plan.steps))


def room_for(fixed: Sequence[Candidate], limits: Limits) -> Limits:
    """The limits, widened where a cut came too late and the fixed groups already take more."""
    loads: dict[Quarter, int] = {}
    for each in fixed:
        for quarter, hours in each.loads().items():
            loads[quarter] = loads.get(quarter, 0) + hours
    return Limits(
        hours=max(limits.hours, sum(each.hours for each in fixed)),
        fee=max(limits.fee, sum(each.fee for each in fixed)),
        courses=max(limits.courses, len(fixed)),
        quarter_hours=max(limits.quarter_hours, *loads.values(), 0),
    )
