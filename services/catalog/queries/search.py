"""The search for programmes: words with Russian morphology, misprints mended, counts that react, and a page by cursor."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.queries.facets import shown
from services.catalog.queries.finding import CODE_BEGUN, shape_of, values_of, words_bound
from services.catalog.queries.labels import Labels, labels
from services.catalog.queries.page import left, page_of
from services.catalog.queries.ratings import rating_shown
from services.catalog.queries.search_reading import Reading, read
from services.catalog.queries.seats import group_shown
from services.catalog.rules.cursors import cursor_of
from services.catalog.rules.search import Wanted, has_operators, like_a_code, pieces
from services.catalog.rules.search_words import as_filters
from shared.database import driven

NEAR, LITTLE = 5, 0.000001
"""How many programmes are shown as coming near, and the little that each has to say of what was asked for."""


async def programmes_found(session: AsyncSession, wanted: Wanted, *, today: date, everywhere: bool = False) -> dict[str, Any]:
    """A page of the search with its total and facets, what was understood, and, when nothing is found, what comes nearest."""
    literally = not wanted.q or await literal(session, wanted)
    reading = None if literally else await read(session, wanted.q, today=today, everywhere=everywhere)
    shape, bound = shape_of(wanted, reading), values_of(wanted, reading, today) | left(wanted)
    said = await labels(session, today)
    page = await driven(session, page_of(shape, counted=True), bound)
    counts, page = page[0].counts, [row for row in page if row.found_id]
    more = len(page) > wanted.limit
    page = page[: wanted.limit]
    nearest = await nearest_to(session, wanted, reading, today) if reading and not page and not wanted.cursor else []
    return {
        "items": [item_shown(row, said, today) for row in page],
        "total": next(count for facet, _, _, count in counts if facet == "total"),
        "next": cursor_of(order=wanted.order, key=str(page[-1].key), last=page[-1].found_id) if more else None,
        "corrected": reading.corrected if reading else None,
        "understood": reading.meaning.understood if reading else [],
        "wishes": as_filters(reading.meaning.wishes) if reading else {},
        "nearest": [item_shown(row, said, today) for row in nearest],
        "facets": await shown(session, counts, wanted, said),
    }


async def ids_found(session: AsyncSession, wanted: Wanted, *, today: date, most: int) -> list[UUID]:
    """The programmes of a search in its order, whatever its page."""
    whole = wanted.model_copy(update={"cursor": None})
    reading = await read(session, whole.q, today=today) if whole.q and not await literal(session, whole) else None
    found = await driven(session, page_of(shape_of(whole, reading)), values_of(whole, reading, today) | {"limit": most})
    return [row.found_id for row in found]


async def literal(session: AsyncSession, wanted: Wanted) -> bool:
    """Whether words are to be taken as they stand: asked for, written with operators, or the beginning of a code in the register."""
    if wanted.exact or has_operators(wanted.q):
        return True
    return like_a_code(wanted.q) and (await driven(session, CODE_BEGUN, words_bound(wanted.q)))[0].begun


async def nearest_to(session: AsyncSession, wanted: Wanted, reading: Reading, today: date) -> Sequence[Any]:
    """A few programmes that say a part of the words, whatever the filters."""
    relaxed = Wanted(q=wanted.q, limit=NEAR)
    bound = values_of(relaxed, reading, today) | {"least_said": LITTLE, "least_wished": LITTLE}
    return (await driven(session, page_of(shape_of(relaxed, reading)), bound))[:NEAR]


def item_shown(row: Any, said: Labels, today: date) -> dict[str, Any]:
    return {
        "id": row.found_id,
        "code": row.code,
        "title": row.title,
        "annotation": pieces(row.annotation),
        "kind": said.coded("programme_kind", row.kind),
        "hours": row.hours,
        "form": said.coded("form", row.programme_form),
        "distance_share": row.distance_share,
        "funding": said.coded("funding", row.programme_funding),
        "fee": row.fee,
        "document": said.coded("document", row.document_kind),
        "provider": {"id": row.provider_id, "name": row.provider_name, "short_name": row.provider_short_name},
        "rating": rating_shown(row.rating, row.rated_by),
        "nearest_group": group_shown(row, said, today) if row.id else None,
    }
