"""The search for programmes: words with Russian morphology, misprints mended, counts that react, and a page by cursor."""

from datetime import date
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.queries.facets import counted, shown
from services.catalog.queries.finding import shape_of, values_of
from services.catalog.queries.labels import Labels, labels
from services.catalog.queries.misprints import mended
from services.catalog.queries.page import left, page_of
from services.catalog.queries.seats import group_shown
from services.catalog.rules.cursors import cursor_of
from services.catalog.rules.search import Wanted, pieces


async def programmes_found(session: AsyncSession, wanted: Wanted, *, today: date) -> dict[str, Any]:
    """A page of the search with its total and facets; misprints are mended when the words as written find nothing."""
    words = wanted.q
    better = await mended(session, words) if words and not wanted.exact else None
    words = better or words
    shape, bound = shape_of(wanted, words), values_of(wanted, words, today) | left(wanted)
    counts = (await session.execute(counted(shape), bound)).all()
    said = await labels(session, today)
    page = (await session.execute(page_of(shape), bound)).all()
    more = len(page) > wanted.limit
    page = page[: wanted.limit]
    return {
        "items": [item_shown(row, said, today) for row in page],
        "total": next(row.count for row in counts if row.facet == "total"),
        "next": cursor_of(order=wanted.order, key=str(page[-1].key), last=page[-1].found_id) if more else None,
        "corrected": better,
        "facets": await shown(session, counts, wanted, said),
    }


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
        "nearest_group": group_shown(row, said, today) if row.id else None,
    }
