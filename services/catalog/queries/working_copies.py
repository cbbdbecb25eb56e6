"""Working copies of the caller and of their organisation."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.rules.working_copies import WantedCopies
from services.catalog.tables import WorkingCopy, held_by
from shared.access import Caller
from shared.errors import NotFound

W = WorkingCopy
MOST = 100


async def copies_listed(session: AsyncSession, wanted: WantedCopies, *, caller: Caller) -> list[Any]:
    """The working copies, the newest first."""
    listed = select(W).where(held_by(caller)).order_by(col(W.saved_at).desc()).limit(MOST)
    if wanted.kind:
        listed = listed.where(col(W.kind) == wanted.kind)
    if wanted.object_id:
        listed = listed.where(col(W.object_id) == wanted.object_id)
    return [shown(one, caller) for one in await session.scalars(listed)]


async def copy_shown(session: AsyncSession, copy_id: UUID, *, caller: Caller) -> Any:
    found = await session.scalar(select(W).where(col(W.id) == copy_id, held_by(caller)).order_by(col(W.saved_at).desc()).limit(1))
    if found is None:
        raise NotFound("Такого черновика нет.")
    return shown(found, caller)


def shown(copy: WorkingCopy, caller: Caller) -> dict[str, Any]:
    return {**copy.model_dump(exclude={"holder", "owner"}), "own": copy.owner == caller.subject}
