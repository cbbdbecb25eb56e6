"""Versions of programmes: submitted by the provider, read by somebody else, published or returned."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands.programme_facts import demand_ready, facts_of, own_programme, store, tell_published
from services.catalog.commands.search import rewrite_documents
from services.catalog.rules import versions as rules
from services.catalog.rules.programmes import ProgrammeFacts
from services.catalog.rules.versions import NotInReview, Remark
from services.catalog.tables import ProgrammeVersion
from shared.access import Caller
from shared.errors import demand_none


async def submit_programme(session: AsyncSession, programme_id: UUID, *, caller: Caller, now: datetime) -> int:
    """Hand a draft to its reader; return the number of the version. Submitting twice is not an error."""
    programme = await own_programme(session, programme_id, caller)
    if pending := await in_review(session, programme_id):
        return pending.number
    rules.may_submit(status=programme.status)
    facts = await facts_of(session, programme)
    await demand_ready(session, facts, caller=caller, now=now, itself=programme_id)
    programme.status = "in_review"
    programme.revision += 1
    author, role = programme.written_by or caller.subject, programme.written_as or caller.role
    return await put_in_review(session, programme_id, facts, author=author, author_role=role, caller=caller, now=now)


async def put_in_review(
    session: AsyncSession, programme_id: UUID, facts: ProgrammeFacts, *, author: str, author_role: str, caller: Caller, now: datetime
) -> int:
    last = await session.scalar(select(func.max(col(ProgrammeVersion.number))).where(col(ProgrammeVersion.programme_id) == programme_id))
    version = ProgrammeVersion(
        programme_id=programme_id,
        number=(last or 0) + 1,
        facts=facts.model_dump(mode="json"),
        author=author,
        author_role=author_role,
        submitted_by=caller.subject,
        submitted_at=now,
    )
    session.add(version)
    await session.flush()
    return version.number


async def publish_version(session: AsyncSession, programme_id: UUID, number: int, *, caller: Caller, now: datetime) -> None:
    """Let the public see exactly the version that was read; publishing it twice is not an error."""
    programme = await own_programme(session, programme_id, caller)
    version = await session.get(ProgrammeVersion, (programme_id, number))
    if version is not None and version.decision == "published":
        return
    version = undecided(version)
    rules.may_read(reader=caller.subject, author=version.author, submitted_by=version.submitted_by)
    facts = facts_in(version)
    await demand_ready(session, facts, caller=caller, now=now, itself=programme_id)
    version.reader, version.decided_at, version.decision = caller.subject, now, "published"
    programme.status, programme.published_at = "published", programme.published_at or now
    programme.written_by, programme.written_as = version.author, version.author_role
    programme.revision += 1
    await store(session, programme, facts)
    await rewrite_documents(session, [programme_id])
    await tell_published(session, programme, facts)


async def return_version(
    session: AsyncSession, programme_id: UUID, number: int, remarks: Sequence[Remark], *, caller: Caller, now: datetime
) -> None:
    """Give a version back with what is to be changed; what the public sees stays."""
    programme = await own_programme(session, programme_id, caller)
    version = undecided(await session.get(ProgrammeVersion, (programme_id, number)))
    rules.may_read(reader=caller.subject, author=version.author, submitted_by=version.submitted_by)
    demand_none(rules.remark_faults(remarks))
    version.reader, version.decided_at, version.decision = caller.subject, now, "returned"
    version.remarks = [remark.model_dump() for remark in remarks]
    if programme.status == "in_review":
        programme.status = "draft"
    programme.revision += 1


async def in_review(session: AsyncSession, programme_id: UUID) -> ProgrammeVersion | None:
    """The version of a programme that waits for its reader."""
    waits = (col(ProgrammeVersion.programme_id) == programme_id) & col(ProgrammeVersion.decision).is_(None)
    found: ProgrammeVersion | None = await session.scalar(select(ProgrammeVersion).where(waits))
    return found


def undecided(version: ProgrammeVersion | None) -> ProgrammeVersion:
    """The version itself while nobody has decided about it."""
    if version is None or version.decision is not None:
        raise NotInReview()
    return version


def facts_in(version: ProgrammeVersion) -> ProgrammeFacts:
    """What a version states."""
    return ProgrammeFacts.model_validate(version.facts)


def replaced(version: ProgrammeVersion, *, now: datetime) -> None:
    """Nobody needs to read a version that its provider has changed or taken back."""
    version.decision, version.decided_at = "replaced", now
