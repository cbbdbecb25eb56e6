"""What the gateway hears, and what it does when a term is over."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.commands import grants, persons
from gateway.tables import Document, Organisation
from shared.contracts import Envelope
from shared.contracts.catalog import DocumentPublished, OrganisationChanged
from shared.contracts.enrollment import ConsentGranted, ConsentWithdrawn, LearnerChanged, PersonMerged
from shared.database import keep_newest
from shared.messaging.consumer import Hears
from shared.messaging.due import Dues


async def on_organisation_changed(event: OrganisationChanged, envelope: Envelope, session: AsyncSession) -> None:
    row = event.model_dump(include={"kind", "name", "short_name", "oktmo"})
    await keep_newest(session, Organisation, id=event.organisation_id, revision=envelope.dporevision, **row)


async def on_document_published(event: DocumentPublished, envelope: Envelope, session: AsyncSession) -> None:
    row = event.model_dump(include={"title", "version", "in_force_from"})
    await keep_newest(session, Document, by="version", id=event.document_id, **row)


async def on_learner_changed(event: LearnerChanged, envelope: Envelope, session: AsyncSession) -> None:
    await persons.keep_learner(
        session, person_id=event.person_id, organisation_id=event.organisation_id, oktmo=event.oktmo, revision=envelope.dporevision
    )


async def on_consent_granted(event: ConsentGranted, envelope: Envelope, session: AsyncSession) -> None:
    await persons.keep_consent(session, person_id=event.person_id, purpose=event.purpose, active=True, changed_at=envelope.time)


async def on_consent_withdrawn(event: ConsentWithdrawn, envelope: Envelope, session: AsyncSession) -> None:
    await persons.keep_consent(session, person_id=event.person_id, purpose=event.purpose, active=False, changed_at=envelope.time)
    if event.erase:
        await persons.erase(session, person_id=event.person_id, request_id=event.request_id, now=session.info["clock"]())


async def on_person_merged(event: PersonMerged, envelope: Envelope, session: AsyncSession) -> None:
    await persons.merge(session, from_id=event.from_person_id, into_id=event.into_person_id)


async def on_grant_term_ends(session: AsyncSession, subject: UUID, facts: dict[str, Any], now: datetime) -> None:
    await grants.end_term(session, subject, now=now)


HEARS: Hears = {
    OrganisationChanged: on_organisation_changed,
    DocumentPublished: on_document_published,
    LearnerChanged: on_learner_changed,
    ConsentGranted: on_consent_granted,
    ConsentWithdrawn: on_consent_withdrawn,
    PersonMerged: on_person_merged,
}

DUES: Dues = {grants.TERM_ENDS: on_grant_term_ends}
