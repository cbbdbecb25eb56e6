"""What belongs to an organisation is changed by those who act for it."""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from sqlalchemy import inspect, select
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.access import Caller
from shared.database import within
from shared.errors import NotFound

Row = TypeVar("Row", bound=SQLModel)


def owned(table: type[Row], *, by: str, refusal: str) -> Callable[[AsyncSession, UUID, Caller], Awaitable[Row]]:
    """A question for the caller's row, locked; it raises `NotFound` for an unknown or foreign one."""
    columns = inspect(table).columns

    async def own(session: AsyncSession, key: UUID, caller: Caller) -> Row:
        mine = select(table).where(columns.id == key, within(caller, provider=columns[by]))
        found = await session.scalar(mine.with_for_update())
        if found is None:
            raise NotFound(refusal)
        return found

    return own
