"""Keeping rows: facts once, current state as new as its revision; in any order, any number of times."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.reports.commands.facts import Row
from services.reports.tables.base import Current
from services.reports.tables.people import Identity


async def keep(session: AsyncSession, rows: Iterable[Row]) -> None:
    """Store rows under the keys of their persons."""
    by_table: dict[type[Any], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_table[row.table].append(row.values)
    keys = await keys_of(session, {row["person"] for table, found in by_table.items() if table.personal for row in found})
    for table, found in by_table.items():
        if table.personal:
            found = [{**row, "person": keys.get(row["person"], row["person"])} for row in found]
        await session.execute(newest(table) if issubclass(table, Current) else insert(table).on_conflict_do_nothing(), found)


async def keys_of(session: AsyncSession, persons: set[UUID]) -> dict[UUID, UUID]:
    """The keys of those persons whose key is not their id."""
    if not persons:
        return {}
    known = select(col(Identity.person_id), col(Identity.key)).where(col(Identity.person_id).in_(persons))
    return {person: key for person, key in (await session.execute(known)).all()}


def newest(table: type[Any]) -> Insert:
    """The statement that stores a row unless a newer one is there."""
    stored, shape = insert(table), table.__table__
    assert isinstance(shape, Table)
    said = {column.name: stored.excluded[column.name] for column in shape.columns if not column.primary_key}
    return stored.on_conflict_do_update(
        index_elements=list(shape.primary_key.columns), set_=said, where=shape.c.revision < stored.excluded.revision
    )
