"""What assessment hears: studied routes, codes of learners, names of organisers, and what concerns persons."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.assessment.commands import attempts, persons
from services.assessment.commands.completion import EXPIRES
from services.assessment.tables import Organisation
from shared.contracts import Envelope
from shared.contracts.catalog import OrganisationChanged
from shared.contracts.enrollment import ConsentWithdrawn, LearnerChanged, PersonMerged
from shared.contracts.routes import RouteStudied
from shared.database import keep_newest
from shared.messaging.consumer import Hears
from shared.messaging.due import Dues


async def on_route_studied(event: RouteStudied, envelope: Envelope, session: AsyncSession) -> None:
    await persons.ask_again(session, event)


async def on_learner_changed(event: LearnerChanged, envelope: Envelope, session: AsyncSession) -> None:
    codes = {"position": event.position, "oktmo": event.oktmo}
    await persons.keep_learner(session, event.person_id, revision=envelope.dporevision, **codes)


async def on_organisation_changed(event: OrganisationChanged, envelope: Envelope, session: AsyncSession) -> None:
    row = event.model_dump(include={"organisation_id", "short_name"})
    await keep_newest(session, Organisation, revision=envelope.dporevision, **row)


async def on_consent_withdrawn(event: ConsentWithdrawn, envelope: Envelope, session: AsyncSession) -> None:
    if event.erase:
        await persons.erase_person(session, event.person_id, request_id=event.request_id, now=envelope.time)
    elif event.purpose == "assessment":
        await persons.stop_attempts(session, event.person_id, before=envelope.time)


async def on_person_merged(event: PersonMerged, envelope: Envelope, session: AsyncSession) -> None:
    await persons.merge_persons(session, event.from_person_id, event.into_person_id)


async def on_attempt_expires(session: AsyncSession, attempt_id: UUID, facts: dict[str, Any], now: datetime) -> None:
    await attempts.expire_attempt(session, attempt_id, now=now)


HEARS: Hears = {
    RouteStudied: on_route_studied,
    LearnerChanged: on_learner_changed,
    OrganisationChanged: on_organisation_changed,
    ConsentWithdrawn: on_consent_withdrawn,
    PersonMerged: on_person_merged,
}
DUES: Dues = {EXPIRES: on_attempt_expires}
