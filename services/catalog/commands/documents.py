"""Public documents: a version is written, published for good, and followed by the next."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands.findable import make_findable, make_unfindable
from services.catalog.rules import documents as rules
from services.catalog.rules.documents import DocumentFacts
from services.catalog.rules.fields import same_revision
from services.catalog.tables import DocumentVersion, PublicDocument
from shared.clock import today
from shared.contracts.catalog import DocumentPublished
from shared.errors import NotFound, demand_none
from shared.messaging.outbox import emit

V = DocumentVersion
WRITTEN = {"body", "changes", "in_force_from"}


async def draft_document(session: AsyncSession, facts: DocumentFacts, *, now: datetime) -> UUID:
    """Write down a document with its first version; return its id."""
    file = filed(facts)
    demand_none(rules.version_faults(facts, has_file=bool(file), today=today(now), last_in_force=None))
    document = PublicDocument(title=facts.title, about=facts.about)
    session.add(document)
    await session.flush()
    session.add(V(document_id=document.id, number=1, **written(facts), **file))
    return document.id


async def change_document(
    session: AsyncSession, document_id: UUID, facts: DocumentFacts, *, now: datetime, revision: int | None = None
) -> None:
    """Write the version that is not published yet, the next one if there is none; published versions never change."""
    document = await locked(session, document_id)
    version = await unpublished(session, document_id)
    same_revision(wanted=revision, revision=document.revision, current=stated(document, version))
    rules.may_write(status=document.status)
    file = filed(facts)
    last = await session.execute(
        select(func.max(col(V.number)), func.max(col(V.in_force_from))).where(
            col(V.document_id) == document_id, col(V.published_at).is_not(None)
        )
    )
    number, in_force = last.one()
    has_file = bool(file) or (version is not None and version.file_name is not None and not facts.drop_file)
    demand_none(rules.version_faults(facts, has_file=has_file, today=today(now), last_in_force=in_force))
    document.title, document.about = facts.title, facts.about
    document.revision += 1
    if version is None:
        session.add(V(document_id=document_id, number=(number or 0) + 1, **written(facts), **file))
        return
    if facts.drop_file:
        file = file or {"file": None, "file_name": None}
    for field, value in {**written(facts), **file}.items():
        setattr(version, field, value)


async def publish_document(session: AsyncSession, document_id: UUID, *, now: datetime) -> None:
    """Publish the version that is being written; it stands from now on, and is in force from its day."""
    document = await locked(session, document_id)
    rules.may_write(status=document.status)
    version = await unpublished(session, document_id)
    if version is None:
        raise rules.NothingToPublish()
    version.published_at, document.status = now, "published"
    document.revision += 1
    await session.flush()
    await make_findable(
        session,
        "document",
        document_id,
        title=document.title,
        summary=document.about or version.body,
        day=version.in_force_from,
        themes=document.about,
        story=version.body,
        around="документ",
    )
    event = DocumentPublished(document_id=document_id, title=document.title, version=version.number, in_force_from=version.in_force_from)
    await emit(session, event, subject=document_id, revision=document.revision)


async def withdraw_document(session: AsyncSession, document_id: UUID, *, reason: str) -> None:
    """Take a document off the portal; who has its address still reads that it is withdrawn and why."""
    document = await locked(session, document_id)
    if document.status == "withdrawn":
        return
    rules.may_withdraw_document(status=document.status)
    document.status, document.withdrawal_reason = "withdrawn", reason
    document.revision += 1
    await make_unfindable(session, "document", document_id)


def written(facts: DocumentFacts) -> dict[str, Any]:
    return facts.model_dump(include=WRITTEN)


def stated(document: PublicDocument, version: DocumentVersion | None) -> dict[str, Any]:
    """What a document says, with the version that is being written when there is one."""
    text = version.model_dump(mode="json", include=WRITTEN) if version else {}
    return {"title": document.title, "about": document.about, **text}


def filed(facts: DocumentFacts) -> dict[str, Any]:
    """The columns of a file that came with the facts."""
    return {"file": rules.pdf_of(facts.file), "file_name": facts.file.name} if facts.file else {}


async def locked(session: AsyncSession, document_id: UUID) -> PublicDocument:
    found: PublicDocument | None = await session.scalar(
        select(PublicDocument).where(col(PublicDocument.id) == document_id).with_for_update()
    )
    if found is None:
        raise NotFound("Такого документа нет.")
    return found


async def unpublished(session: AsyncSession, document_id: UUID) -> DocumentVersion | None:
    """The version that is being written."""
    found: DocumentVersion | None = await session.scalar(select(V).where(col(V.document_id) == document_id, col(V.published_at).is_(None)))
    return found
