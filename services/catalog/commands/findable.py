"""What the search over all kinds looks through, kept in step with what is public."""

import re
from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, Date, String, Text, Uuid, bindparam, delete, text
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.rules.search import folded
from services.catalog.tables import Findable, FindableWord

SHOWN = 300
STORE = text("""
INSERT INTO findable (kind, item_id, title, summary, day, document)
VALUES (:kind, :item_id, :title, :summary, :day,
    setweight(to_tsvector('russian', :named), 'A') || setweight(to_tsvector('russian', :themes), 'B')
    || setweight(to_tsvector('russian', :story), 'C') || setweight(to_tsvector('russian', :around), 'D'))
ON CONFLICT (kind, item_id) DO UPDATE
SET title = EXCLUDED.title, summary = EXCLUDED.summary, day = EXCLUDED.day, document = EXCLUDED.document
""").bindparams(
    *(bindparam(name, type_=Text) for name in ("kind", "title", "summary", "named", "themes", "story", "around")),
    bindparam("item_id", type_=Uuid),
    bindparam("day", type_=Date),
)
WORDS = text("INSERT INTO findable_word (kind, item_id, word) SELECT :kind, :item_id, said.word FROM unnest(:words) AS said (word)")
WORDS = WORDS.bindparams(bindparam("kind", type_=String), bindparam("item_id", type_=Uuid), bindparam("words", type_=ARRAY(Text)))


async def make_findable(
    session: AsyncSession,
    kind: str,
    item_id: UUID,
    *,
    title: str,
    summary: str,
    day: date | None = None,
    themes: str = "",
    story: str = "",
    around: str = "",
) -> None:
    """Make a public thing found by what it says now: its title first, then themes, story, and what stands around it."""
    spoken = {"named": folded(title), "themes": folded(themes), "story": folded(story), "around": folded(around)}
    words = sorted({word for said in spoken.values() for word in re.findall("[a-zа-я]+", said) if 4 <= len(word) <= 60})
    await forget_words(session, kind, item_id)
    shown = {"kind": kind, "item_id": item_id, "title": title, "summary": summary[:SHOWN], "day": day}
    await session.execute(STORE, {**shown, **spoken})
    await session.execute(WORDS, {"kind": kind, "item_id": item_id, "words": words})


async def forget_words(session: AsyncSession, kind: str, item_id: UUID) -> None:
    await session.execute(delete(FindableWord).where(col(FindableWord.kind) == kind, col(FindableWord.item_id) == item_id))


async def make_unfindable(session: AsyncSession, kind: str, item_id: UUID) -> None:
    """Nobody finds this any more."""
    await session.execute(delete(Findable).where(col(Findable.kind) == kind, col(Findable.item_id) == item_id))
