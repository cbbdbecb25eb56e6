"""Working copies: saved while somebody types, dropped when they submit or after ninety days."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.rules.fields import same_revision
from services.catalog.rules.working_copies import KEPT, Typing, typing_faults
from services.catalog.tables import WorkingCopy, held_by
from shared.access import Caller
from shared.errors import NotFound, Wrong, demand_none
from shared.messaging.due import schedule

OLD = "working_copy_old"


async def save_copy(
    session: AsyncSession, copy_id: UUID, typing: Typing, *, caller: Caller, now: datetime, revision: int | None = None
) -> None:
    """Keep what was typed; somebody else's id is as free as an unknown one."""
    demand_none(typing_faults(typing.fields))
    mine = caller.scopes("provider")
    if typing.provider_id and not caller.reaches(provider=typing.provider_id):
        raise Wrong({"provider_id": "Такой организации ДПО нет."})
    provider_id = typing.provider_id if typing.provider_id in mine else next(iter(mine), None)
    found = select(WorkingCopy).where(col(WorkingCopy.id) == copy_id, held_by(caller)).order_by(col(WorkingCopy.saved_at).desc())
    copy = await session.scalar(found.limit(1).with_for_update())
    if copy is None:
        owned: dict[str, Any] = {"owner": caller.subject, "provider_id": provider_id, "holder": str(provider_id or caller.subject)}
        copy = WorkingCopy(id=copy_id, saved_at=now, **owned, **typing.model_dump(exclude={"provider_id"}))
        session.add(copy)
    else:
        same_revision(wanted=revision, revision=copy.revision, current={"fields": copy.fields})
        copy.fields, copy.base_revision, copy.saved_at = dict(typing.fields), typing.base_revision, now
        copy.revision += 1
    await session.flush()
    await schedule(session, OLD, copy_id, at=now + KEPT)


async def drop_copy(session: AsyncSession, copy_id: UUID, *, caller: Caller) -> None:
    """Forget a working copy; raises `NotFound` for an unknown or foreign one."""
    dropped = delete(WorkingCopy).where(col(WorkingCopy.id) == copy_id, held_by(caller)).returning(col(WorkingCopy.id))
    if (await session.execute(dropped)).first() is None:
        raise NotFound("Такого черновика нет.")


async def forget_old(session: AsyncSession, copy_id: UUID, facts: dict[str, Any], now: datetime) -> None:
    """What nobody has touched for ninety days is forgotten; a later save has put this off."""
    await session.execute(delete(WorkingCopy).where(col(WorkingCopy.id) == copy_id, col(WorkingCopy.saved_at) <= now - KEPT))
