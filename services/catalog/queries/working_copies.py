"""Working copies of the caller and of their organisation."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.rules.working_copies import WantedCopies
from services.catalog.tables import WorkingCopy, held_by
from shared.access import Caller
from shared.errors import NotFound

W = WorkingCopy
MOST = 100


TITLES = ("title", "name")
TITLE = func.left(func.coalesce(*(func.jsonb_extract_path_text(col(W.fields), name, "0") for name in TITLES)), 300)


async def copies_listed(session: AsyncSession, wanted: WantedCopies, *, caller: Caller) -> list[Any]:
    """The working copies, the newest first, each with its title instead of everything that was typed."""
    shown = (col(W.id), col(W.kind), col(W.object_id), col(W.provider_id), col(W.base_revision), col(W.saved_at), col(W.revision))
    mine = (col(W.owner) == caller.subject).label("own")
    listed = select(*shown, mine, TITLE.label("title")).where(held_by(caller)).order_by(col(W.saved_at).desc()).limit(MOST)
    if wanted.kind:
        listed = listed.where(col(W.kind) == wanted.kind)
    if wanted.object_id:
        listed = listed.where(col(W.object_id) == wanted.object_id)
    return [row._asdict() for row in await session.execute(listed)]


async def copy_shown(session: AsyncSession, copy_id: UUID, *, caller: Caller) -> Any:
    found = await session.scalar(select(W).where(col(W.id) == copy_id, held_by(caller)).order_by(col(W.saved_at).desc()).limit(1))
    if found is None:
        raise NotFound("Такого черновика нет.")
    title = next((found.fields[name][0] for name in TITLES if found.fields.get(name)), None)
    return {**found.model_dump(exclude={"holder", "owner"}), "own": found.owner == caller.subject, "title": title}
