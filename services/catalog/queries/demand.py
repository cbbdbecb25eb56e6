"""What a search in vain was about, and which saved searches something new meets."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Select, Text, Uuid, any_, bindparam, select, union_all
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.queries.finding import (
    Shape,
    asked,
    candidates,
    group_conditions,
    offers,
    open_groups,
    programme_conditions,
    shape_of,
    values_of,
)
from services.catalog.queries.labels import labels
from services.catalog.queries.search import literal
from services.catalog.queries.search_reading import Reading, read, stems_of
from services.catalog.queries.seats import TO_COME, G
from services.catalog.rules.demand import facets_of
from services.catalog.rules.search import ANY, Wanted
from services.catalog.rules.search_typing import words_in
from services.catalog.tables import Competence, Programme, Territory

P = Programme


class Missed(NamedTuple):
    """A search in vain as it may be counted: stems and facets that the register knows."""

    lexemes: tuple[str, ...]
    facets: tuple[tuple[str, tuple[str, ...]], ...]


KNOWN_CODES = union_all(
    select(col(Territory.oktmo)).where(col(Territory.oktmo) == any_(bindparam("oktmo", type_=ARRAY(Text)))),
    select(col(Competence.code)).where(col(Competence.code) == any_(bindparam("competence", type_=ARRAY(Text)))),
)


async def missed(session: AsyncSession, wanted: Wanted, *, corrected: str | None, today: date) -> Missed:
    """What may be remembered of a search that found nothing."""
    stems, known = await stems_of(session, set(words_in(corrected or wanted.q)), today, everywhere=True)
    lexemes = {stem for word, stem in stems.items() if stem and word in known and not word.isdigit()}
    said = await labels(session, today)
    codes = {"oktmo": set[str](), "competence": set[str]()}
    if wanted.oktmo or wanted.competence:
        found = set(await session.scalars(KNOWN_CODES, {"oktmo": wanted.oktmo, "competence": wanted.competence}))
        codes = dict.fromkeys(codes, found)
    audience = {name: {*said.terms.get(name, {}), ANY} for name in ("subject", "position", "level")}
    facets = facets_of(wanted, audience | codes)
    return Missed(tuple(sorted(lexemes)), tuple((name, tuple(values)) for name, values in facets.items()))


class Fresh(NamedTuple):
    """Something that appeared at a moment; a group names its programme, a programme itself."""

    item_id: UUID
    programme_id: UUID
    appeared_at: datetime


async def fresh_since(session: AsyncSession, since: datetime, *, today: date) -> tuple[list[Fresh], list[Fresh]]:
    """Programmes published and groups announced after a moment."""
    published = select(col(P.id), col(P.id), col(P.published_at)).where(col(P.status) == "published", col(P.published_at) > since)
    announced = (
        select(col(G.id), col(G.programme_id), col(G.announced_at))
        .join(P, col(P.id) == col(G.programme_id))
        .where(col(P.status) == "published", col(G.announced_at) > since, TO_COME)
    )
    programmes = [Fresh(*row) for row in await session.execute(published)]
    return programmes, [Fresh(*row) for row in await session.execute(announced, {"today": today})]


@lru_cache(256)
def meeting(shape: Shape) -> Select[Any]:
    """Which of some programmes a search finds, and whether one of their groups fits it."""
    programmes = asked(shape, counted=True, among=True)
    held = open_groups(shape, programmes, ranked=False, counted=True, among=True)
    base = candidates(shape, programmes, offers(shape, held, ranked=False, counted=True), ranked=False, counted=True)
    return select(base.c.id, base.c.group_fits).where(*(base.c[f"ok_{facet}"] for facet in programme_conditions(shape)))


@lru_cache(256)
def fitting_groups(shape: Shape) -> Select[Any]:
    """Which of some groups meet a search's filters about groups."""
    those = col(G.id) == any_(bindparam("groups", type_=ARRAY(Uuid)))
    return select(col(G.id)).where(those, TO_COME, *group_conditions(shape).values())


async def reading_of(session: AsyncSession, wanted: Wanted, *, today: date) -> Reading | None:
    return await read(session, wanted.q, today=today) if wanted.q and not await literal(session, wanted) else None


async def news_for(
    session: AsyncSession,
    wanted: Wanted,
    reading: Reading | None,
    *,
    programmes: Sequence[Fresh],
    groups: Sequence[Fresh],
    today: date,
) -> tuple[set[UUID], set[UUID]]:
    """The new programmes and the new groups that a search finds."""
    shape = shape_of(wanted, reading)
    bound = values_of(wanted, reading, today) | {"among": sorted({one.programme_id for one in (*programmes, *groups)})}
    found = {row.id: row.group_fits for row in await session.execute(meeting(shape), bound)}
    new = {one.item_id for one in programmes if found.get(one.item_id)}
    those = [one.item_id for one in groups if one.programme_id in found]
    if not those:
        return new, set()
    return new, set(await session.scalars(fitting_groups(shape), bound | {"groups": those}))
