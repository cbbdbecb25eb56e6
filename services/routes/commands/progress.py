"""How far a route is: acceptance, steps that move with their applications, the end of study, the second measurement."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.routes import rules
from services.routes.commands import known
from services.routes.commands.copies import hold
from services.routes.commands.planning import plan_for
from services.routes.tables import Application, Route, Step, StudyGroup, Training
from shared.access import Caller
from shared.clock import today
from shared.contracts.assessment import AssessmentCompleted
from shared.contracts.catalog import GroupAnnounced
from shared.contracts.routes import CompetenceChange, RouteAccepted, RouteCompleted, RouteStepCompleted, RouteStudied
from shared.errors import NotFound
from shared.messaging.outbox import emit
from shared.telemetry import annotate


async def own_route(session: AsyncSession, route_id: UUID, caller: Caller) -> Route:
    """The caller's own route, locked; anybody else's is unknown."""
    found = select(Route).where(col(Route.route_id) == route_id, col(Route.person_id).in_(caller.scopes("person")))
    route: Route | None = (await session.execute(found.with_for_update())).scalar_one_or_none()
    if route is None:
        raise NotFound()
    annotate(dpo__route__id=route.route_id)
    return route


async def accept(session: AsyncSession, *, route_id: UUID, caller: Caller, now: datetime) -> Route:
    """The teacher agrees to a route; agreeing twice is not an error."""
    await hold(session, caller.scopes("person")[0])
    route = await own_route(session, route_id, caller)
    if route.status == "accepted":
        return route
    if route.status != "proposed":
        raise rules.RouteClosed()
    steps = await known.steps_of(session, route.route_id)
    if not steps:
        raise rules.NothingPlanned()
    route.status, route.accepted_at, route.revision = "accepted", now, route.revision + 1
    accepted = RouteAccepted(route_id=route.route_id, person_id=route.person_id, steps=[step.step_id for step in steps])
    await emit(session, accepted, subject=route.route_id, revision=route.revision)
    await advance(session, route.person_id, now=now)
    return route


async def change(session: AsyncSession, *, route_id: UUID, wishes: rules.Wishes, caller: Caller, now: datetime) -> Route:
    """Plan a route anew within other wishes of its owner."""
    await hold(session, caller.scopes("person")[0])
    route = await own_route(session, route_id, caller)
    if route.status not in ("proposed", "accepted"):
        raise rules.RouteClosed()
    route.wishes = wishes.stored()
    await session.flush()
    await plan_for(session, route.person_id, because="person", now=now)
    return route


async def advance(session: AsyncSession, person_id: UUID, *, now: datetime) -> None:
    """Move a person's steps to where their applications and trainings are; say each that was completed, and the end of the last."""
    route = await known.live_route(session, person_id, lock=True)
    if route is None or route.status == "studied":
        return
    steps = await known.steps_of(session, route.route_id)
    applications, trained = await standing(session, route, steps)
    freed = False
    for step in steps:
        application = applications.get(step.programme_id)
        ended = trained.get(step.programme_id)
        moved = rules.step_status(application=application.status if application else None, trained=ended is not None)
        if moved == step.status:
            continue
        freed = freed or moved == "planned"
        step.status, step.application_id = moved, application.application_id if application and moved != "planned" else None
        group_id = ended.group_id if ended else application.group_id if application else None
        if moved != "planned" and group_id is not None:
            await settle(session, step, group_id)
        if moved == "completed":
            await say_step(session, route, step, steps)
    await session.flush()
    if route.status == "accepted" and steps and all(step.status == "completed" for step in steps):
        await say_studied(session, route, steps, now=now)
    elif freed:
        await plan_for(session, person_id, because="seat_lost", now=now)


async def standing(session: AsyncSession, route: Route, steps: Sequence[Step]) -> tuple[dict[UUID, Application], dict[UUID, Training]]:
    """The person's newest application and training that ended well, by programme.

    What ended before the measurement a route was made from is no step of it: the measurement already knows.
    """
    measured = await known.measurement(session, route.attempt_id)
    since = today(measured.completed_at) if measured else date.min
    programmes = [step.programme_id for step in steps]
    studied = select(Training).where(col(Training.person_id) == route.person_id, col(Training.programme_id).in_(programmes))
    trainings = list((await session.execute(studied.order_by(col(Training.ended_on)))).scalars())
    before = {one.application_id for one in trainings if one.ended_on < since}
    asked = select(Application).where(col(Application.person_id) == route.person_id, col(Application.programme_id).in_(programmes))
    found = (await session.execute(asked.order_by(col(Application.number)))).scalars()
    applications = {one.programme_id: one for one in found if one.application_id not in before}
    return applications, {one.programme_id: one for one in trainings if one.ended_on >= since and one.outcome == "completed"}


async def settle(session: AsyncSession, step: Step, group_id: UUID) -> None:
    """The step now stands in the group that was applied for."""
    step.groups = [str(group_id), *(group for group in step.groups if group != str(group_id))]
    found = await session.get(StudyGroup, group_id)
    if found and found.fact:
        group = GroupAnnounced.model_validate(found.fact)
        step.starts, step.ends = group.starts, group.ends


async def say_step(session: AsyncSession, route: Route, step: Step, steps: Sequence[Step]) -> None:
    route.revision += 1
    completed = RouteStepCompleted(
        route_id=route.route_id,
        person_id=route.person_id,
        step_id=step.step_id,
        application_id=step.application_id,
        remaining=sum(1 for other in steps if other.status != "completed"),
    )
    await emit(session, completed, subject=route.route_id, revision=route.revision)


async def say_studied(session: AsyncSession, route: Route, steps: Sequence[Step], *, now: datetime) -> None:
    route.status, route.studied_on, route.revision = "studied", today(now), route.revision + 1
    studied = RouteStudied(
        route_id=route.route_id,
        person_id=route.person_id,
        attempt_id=route.attempt_id,
        procedure_id=route.procedure_id,
        competences=sorted({code for step in steps for code in step.closes}),
        studied_on=route.studied_on,
    )
    await emit(session, studied, subject=route.route_id, revision=route.revision)


async def close(session: AsyncSession, after: AssessmentCompleted, *, now: datetime) -> None:
    """Compare an exit measurement with the one its route was made from, and say what closed."""
    route = await session.get(Route, after.route_id, with_for_update=True) if after.route_id else None
    if route is None or route.person_id != after.person_id or route.status not in rules.LIVE:
        return
    before = await known.measurement(session, route.attempt_id)
    if before is None:
        return
    asked = rules.weights(before.results, before.difficulties)
    second = {one.competence: one for one in after.results}
    changes: list[dict[str, Any]] = []
    for first in before.results:
        if first.competence in asked and (then := second.get(first.competence)):
            error, verdict = rules.closure(first, then)
            changes.append(
                {
                    "competence": first.competence,
                    "before": first.estimate,
                    "after": then.estimate,
                    "difference_error": error,
                    "verdict": verdict,
                }
            )
    route.status, route.changes, route.completed_at, route.revision = "completed", changes, now, route.revision + 1
    completed = RouteCompleted(
        route_id=route.route_id,
        person_id=route.person_id,
        attempt_id=after.attempt_id,
        changes=[CompetenceChange.model_validate(one) for one in changes],
    )
    await emit(session, completed, subject=route.route_id, revision=route.revision)
