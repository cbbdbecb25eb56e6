"""Keeping what others said: as new as its revision, whatever the order of arrival."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel, col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands.search import rewrite_documents
from services.catalog.tables import Competence, ProgrammeEffect


async def keep_newest(session: AsyncSession, table: type[SQLModel], key: Mapping[str, Any], row: Mapping[str, Any], *, by: str) -> bool:
    """Store a row unless a newer one is there; `by` names the column that tells which is newer. Says whether it was stored."""
    stored = insert(table).values(**key, **row)
    newer = stored.on_conflict_do_update(index_elements=list(key), set_=dict(row), where=getattr(table, by) < getattr(stored.excluded, by))
    return (await session.execute(newer.returning(*(col(getattr(table, name)) for name in key)))).first() is not None


async def adopt_framework(session: AsyncSession, framework_id: UUID, version: int, competences: list[dict[str, Any]]) -> list[str]:
    """Take over a framework's titles; an older version only adds what no newer one names. Says which codes were taken over."""
    taken = []
    for one in competences:
        row = {key: one[key] for key in ("title", "labour_functions")} | {"section": one["group"]}
        if await keep_newest(
            session, Competence, {"code": one["code"]}, {**row, "framework_id": framework_id, "version": version}, by="version"
        ):
            taken.append(one["code"])
    developing = select(col(ProgrammeEffect.programme_id)).where(col(ProgrammeEffect.competence).in_(taken)).distinct()
    await rewrite_documents(session, list(await session.scalars(developing)))
    return taken
