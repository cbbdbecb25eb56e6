"""Searches in vain: counted in memory, added up in the database, said from five on, forgotten after a week."""

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, Text, bindparam, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.queries.demand import Missed
from services.catalog.rules import demand as rules
from services.catalog.tables import MissedSearch
from shared.contracts.catalog import SearchMissed
from shared.messaging.due import schedule
from shared.messaging.outbox import emit

SAID = "missed_searches_said"
ALL = UUID(int=0)

SPOKEN = text("""
SELECT asked.stem, coalesce(
    (SELECT word FROM programme_word WHERE word LIKE asked.stem || '%' AND asked.stem = ANY(ts_lexize('russian_stem', word))
     GROUP BY word ORDER BY count(*) DESC, word LIMIT 1),
    (SELECT words FROM wording WHERE stems = ARRAY[asked.stem] ORDER BY length(words), words LIMIT 1)) AS word
FROM unnest(:stems) AS asked (stem)
""").bindparams(bindparam("stems", type_=ARRAY(Text)))


async def add(session: AsyncSession, counts: Mapping[Missed, int], *, now: datetime) -> None:
    """Add counts to what is not said yet."""
    if not counts:
        return
    hour = now.replace(minute=0, second=0, microsecond=0)
    rows = sorted(({**row_of(one), "count": count, "since": hour, "hour": hour} for one, count in counts.items()), key=digest_in)
    stored = insert(MissedSearch).values(rows)
    changed = {
        "count": col(MissedSearch.count) + stored.excluded.count,
        "hour": func.greatest(col(MissedSearch.hour), stored.excluded.hour),
    }
    await session.execute(stored.on_conflict_do_update(index_elements=["digest"], set_=changed))
    await schedule(session, SAID, ALL, at=rules.next_count(now))


def digest_in(row: Mapping[str, Any]) -> bytes:
    return bytes(row["digest"])


def row_of(one: Missed) -> dict[str, Any]:
    lexemes, facets = list(one.lexemes), {name: list(values) for name, values in one.facets}
    digest = sha256(json.dumps([lexemes, facets], ensure_ascii=False, sort_keys=True).encode()).digest()
    return {"digest": digest, "miss_id": uuid4(), "lexemes": lexemes, "facets": facets}


async def spoken(session: AsyncSession, stems: set[str]) -> dict[str, str]:
    """The register's own word for each stem, the commonest one, or else the dictionary's: people can read those."""
    if not stems:
        return {}
    return {row.stem: row.word for row in await session.execute(SPOKEN, {"stems": sorted(stems)}) if row.word}


async def say(session: AsyncSession, subject: UUID, facts: dict[str, Any], now: datetime) -> None:
    """Say what five searches or more looked for; fewer go on being added up for a week, and then nobody ever learns of them."""
    enough = delete(MissedSearch).where(col(MissedSearch.count) >= rules.SAID_FROM).returning(MissedSearch)
    rows = (await session.scalars(enough)).all()
    words = await spoken(session, {stem for one in rows for stem in one.lexemes})
    for one in rows:
        lexemes = sorted(words.get(stem, stem) for stem in one.lexemes)
        event = SearchMissed(miss_id=one.miss_id, hour=one.hour, lexemes=lexemes, facets=one.facets, count=one.count)
        await emit(session, event, subject=one.miss_id, revision=1)
    await session.execute(delete(MissedSearch).where(col(MissedSearch.since) < now - rules.SUMMED_FOR))
    if await session.scalar(select(func.count()).select_from(MissedSearch)):
        await schedule(session, SAID, ALL, at=rules.next_count(now))
