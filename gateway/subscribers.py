"""What the gateway hears, and what it does when a term is over."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.commands import copies, grants, persons
from shared.contracts import Envelope
from shared.contracts.catalog import DocumentPublished, OrganisationChanged
from shared.contracts.enrollment import ConsentGranted, ConsentWithdrawn, LearnerChanged, PersonMerged
from shared.messaging.consumer import Hears
from shared.messaging.due import Dues


async def on_organisation_changed(event: OrganisationChanged, envelope: Envelope, session: AsyncSession) -> None:
    await copies.keep_organisation(
        session,
        organisation_id=event.organisation_id,
        kind=event.kind,
        name=event.name,
        short_name=event.short_name,
        oktmo=event.oktmo,
        revision=envelope.dporevision,
    )


async def on_document_published(event: DocumentPublished, envelope: Envelope, session: AsyncSession) -> None:
    await copies.keep_document(
        session, document_id=event.document_id, title=event.title, version=event.version, in_force_from=event.in_force_from
    )


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
