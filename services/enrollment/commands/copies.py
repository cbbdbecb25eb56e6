"""Copies of what others said: each as new as its revision, whatever order the facts come in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.enrollment.commands.seats import tell
from services.enrollment.commands.suggestions import SUGGESTS, lapse, offer, refresh_routes_of
from services.enrollment.rules.seats import capacity_in_force
from services.enrollment.tables.applications import Seats
from services.enrollment.tables.people import ErasureAnswer, Learner
from services.enrollment.tables.register import GroupCancellation, Organisation, Programme, ProgrammeWithdrawal, RoleGrant, StudyGroup
from services.enrollment.tables.routes import Route, RouteStep, Suggestion
from shared.contracts.catalog import GroupDates, OrganisationChanged, ProgrammePublished
from shared.contracts.erasure import PersonErased
from shared.contracts.gateway import RoleGranted, RoleRevoked
from shared.contracts.routes import RoutePlanned, SeatsAllocated
from shared.database import keep_newest
from shared.messaging.due import schedule


async def keep_organisation(session: AsyncSession, event: OrganisationChanged, *, revision: int, at: datetime) -> None:
    """Keep an organisation; when it moved to another municipality or agency its people follow."""
    row = select(Organisation).where(Organisation.id == event.organisation_id).with_for_update(key_share=True)
    known = (await session.exec(row, execution_options={"populate_existing": True})).one_or_none()
    moved = known is None or (known.oktmo, known.agency_id) != (event.oktmo, event.agency_id)
    facts = event.model_dump(include={"kind", "name", "short_name", "oktmo", "agency_id", "status"})
    if await keep_newest(session, Organisation, id=event.organisation_id, revision=revision, **facts) and moved:
        await schedule(session, "organisation_changed", event.organisation_id, at=at)


async def keep_programme(session: AsyncSession, event: ProgrammePublished, *, revision: int, at: datetime) -> None:
    await schedule(session, "programme_changed", event.programme_id, at=at)
    facts = event.model_dump(include={"provider_id", "code", "title", "kind", "hours", "form", "funding", "document_kind", "approvals"})
    audience = event.audience.model_dump(include={"positions", "subjects", "levels"})
    await keep_newest(session, Programme, id=event.programme_id, revision=revision, **facts, **audience)


async def keep_withdrawal(session: AsyncSession, programme_id: UUID, *, reason: str, revision: int, at: datetime) -> None:
    await schedule(session, "programme_changed", programme_id, at=at)
    await session.get(Programme, programme_id, with_for_update={"key_share": True})  # applications under way come first, the others see it
    await keep_newest(session, ProgrammeWithdrawal, programme_id=programme_id, revision=revision, reason=reason)


async def keep_group(session: AsyncSession, event: GroupDates, *, revision: int, at: datetime) -> None:
    """Keep a group and open its counters; the announced capacity is in force until the provider chooses one here."""
    await schedule(session, "group_changed", event.group_id, at=at)
    told = {"programme_id", "provider_id", "starts", "ends", "enrolment_opens", "enrolment_closes", "capacity_asked", "form", "funding"}
    facts = event.model_dump(include=told | {"oktmo", "place"})
    if not await keep_newest(session, StudyGroup, id=event.group_id, revision=revision, **facts):
        return
    row = select(Seats).where(Seats.group_id == event.group_id).with_for_update(key_share=True)
    seats = (await session.exec(row, execution_options={"populate_existing": True})).one_or_none()
    if seats is None:
        seats = Seats(group_id=event.group_id, programme_id=event.programme_id, capacity=event.capacity_asked)
        session.add(seats)
    else:
        capacity = capacity_in_force(asked=event.capacity_asked, held=seats.held, taken=seats.taken)
        if seats.chosen or seats.capacity == capacity:
            return
        seats.capacity = capacity
        seats.revision += 1
    await session.flush()
    await tell(session, seats, now=at)


async def keep_cancellation(session: AsyncSession, group_id: UUID, *, reason: str, at: datetime) -> None:
    await schedule(session, "group_changed", group_id, at=at)
    await session.get(StudyGroup, group_id, with_for_update={"key_share": True})  # applications under way come first, the others see it
    await session.execute(insert(GroupCancellation).values(group_id=group_id, reason=reason).on_conflict_do_nothing())


async def keep_grant(session: AsyncSession, event: RoleGranted | RoleRevoked, *, revision: int) -> None:
    """Keep who holds a role; of a revocation that overtook its grant, only that it is revoked."""
    row = event.model_dump(include={"person_id", "role", "scope"}) | {"id": event.grant_id, "revision": revision}
    if isinstance(event, RoleGranted):
        term = event.model_dump(include={"valid_from", "valid_until", "deputy_of"})
        await keep_newest(session, RoleGrant, **row, **term, revoked=False)
    else:
        await keep_newest(session, RoleGrant, **row, revoked=True)


async def keep_plan(session: AsyncSession, event: RoutePlanned, *, revision: int, at: datetime) -> None:
    """Keep a route's newest plan; nothing about somebody who was erased."""
    if await is_erased(session, event.person_id):
        return
    await refresh_routes_of(session, event.person_id, at=at)
    await schedule(session, SUGGESTS, event.route_id, at=at)
    row = {"person_id": event.person_id, "plan_revision": revision, "planned_at": at, "status": event.status}
    stored = insert(Route).values(id=event.route_id, agreed_revision=0, agreed=[], **row)
    newer = stored.on_conflict_do_update(index_elements=["id"], set_=row, where=col(Route.plan_revision) < revision)
    if (await session.execute(newer.returning(col(Route.id)))).first() is None:
        return
    await session.execute(delete(RouteStep).where(col(RouteStep.route_id) == event.route_id))
    for step in event.steps:
        if step.programme_id is not None:
            facts = {"step_id": step.step_id, "place": step.position, "programme_id": step.programme_id, "groups": step.groups}
            await session.execute(insert(RouteStep).values(route_id=event.route_id, **facts).on_conflict_do_nothing())


async def keep_agreement(session: AsyncSession, *, route_id: UUID, person_id: UUID, steps: list[UUID], revision: int, at: datetime) -> None:
    """Keep the newest agreement to a route's steps; it may be heard before the plan."""
    if await is_erased(session, person_id):
        return
    await schedule(session, SUGGESTS, route_id, at=at)
    row = {"agreed_revision": revision, "agreed": steps}
    stored = insert(Route).values(id=route_id, person_id=person_id, plan_revision=0, status="proposed", **row)
    await session.execute(stored.on_conflict_do_update(index_elements=["id"], set_=row, where=col(Route.agreed_revision) < revision))


async def keep_allocation(session: AsyncSession, event: SeatsAllocated, *, at: datetime) -> None:
    """Suggest a campaign's seat under the allocation's own id, once, in place of what the route suggested for the step."""
    if await is_erased(session, event.person_id) or await session.get(Suggestion, event.allocation_id) is not None:
        return
    await schedule(session, SUGGESTS, event.route_id, at=at)
    on_offer = select(Suggestion).where(Suggestion.step_id == event.step_id, col(Suggestion.lapsed_at).is_(None))
    for other in list(await session.exec(on_offer.with_for_update(key_share=True))):
        await lapse(session, other, "route_changed", now=at)
    ids = event.model_dump(include={"person_id", "route_id", "step_id", "programme_id", "group_id"})
    await offer(session, Suggestion(id=event.allocation_id, **ids, expires=event.until, allocated=True, offered_at=at))


async def keep_answer(session: AsyncSession, event: PersonErased, *, at: datetime) -> None:
    """Write down that a service has erased a person, once."""
    facts = event.model_dump(mode="json", include={"erased", "kept"})
    answer = insert(ErasureAnswer).values(request_id=event.request_id, service=event.service, answered_at=at, **facts)
    await session.execute(answer.on_conflict_do_nothing())


async def is_erased(session: AsyncSession, person_id: UUID) -> bool:
    """Whether a person is erased; waits for an erasure under way, so that no late fact slips in beside it."""
    row = select(Learner).where(Learner.person_id == person_id).with_for_update(read=True)
    learner = (await session.exec(row)).one_or_none()
    return learner is not None and learner.erased_at is not None
