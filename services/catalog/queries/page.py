"""A page of the search: ordered, cut by a cursor, each programme with its nearest group that fits."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Numeric,
    Select,
    Uuid,
    and_,
    bindparam,
    case,
    func,
    or_,
    outerjoin,
    select,
    true,
)
from sqlmodel import col

from services.catalog.queries.facets import counts, meeting
from services.catalog.queries.finding import QUERY, Shape, asked, candidates, group_conditions, offers, open_groups
from services.catalog.queries.ratings import OF_PROGRAMME
from services.catalog.queries.search_scoring import ANY_WAY
from services.catalog.queries.seats import COLUMNS, TO_COME, G, S
from services.catalog.rules.cursors import figure, left_at, stale, whole
from services.catalog.rules.fields import MARKS
from services.catalog.rules.search import Wanted
from services.catalog.tables import Organisation, Programme, Rating, Territory

P = Programme
KEYS: dict[str, tuple[str, Any, bool]] = {
    "relevance": ("rank", Numeric(12, 6), True),
    "starts": ("starts", Date, False),
    "hours": ("hours", Integer, False),
    "seats": ("free", BigInteger, True),
    "rating": ("rating", Numeric(12, 6), True),
}
"""The column of each order, its type, and whether it falls."""
READ: dict[str, Callable[[str], Any]] = {
    "relevance": figure,
    "starts": date.fromisoformat,
    "hours": whole,
    "seats": whole,
    "rating": figure,
}
"""How the key of each order is read back from a cursor."""


@lru_cache(256)
def page_of(shape: Shape, *, counted: bool = False) -> Select[Any]:
    """The programmes that meet every filter, one more than a page, each with its nearest fitting group.

    Where it is `counted`, the first row also has all counts; it is there without a programme, too, when none is found.
    """
    programmes = asked(shape, counted=counted)
    held = open_groups(shape, programmes, ranked=True, counted=counted)
    base = candidates(shape, programmes, offers(shape, held, ranked=True, counted=counted), ranked=True, counted=counted)
    key, _, falling = KEYS[shape.order]
    page = (
        select(base.c.id, base.c.rating, base.c[key].label("key"))
        .where(behind(shape, base) if shape.onward else true(), meeting(shape, base) if counted else true())
        .order_by(base.c[key].desc() if falling else base.c[key], base.c.id)
        .limit(bindparam("limit", type_=Integer))
        .cte("page")
    )
    nearest = (
        select(*COLUMNS)
        .join_from(G, S, col(S.group_id) == col(G.id), isouter=True)
        .outerjoin(Territory, col(Territory.oktmo) == col(G.oktmo))
        .where(col(G.programme_id) == page.c.id, TO_COME, *group_conditions(shape).values())
        .order_by(col(G.starts), col(G.id))
        .limit(1)
        .lateral("nearest")
    )
    shown = (
        select(
            page.c.id.label("found_id"),
            page.c.key,
            func.nullif(page.c.rating, 0).label("rating"),
            col(Rating.n).label("rated_by"),
            col(P.code),
            col(P.title),
            headline(shape).label("annotation"),
            col(P.kind),
            col(P.hours),
            col(P.form).label("programme_form"),
            col(P.distance_share),
            col(P.funding).label("programme_funding"),
            col(P.fee),
            col(P.document_kind),
            col(P.provider_id),
            col(Organisation.name).label("provider_name"),
            col(Organisation.short_name).label("provider_short_name"),
            nearest,
        )
        .join_from(page, P, col(P.id) == page.c.id)
        .join(Organisation, col(Organisation.id) == col(P.provider_id))
        .outerjoin(Rating, OF_PROGRAMME)
        .outerjoin(nearest, true())
    )
    if not counted:
        return shown.order_by(page.c.key.desc() if falling else page.c.key, page.c.id)
    every, each = counts(shape, base), shown.subquery("shown")
    order = (each.c.key.desc() if falling else each.c.key, each.c.found_id)
    first = func.row_number().over(order_by=order) == 1
    return select(case((first, every.c.said)).label("counts"), *each.c).select_from(outerjoin(every, each, true())).order_by(*order)


def left(wanted: Wanted) -> dict[str, Any]:
    """The last key and id of the page before; raises `Invalid` for a cursor that this list never gave."""
    if not wanted.cursor:
        return {}
    said, last = left_at(wanted.cursor, order=wanted.order)
    try:
        return {"left_key": READ[wanted.order](said), "left_id": last}
    except ValueError as reason:
        raise stale() from reason


def behind(shape: Shape, base: CTE) -> ColumnElement[bool]:
    """What comes after the last key and id."""
    name, kind, falling = KEYS[shape.order]
    key, left_key, left_id = base.c[name], bindparam("left_key", type_=kind), bindparam("left_id", type_=Uuid)
    return or_(key < left_key if falling else key > left_key, and_(key == left_key, base.c.id > left_id))


def headline(shape: Shape) -> Any:
    """The annotation with found words framed by marks."""
    if not shape.words:
        return col(P.annotation)
    options = f"StartSel={MARKS[0]}, StopSel={MARKS[1]}, HighlightAll=true"
    return func.ts_headline("russian", col(P.annotation), ANY_WAY if shape.read else QUERY, options)
