"""Facts in: each is kept as heard, then the routes it touches are derived anew, so that their order does not matter."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import false, or_, select, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.routes.commands.copies import erase, hold, record
from services.routes.commands.planning import FIXED, plan_for
from services.routes.commands.progress import advance, close
from services.routes.tables import Application, Competence, Learner, Measurement, Programme, Route, Seats, Step, StudyGroup, Training
from shared.contracts import Envelope
from shared.contracts.assessment import AssessmentCompleted, FrameworkPublished
from shared.contracts.catalog import (
    GroupAnnounced,
    GroupCancelled,
    GroupChanged,
    GroupDates,
    ProgrammePublished,
    ProgrammeWithdrawn,
)
from shared.contracts.enrollment import (
    ApplicationSubmitted,
    ConsentWithdrawn,
    LearnerChanged,
    SeatsChanged,
    StatusChanged,
    TrainingCompleted,
)
from shared.contracts.routes import Replacement
from shared.database import keep_newest
from shared.messaging.consumer import Hears
from shared.messaging.due import Dues, schedule
from shared.telemetry import annotate

SETTLE = timedelta(seconds=5)
"""New offers come in dozens; routes that miss something are planned anew once, a little later."""
GROUP_GONE, PROGRAMME_GONE = "group_gone", "programme_gone"
"""Routes that were being planned while something was taken off the offer are looked at once more."""


def clock(session: AsyncSession) -> datetime:
    """What time it is; a fact may come long after it was told, and what is planned is for today."""
    now: datetime = session.info["clock"]()
    return now


async def on_framework_published(event: FrameworkPublished, envelope: Envelope, session: AsyncSession) -> None:
    for one in event.competences:
        await keep_newest(session, Competence, code=one.code, title=one.title, competence_group=one.group, revision=event.version)


async def on_programme_published(event: ProgrammePublished, envelope: Envelope, session: AsyncSession) -> None:
    fact = event.model_dump(mode="json")
    if await keep_newest(session, Programme, programme_id=event.programme_id, published=True, fact=fact, revision=envelope.dporevision):
        await offer(session, {one.competence for one in event.effects})


async def on_programme_withdrawn(event: ProgrammeWithdrawn, envelope: Envelope, session: AsyncSession) -> None:
    if await keep_newest(session, Programme, programme_id=event.programme_id, published=False, revision=envelope.dporevision):
        await on_programme_gone(session, event.programme_id, {}, clock(session))
        await schedule(session, PROGRAMME_GONE, event.programme_id, at=clock(session) + SETTLE)


async def keep_group(event: GroupDates, envelope: Envelope, session: AsyncSession) -> bool:
    fact = event.model_dump(mode="json", exclude={"reason"})
    row = event.model_dump(include={"group_id", "programme_id", "enrolment_closes"})
    return await keep_newest(session, StudyGroup, revision=envelope.dporevision, fact=fact, **row)


async def on_group_announced(event: GroupAnnounced, envelope: Envelope, session: AsyncSession) -> None:
    if await keep_group(event, envelope, session):
        await offer_group(event, session)


async def on_group_changed(event: GroupChanged, envelope: Envelope, session: AsyncSession) -> None:
    if await keep_group(event, envelope, session):
        await offer_group(event, session)  # its announcement may come later, and is outdated then
        await replan_where(session, has_group(event.group_id), "dates", clock(session))
        stands = (col(Step.status).in_(FIXED), col(Step.groups)[0].astext == str(event.group_id))
        await session.execute(update(Step).where(*stands).values(starts=event.starts, ends=event.ends))


async def on_group_cancelled(event: GroupCancelled, envelope: Envelope, session: AsyncSession) -> None:
    row = event.model_dump(include={"group_id", "programme_id"})
    if await keep_newest(session, StudyGroup, revision=envelope.dporevision, enrolment_closes=None, fact=None, **row):
        await on_group_gone(session, event.group_id, {}, clock(session))
        await schedule(session, GROUP_GONE, event.group_id, at=clock(session) + SETTLE)


async def on_seats_changed(event: SeatsChanged, envelope: Envelope, session: AsyncSession) -> None:
    free = max(event.capacity - event.held - event.taken, 0)
    await keep_newest(session, Seats, revision=envelope.dporevision, group_id=event.group_id, free=free)


async def on_learner_changed(event: LearnerChanged, envelope: Envelope, session: AsyncSession) -> None:
    if not await hold(session, event.person_id):
        return
    fact = event.model_dump(mode="json")
    if await keep_newest(session, Learner, revision=envelope.dporevision, person_id=event.person_id, fact=fact):
        await plan_for(session, event.person_id, because="learner", now=clock(session))


async def on_assessment_completed(event: AssessmentCompleted, envelope: Envelope, session: AsyncSession) -> None:
    if not await hold(session, event.person_id):
        return
    row = {name: getattr(event, name) for name in ("attempt_id", "person_id", "procedure_id", "route_id", "purpose", "completed_at")}
    if await record(session, Measurement, **row, fact=event.model_dump(mode="json")):
        annotate(dpo__attempt__id=event.attempt_id)
        if event.purpose == "exit":
            await close(session, event, now=clock(session))
        await plan_for(session, event.person_id, because="result", now=clock(session))
        await advance(session, event.person_id, now=clock(session))


async def on_application_submitted(event: ApplicationSubmitted, envelope: Envelope, session: AsyncSession) -> None:
    if not await hold(session, event.person_id):
        return
    annotate(dpo__application__id=event.number)
    row = {name: getattr(event, name) for name in ("application_id", "number", "person_id", "programme_id")}
    await keep_newest(session, Application, revision=0, **row, group_id=event.groups[0], status="submitted")
    await advance(session, event.person_id, now=clock(session))


async def on_status_changed(event: StatusChanged, envelope: Envelope, session: AsyncSession) -> None:
    if not await hold(session, event.person_id):
        return
    annotate(dpo__application__id=event.number)
    row = {name: getattr(event, name) for name in ("application_id", "number", "person_id", "programme_id", "group_id")}
    if await keep_newest(session, Application, revision=envelope.dporevision, **row, status=event.to_status):
        await advance(session, event.person_id, now=clock(session))


async def on_training_completed(event: TrainingCompleted, envelope: Envelope, session: AsyncSession) -> None:
    if not await hold(session, event.person_id):
        return
    row = {name: getattr(event, name) for name in ("application_id", "person_id", "programme_id", "group_id", "outcome", "ended_on")}
    if await record(session, Training, **row):
        await advance(session, event.person_id, now=clock(session))


async def on_consent_withdrawn(event: ConsentWithdrawn, envelope: Envelope, session: AsyncSession) -> None:
    if event.erase:
        await erase(session, envelope, person_id=event.person_id, request_id=event.request_id)


async def replan_where(session: AsyncSession, touched: Any, because: Replacement, now: datetime) -> None:
    """Plan anew every open route with a touched step that is still only planned."""
    people = select(col(Route.person_id)).join(Step, col(Step.route_id) == col(Route.route_id))
    found = people.where(col(Route.status).in_(("proposed", "accepted")), col(Step.status) == "planned", touched).distinct()
    for person_id in (await session.execute(found.order_by(col(Route.person_id)))).scalars().all():
        await plan_for(session, person_id, because=because, now=now)


def has_group(group_id: UUID) -> Any:
    return col(Step.groups).contains([str(group_id)])


async def on_group_gone(session: AsyncSession, group_id: UUID, facts: dict[str, Any], now: datetime) -> None:
    await replan_where(session, has_group(group_id), "group_cancelled", now)


async def on_programme_gone(session: AsyncSession, programme_id: UUID, facts: dict[str, Any], now: datetime) -> None:
    await replan_where(session, col(Step.programme_id) == programme_id, "programme_withdrawn", now)


async def offer_group(event: GroupDates, session: AsyncSession) -> None:
    programme = await session.get(Programme, event.programme_id)
    effects = (programme.fact or {}).get("effects", []) if programme else []
    await offer(session, {one["competence"] for one in effects})


async def offer(session: AsyncSession, competences: set[str]) -> None:
    """Let proposed routes that leave one of these deficits open be planned anew soon."""
    open_ = [col(Route.residual).contains([{"competence": one}]) for one in sorted(competences)]
    waiting = await session.execute(select(col(Route.route_id)).where(col(Route.status) == "proposed", or_(false(), *open_)))
    for route_id in waiting.scalars():
        await schedule(session, "better_route", route_id, at=clock(session) + SETTLE)


async def on_better_route(session: AsyncSession, route_id: UUID, facts: dict[str, Any], now: datetime) -> None:
    route = await session.get(Route, route_id)
    if route is not None and route.status == "proposed":
        await plan_for(session, route.person_id, because="dates", now=now)


HEARS: Hears = {
    FrameworkPublished: on_framework_published,
    ProgrammePublished: on_programme_published,
    ProgrammeWithdrawn: on_programme_withdrawn,
    GroupAnnounced: on_group_announced,
    GroupChanged: on_group_changed,
    GroupCancelled: on_group_cancelled,
    SeatsChanged: on_seats_changed,
    LearnerChanged: on_learner_changed,
    AssessmentCompleted: on_assessment_completed,
    ApplicationSubmitted: on_application_submitted,
    StatusChanged: on_status_changed,
    TrainingCompleted: on_training_completed,
    ConsentWithdrawn: on_consent_withdrawn,
}
DUES: Dues = {"better_route": on_better_route, GROUP_GONE: on_group_gone, PROGRAMME_GONE: on_programme_gone}
