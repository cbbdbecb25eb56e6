"""How the last rebuild goes."""

from typing import Any

from sqlalchemy import select, text
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.reports.tables.upkeep import REBUILD_LOCK, Rebuild
from shared.errors import NotFound

HELD = f"""
SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 0 AND objid = {REBUILD_LOCK} AND granted
AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
"""


async def last_rebuild(session: AsyncSession) -> dict[str, Any]:
    """The newest rebuild; one that nobody is at work on any more was interrupted. Raises `NotFound` before the first."""
    newest = await session.scalar(select(Rebuild).order_by(col(Rebuild.started_at).desc()).limit(1))
    if newest is None:
        raise NotFound("Отчёты ещё ни разу не пересобирали.")
    shown = newest.model_dump()
    if newest.state == "reading" and not await session.scalar(text(HELD)):
        shown |= {"state": "failed", "problem": "interrupted"}
    return shown
