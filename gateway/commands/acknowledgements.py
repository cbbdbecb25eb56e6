"""Who has read which document."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.tables import Acknowledgement, Document
from shared.errors import NotFound


async def acknowledge(session: AsyncSession, *, account_id: UUID, document_id: UUID, version: int, now: datetime) -> None:
    """Note that somebody has read the newest version; doing it twice changes nothing."""
    document = await session.get(Document, document_id)
    if document is None or document.version != version:
        raise NotFound("Такой версии документа нет или она уже не последняя.")
    row = insert(Acknowledgement).values(account_id=account_id, document_id=document_id, version=version, at=now)
    await session.execute(row.on_conflict_do_nothing())
