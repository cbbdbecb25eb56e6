"""A page of any list: in the order of one column and the id, from where the page before was left."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import Select, inspect, literal, tuple_
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.rules.cursors import cursor_of, left_at, moment, stale

READ: Mapping[type, Callable[[str], Any]] = {date: date.fromisoformat, datetime: moment}
"""How a key that is no text is read back from a cursor."""


class Paged(Protocol):
    """What a list is asked for."""

    cursor: str | None
    limit: int


async def paged(
    session: AsyncSession,
    listed: Select[*tuple[Any, ...]],
    wanted: Paged,
    table: type[SQLModel],
    *,
    by: str,
    falling: bool = False,
    bound: Mapping[str, Any] | None = None,
) -> tuple[Sequence[Any], str | None]:
    """The rows of a page by a column of their table, and where the next page begins; raises `Invalid` for a cursor of another list."""
    parts = [inspect(table).columns[name] for name in (by, "id")]
    order = f"{parts[0].table}:{by}:{falling}"
    if wanted.cursor:
        said, last = left_at(wanted.cursor, order=order)
        try:
            left = tuple_(literal(READ.get(parts[0].type.python_type, str)(said)), literal(last))
        except ValueError as reason:
            raise stale() from reason
        listed = listed.where(tuple_(*parts) < left if falling else tuple_(*parts) > left)
    listed = listed.order_by(*(part.desc() if falling else part for part in parts)).limit(wanted.limit + 1)
    rows = (await session.execute(listed, bound)).all()
    if len(rows) <= wanted.limit:
        return rows, None
    end = getattr(rows[-2], table.__name__, rows[-2])  # a whole object, or columns of it
    key = getattr(end, by)
    return rows[:-1], cursor_of(order=order, key=key if isinstance(key, str) else key.isoformat(), last=end.id)
