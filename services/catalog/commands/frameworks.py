"""Keeping what a framework says: as new as its version, whatever the order of arrival."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands.search import rewrite_documents
from services.catalog.tables import Competence, ProgrammeEffect
from shared.database import keep_newest


async def adopt_framework(session: AsyncSession, framework_id: UUID, version: int, competences: list[dict[str, Any]]) -> list[str]:
    """Take over a framework's titles; an older version only adds what no newer one names. Says which codes were taken over."""
    taken = []
    for one in competences:
        row = {key: one[key] for key in ("code", "title", "labour_functions")} | {"section": one["group"]}
        if await keep_newest(session, Competence, by="version", framework_id=framework_id, version=version, **row):
            taken.append(one["code"])
    developing = select(col(ProgrammeEffect.programme_id)).where(col(ProgrammeEffect.competence).in_(taken)).distinct()
    await rewrite_documents(session, list(await session.scalars(developing)))
    return taken
