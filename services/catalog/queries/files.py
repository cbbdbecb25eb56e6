"""Files of programmes as they are downloaded."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.rules.programmes import UNSEEN
from services.catalog.tables import Programme, ProgrammeFile
from shared.access import Caller
from shared.database import within
from shared.errors import NotFound


async def file_of(session: AsyncSession, programme_id: UUID, file_id: UUID, *, caller: Caller) -> Any:
    """Name and content of a file; the public has those that the published programme names, its provider has them all."""
    named = col(Programme.status).not_in(UNSEEN) & (col(Programme.files).contains([file_id]))
    found = await session.execute(
        select(col(ProgrammeFile.name), col(ProgrammeFile.body))
        .join(Programme, col(Programme.id) == col(ProgrammeFile.programme_id))
        .where(col(ProgrammeFile.id) == file_id, col(Programme.id) == programme_id)
        .where(named | within(caller, provider=col(Programme.provider_id)))
    )
    row = found.first()
    if row is None:
        raise NotFound("Такого файла нет.")
    return row


async def files_of(session: AsyncSession, programme_id: UUID) -> list[Any]:
    """Everything that was uploaded for a programme, the oldest first."""
    shown = select(col(ProgrammeFile.id), col(ProgrammeFile.name), col(ProgrammeFile.size))
    listed = shown.where(col(ProgrammeFile.programme_id) == programme_id).order_by(col(ProgrammeFile.stored_at), col(ProgrammeFile.id))
    return [row._asdict() for row in await session.execute(listed)]
