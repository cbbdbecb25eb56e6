"""What enrollment hears, and what happens by itself when its time has come."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.enrollment.commands import copies, deadlines
from services.enrollment.commands.moves import DUE
from services.enrollment.commands.suggestions import SUGGESTS, refresh_route
from shared.contracts import Envelope
from shared.contracts.catalog import (
    GroupAnnounced,
    GroupCancelled,
    GroupChanged,
    OrganisationChanged,
    ProgrammePublished,
    ProgrammeWithdrawn,
)
from shared.contracts.erasure import PersonErased
from shared.contracts.gateway import RoleGranted, RoleRevoked
from shared.contracts.routes import RouteAccepted, RoutePlanned, SeatsAllocated
from shared.messaging.consumer import Hears
from shared.messaging.due import Dues


async def on_organisation_changed(event: OrganisationChanged, envelope: Envelope, session: AsyncSession) -> None:
    await copies.keep_organisation(session, event, revision=envelope.dporevision, at=envelope.time)


async def on_programme_published(event: ProgrammePublished, envelope: Envelope, session: AsyncSession) -> None:
    await copies.keep_programme(session, event, revision=envelope.dporevision, at=envelope.time)


async def on_programme_withdrawn(event: ProgrammeWithdrawn, envelope: Envelope, session: AsyncSession) -> None:
    await copies.keep_withdrawal(session, event.programme_id, reason=event.reason, revision=envelope.dporevision, at=envelope.time)


async def on_group_dates(event: GroupAnnounced | GroupChanged, envelope: Envelope, session: AsyncSession) -> None:
    await copies.keep_group(session, event, revision=envelope.dporevision, at=envelope.time)


async def on_group_cancelled(event: GroupCancelled, envelope: Envelope, session: AsyncSession) -> None:
    await copies.keep_cancellation(session, event.group_id, reason=event.reason, at=envelope.time)


async def on_route_planned(event: RoutePlanned, envelope: Envelope, session: AsyncSession) -> None:
    await copies.keep_plan(session, event, revision=envelope.dporevision, at=envelope.time)


async def on_route_accepted(event: RouteAccepted, envelope: Envelope, session: AsyncSession) -> None:
    await copies.keep_agreement(
        session,
        route_id=event.route_id,
        person_id=event.person_id,
        steps=event.steps,
        revision=envelope.dporevision,
        at=envelope.time,
    )


async def on_seats_allocated(event: SeatsAllocated, envelope: Envelope, session: AsyncSession) -> None:
    await copies.keep_allocation(session, event, at=envelope.time)


async def on_role_changed(event: RoleGranted | RoleRevoked, envelope: Envelope, session: AsyncSession) -> None:
    await copies.keep_grant(session, event, revision=envelope.dporevision)


async def on_person_erased(event: PersonErased, envelope: Envelope, session: AsyncSession) -> None:
    await copies.keep_answer(session, event, at=envelope.time)


HEARS: Hears = {
    OrganisationChanged: on_organisation_changed,
    ProgrammePublished: on_programme_published,
    ProgrammeWithdrawn: on_programme_withdrawn,
    GroupAnnounced: on_group_dates,
    GroupChanged: on_group_dates,
    GroupCancelled: on_group_cancelled,
    RoutePlanned: on_route_planned,
    RouteAccepted: on_route_accepted,
    SeatsAllocated: on_seats_allocated,
    RoleGranted: on_role_changed,
    RoleRevoked: on_role_changed,
    **{answer: on_person_erased for answer in PersonErased.__subclasses__()},
}

DUES: Dues = {
    DUE: deadlines.pass_deadline,
    "seats_free": deadlines.offer_free_seats,
    "group_changed": deadlines.follow_group,
    "programme_changed": deadlines.follow_programme,
    "organisation_changed": deadlines.follow_workplace,
    SUGGESTS: refresh_route,
}
