"""Consents: each purpose a document of its own, given under the newest text, taken back at any time."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.enrollment.commands.suggestions import refresh_routes_of
from services.enrollment.rules.people import Agreement
from services.enrollment.rules.refusals import ConsentNotGiven, ConsentTextChanged
from services.enrollment.tables.people import Consent, ConsentText, Learner
from shared.access import Caller
from shared.clock import today as day_of
from shared.contracts.enrollment import ConsentGranted, ConsentPurpose, ConsentWithdrawn
from shared.errors import NotFound
from shared.messaging.outbox import emit


async def grant_consent(session: AsyncSession, person_id: UUID, agreement: Agreement, *, now: datetime) -> Consent:
    """Store a consent to the text in force; agreeing twice is not an error, agreeing to a newer text replaces the older consent."""
    newest = select(ConsentText).where(ConsentText.purpose == agreement.purpose, col(ConsentText.in_force_from) <= day_of(now))
    text = (await session.exec(newest.order_by(col(ConsentText.version).desc()).limit(1))).one_or_none()
    if text is None or text.version != agreement.text_version:
        raise ConsentTextChanged()
    standing = await active_consent(session, person_id, agreement.purpose)
    if standing is not None and standing.text_version == text.version:
        return standing
    if standing is not None:
        await end_consent(session, standing, request_id=uuid4(), erase=False, now=now)
    consent = Consent(person_id=person_id, purpose=text.purpose, text_version=text.version, text_hash=text.hash, given_at=now)
    session.add(consent)
    await session.flush()
    event = ConsentGranted(consent_id=consent.id, person_id=person_id, purpose=agreement.purpose, text_version=text.version)
    await emit(session, event, subject=consent.id, revision=1)
    return consent


async def active_consent(session: AsyncSession, person_id: UUID, purpose: ConsentPurpose) -> Consent | None:
    """A person's consent to a purpose, locked, while it stands."""
    row = select(Consent).where(Consent.person_id == person_id, Consent.purpose == purpose, col(Consent.withdrawn_at).is_(None))
    return (await session.exec(row.with_for_update(key_share=True))).one_or_none()


async def demand_consent(session: AsyncSession, person_id: UUID, purpose: ConsentPurpose) -> Consent:
    consent = await active_consent(session, person_id, purpose)
    if consent is None:
        raise ConsentNotGiven()
    return consent


async def end_consent(session: AsyncSession, consent: Consent, *, request_id: UUID, erase: bool, now: datetime) -> None:
    """Write down that a consent was taken back, and tell everybody what follows from it."""
    consent.withdrawn_at = now
    await session.flush()
    facts = consent.model_dump(include={"person_id", "purpose", "text_version"})
    event = ConsentWithdrawn(request_id=request_id, consent_id=consent.id, erase=erase, **facts)
    await emit(session, event, subject=consent.id, revision=2)


async def agree(session: AsyncSession, agreement: Agreement, *, caller: Caller, now: datetime) -> Consent:
    """The caller agrees to one more purpose."""
    row = select(Learner).where(col(Learner.person_id).in_(caller.scopes("person")), col(Learner.erased_at).is_(None))
    learner = (await session.exec(row.with_for_update(key_share=True))).one_or_none()
    if learner is None:
        raise NotFound()
    if agreement.purpose == "training":
        await refresh_routes_of(session, learner.person_id, at=now)
    return await grant_consent(session, learner.person_id, agreement, now=now)
