"""PDFs that a provider uploads for a programme; the public sees those that a published version names."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands.programme_facts import own_programme
from services.catalog.rules.files import demand_pdf
from services.catalog.tables import ProgrammeFile
from shared.access import Caller
from shared.errors import DomainError

MOST = 30


class TooManyFiles(DomainError):
    code, detail = "too_many_files", "К программе загружено слишком много файлов. Обратитесь к оператору."


async def upload_file(session: AsyncSession, programme_id: UUID, *, name: str, body: bytes, caller: Caller, now: datetime) -> UUID:
    """Keep a PDF of a programme; return its id, by which the programme's facts may name it."""
    await own_programme(session, programme_id, caller)
    demand_pdf(body)
    kept = await session.scalar(select(func.count()).select_from(ProgrammeFile).where(col(ProgrammeFile.programme_id) == programme_id))
    if (kept or 0) >= MOST:
        raise TooManyFiles()
    stored = ProgrammeFile(programme_id=programme_id, name=name, body=body, size=len(body), stored_at=now)
    session.add(stored)
    await session.flush()
    return stored.id
