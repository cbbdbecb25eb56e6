"""From a measured deficit to a route, and to the next one when the world has changed."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import delete
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.routes import rules
from services.routes.commands import known
from services.routes.commands.copies import is_erased
from services.routes.planner.explain import Explanation, StepReason, explain
from services.routes.planner.problem import Candidate, Person
from services.routes.planner.reasons import NoRoute
from services.routes.planner.replan import Replanned, replan
from services.routes.tables import Route, Step
from shared.clock import today
from shared.contracts.assessment import AssessmentCompleted
from shared.contracts.routes import DeficitShare, Replacement, Residual, RoutePlanned, RouteStep
from shared.messaging.outbox import emit

FIXED = ("applied", "studying")
STABILITY = 0.01
"""What dropping a planned group costs: 1 % of the whole weight, about 5 % of a usual step's gain."""


async def plan_for(session: AsyncSession, person_id: UUID, *, because: Replacement | None, now: datetime) -> Route | None:
    """Plan a person's route from what is known now, or plan it anew; nothing is said when nothing changed."""
    measured = await known.newest_measurement(session, person_id)
    if measured is None or await is_erased(session, person_id):
        return None
    route = await known.live_route(session, person_id, lock=True)
    if route is not None and route.status == "studied":
        return route  # what it closed is for the second measurement to say
    if route is None or route.attempt_id != measured.attempt_id:
        if rules.needs_route(measured.results) and not await session.get(Route, uuid5(measured.attempt_id, "route")):
            route = await begin(session, measured, replaced=route, now=now)
        elif route is None:
            return None
    await fill(session, route, because=because, now=now)
    return route


async def begin(session: AsyncSession, measured: AssessmentCompleted, *, replaced: Route | None, now: datetime) -> Route:
    """A new route for a measurement, with what was applied for in the one it replaces; that one keeps its history."""
    if replaced is not None:
        replaced.status = "replaced"
        await session.flush()
    route = Route(
        route_id=uuid5(measured.attempt_id, "route"),
        person_id=measured.person_id,
        attempt_id=measured.attempt_id,
        procedure_id=measured.procedure_id,
        wishes=replaced.wishes if replaced else rules.Wishes().stored(),
        planned_at=now,
    )
    session.add(route)
    await session.flush()
    weights = rules.weights(measured.results, measured.difficulties)
    for step in await known.steps_of(session, replaced.route_id) if replaced else ():
        if step.status in FIXED and step.closes.keys() & weights.keys():
            own = {"step_id": uuid5(route.route_id, str(step.programme_id)), "route_id": route.route_id}
            session.add(Step(**{**step.model_dump(), **own}))
    await session.flush()
    return route


async def fill(session: AsyncSession, route: Route, *, because: Replacement | None, now: datetime) -> None:
    """Solve the route's problem and store the answer; refuses with `CannotStandTogether` when pinned groups clash."""
    steps = await known.steps_of(session, route.route_id)
    try:
        found = await solved(session, route, now=now)
    except NoRoute as refusal:
        if because == "person":
            raise rules.CannotStandTogether() from refusal
        if not (pinned := rules.Wishes.of(route.wishes)).pinned:
            return  # two groups already applied for clash; the person sorts that out, the route stays
        route.wishes = replace(pinned, pinned=frozenset()).stored()  # what was pinned is no longer to be had
        found = await solved(session, route, now=now)
    plan, reasons = found.plan, await asyncio.to_thread(explain, found.prepared, found.plan)
    before = [(step.programme_id, step.groups[:1]) for step in steps]
    after = [(UUID(one.step.programme), [one.step.group]) for one in reasons.steps]
    offered = {group for one in reasons.steps for group in one.groups}
    days = {UUID(one.step.programme): (one.step.start, one.step.end) for one in reasons.steps}
    planned = [step for step in steps if step.status == "planned"]
    gone = any(not offered.issuperset(step.groups) for step in planned)  # an alternative that is no more
    moved = any(days.get(step.programme_id) != (step.starts, step.ends) for step in planned)
    if route.revision and before == after and not gone and not moved and because not in ("person", "result"):
        return
    await store_steps(session, route, steps, reasons)
    route.hours, route.objective, route.bound, route.proven = plan.hours, plan.objective, plan.bound, plan.proven
    route.solver, route.inputs_hash, route.planned_at = plan.solver, plan.inputs, now
    route.residual = [{"competence": one.competence, "share": one.share, "reason": one.reason.code} for one in reasons.residuals]
    await say_planned(session, route, because=because if route.revision else None)


async def inputs(session: AsyncSession, route: Route, *, now: datetime, held: Sequence[UUID] = ()) -> tuple[Person, list[Candidate]]:
    """The planner's view of a route's owner and of what is on offer today; empty weights when the measurement is gone."""
    measured = await known.measurement(session, route.attempt_id)
    weights = rules.weights(measured.results, measured.difficulties) if measured else {}
    learner, wishes = await known.learner_of(session, route.person_id), rules.Wishes.of(route.wishes)
    offered = await known.candidates(session, weights=weights, learner=learner, today=today(now), keep=held)
    person = await known.person_of(session, person_id=route.person_id, weights=weights, wishes=wishes, learner=learner)
    return person, offered


async def solved(session: AsyncSession, route: Route, *, now: datetime) -> Replanned:
    """The best route beside what is done and applied for, searched beside the event loop: the hardest takes seconds."""
    steps = await known.steps_of(session, route.route_id)
    person, offered = await inputs(session, route, now=now, held=[UUID(step.groups[0]) for step in steps if step.status != "planned"])
    by_group = {one.group: one for one in offered}

    def standing(*statuses: str) -> list[Candidate]:
        return [by_group[step.groups[0]] for step in steps if step.status in statuses and step.groups[0] in by_group]

    return await asyncio.to_thread(
        replan,
        person,
        offered,
        today=today(now),
        done=standing("completed"),
        confirmed=standing(*FIXED),
        planned=frozenset(step.groups[0] for step in steps if step.status == "planned"),
        delta=STABILITY * sum(person.weights.values()),
    )


async def store_steps(session: AsyncSession, route: Route, steps: Sequence[Step], reasons: Explanation) -> None:
    """Keep the steps that stay, in their new places, drop the others, add the new ones."""
    known = {step.programme_id: step for step in steps}
    wanted = {UUID(one.step.programme) for one in reasons.steps}
    dropped = [step.step_id for programme, step in known.items() if programme not in wanted]
    await session.execute(delete(Step).where(col(Step.step_id).in_(dropped)))
    for position, one in enumerate(reasons.steps, 1):
        programme = UUID(one.step.programme)
        step = known.get(programme) or Step(
            step_id=uuid5(route.route_id, str(programme)),
            route_id=route.route_id,
            programme_id=programme,
            position=position,
            hours=one.step.hours,
        )
        if step.status == "planned":
            step.groups, step.starts, step.ends, step.hours = list(one.groups), one.step.start, one.step.end, one.step.hours
        step.position, step.closes, step.reason = position, dict(one.closes), why(one)
        session.add(step)
    await session.flush()


def why(one: StepReason) -> dict[str, Any]:
    """The reasons of a step as they are shown: its fair shares, and what would be lost without it."""
    lost = one.without
    return {
        "fair": dict(one.fair),
        "loss_share": lost.share if lost else None,
        "instead": [other.programme for other in lost.instead] if lost else [],
    }


async def say_planned(session: AsyncSession, route: Route, *, because: Replacement | None) -> None:
    route.revision += 1
    steps = [
        RouteStep(
            step_id=step.step_id,
            position=step.position,
            kind="programme",
            programme_id=step.programme_id,
            groups=[UUID(group) for group in step.groups],
            starts=step.starts,
            hours=step.hours,
            closes=[DeficitShare(competence=code, share=share) for code, share in step.closes.items()],
        )
        for step in await known.steps_of(session, route.route_id)
    ]
    planned = RoutePlanned(
        route_id=route.route_id,
        person_id=route.person_id,
        attempt_id=route.attempt_id,
        status="proposed" if route.status == "proposed" else "accepted",
        replaced_because=because,
        steps=steps,
        hours=route.hours,
        objective=route.objective,
        bound=route.bound,
        proven=route.proven,
        residual=[Residual.model_validate(one) for one in route.residual],
        inputs_hash=route.inputs_hash,
    )
    await emit(session, planned, subject=route.route_id, revision=route.revision)
