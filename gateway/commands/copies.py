"""Copies of what others said, and who has read it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.tables import Acknowledgement, Document, Organisation
from shared.errors import NotFound


async def keep_organisation(
    session: AsyncSession, *, organisation_id: UUID, kind: str, name: str, short_name: str, oktmo: str | None, revision: int
) -> None:
    row = insert(Organisation).values(id=organisation_id, kind=kind, name=name, short_name=short_name, oktmo=oktmo, revision=revision)
    values = {field: row.excluded[field] for field in ("kind", "name", "short_name", "oktmo", "revision")}
    newer = row.excluded.revision > col(Organisation.revision)
    await session.execute(row.on_conflict_do_update(index_elements=["id"], set_=values, where=newer))


async def keep_document(session: AsyncSession, *, document_id: UUID, title: str, version: int, in_force_from: date) -> None:
    row = insert(Document).values(id=document_id, title=title, version=version, in_force_from=in_force_from)
    values = {field: row.excluded[field] for field in ("title", "version", "in_force_from")}
    newer = row.excluded.version > col(Document.version)
    await session.execute(row.on_conflict_do_update(index_elements=["id"], set_=values, where=newer))


async def acknowledge(session: AsyncSession, *, account_id: UUID, document_id: UUID, version: int, now: datetime) -> None:
    """Note that somebody has read the newest version; doing it twice changes nothing."""
    document = await session.get(Document, document_id)
    if document is None or document.version != version:
        raise NotFound("Такой версии документа нет или она уже не последняя.")
    row = insert(Acknowledgement).values(account_id=account_id, document_id=document_id, version=version, at=now)
    await session.execute(row.on_conflict_do_nothing())
