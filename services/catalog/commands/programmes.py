"""A programme's life in its provider's hands: drafted, changed, withdrawn, put away."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands import versions
from services.catalog.commands.programme_facts import columns_of, demand_ready, facts_of, faults_of, own_programme, store, write_parts
from services.catalog.commands.search import rewrite_documents
from services.catalog.rules import programmes as rules
from services.catalog.rules.fields import same_revision
from services.catalog.rules.programmes import CLOSED, CodeTaken, ProgrammeFacts
from services.catalog.tables import Programme
from shared.access import Caller
from shared.contracts.catalog import ProgrammeWithdrawn
from shared.errors import demand_none
from shared.messaging.outbox import emit

FIXED = ("code", "kind", "provider_id")


async def draft_programme(session: AsyncSession, facts: ProgrammeFacts, *, caller: Caller, now: datetime) -> UUID:
    """Write down a draft; return its id."""
    demand_none(await faults_of(session, facts, caller=caller, now=now))
    if await session.scalar(select(col(Programme.id)).where(col(Programme.code) == facts.code)):
        raise CodeTaken()
    programme = Programme(**columns_of(facts), written_by=caller.subject, written_as=caller.role)
    session.add(programme)
    await session.flush()
    await write_parts(session, programme.id, facts)
    return programme.id


async def change_programme(
    session: AsyncSession, programme_id: UUID, facts: ProgrammeFacts, *, caller: Caller, now: datetime, revision: int | None = None
) -> None:
    """Bring a programme to these facts; of a published one a new version goes to its reader, and the public one stays as it is."""
    programme = await own_programme(session, programme_id, caller)
    public = await facts_of(session, programme)
    pending = await versions.in_review(session, programme_id)
    before = versions.facts_in(pending) if pending else public
    same_revision(wanted=revision, revision=programme.revision, current=before.model_dump(mode="json"))
    rules.may_change(status=programme.status, fixed_changed=any(getattr(public, field) != getattr(facts, field) for field in FIXED))
    if programme.status == "draft":
        demand_none(await faults_of(session, facts, caller=caller, now=now, itself=programme_id))
    else:
        await demand_ready(session, facts, caller=caller, now=now, itself=programme_id)
    if facts == before:
        return
    if facts.code != public.code and await session.scalar(select(col(Programme.id)).where(col(Programme.code) == facts.code)):
        raise CodeTaken()
    if programme.status != "published":
        programme.written_by, programme.written_as = caller.subject, caller.role
        await store(session, programme, facts)
    programme.revision += 1
    if pending:
        versions.replaced(pending, now=now)
        await session.flush()
    if programme.status == "in_review" or (programme.status == "published" and facts != public):
        await versions.put_in_review(session, programme_id, facts, author=caller.subject, author_role=caller.role, caller=caller, now=now)


async def withdraw_programme(session: AsyncSession, programme_id: UUID, *, reason: str, caller: Caller, now: datetime) -> None:
    """Take a programme off the register; groups under way go on, new ones do not open."""
    programme = await own_programme(session, programme_id, caller)
    rules.may_withdraw(status=programme.status)
    if programme.status in CLOSED:
        return
    if pending := await versions.in_review(session, programme_id):
        versions.replaced(pending, now=now)
    programme.status, programme.withdrawal_reason = "withdrawn", reason
    programme.revision += 1
    await rewrite_documents(session, [programme_id])
    event = ProgrammeWithdrawn(programme_id=programme_id, reason=reason)
    await emit(session, event, subject=programme_id, revision=programme.revision)


async def archive_programme(session: AsyncSession, programme_id: UUID, *, caller: Caller) -> None:
    """Put a withdrawn programme away, out of its provider's list; its page stays, because documents name it."""
    programme = await own_programme(session, programme_id, caller)
    rules.may_archive(status=programme.status)
    if programme.status != "archived":
        programme.status = "archived"
        programme.revision += 1
