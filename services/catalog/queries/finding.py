"""Which programmes a search means: the words, the filters, and the open groups behind them, as common table expressions.

Statements depend on the shape of a search only; its values are bound. So each shape is built and compiled once.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Date,
    Float,
    Integer,
    Numeric,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    outerjoin,
    select,
    true,
)
from sqlmodel import col

from services.catalog.queries import ratings
from services.catalog.queries.search_reading import Reading
from services.catalog.queries.search_scoring import ANY_WAY, SAID, bound, groups_wished, wished, wished_of_programmes
from services.catalog.queries.seats import FREE, TO_COME, WITH_SEATS, G, S
from services.catalog.rules.search import ANY, BANDS, Wanted, folded, like_a_code
from services.catalog.tables import Programme, ProgrammeEffect, Rating

P = Programme
Conditions = Mapping[str, ColumnElement[bool]]
QUERY: ColumnElement[Any] = func.websearch_to_tsquery("russian", bindparam("words", type_=Text))
"""The words as a full-text query: quotes, «or» and minus work as people expect."""
BAND = case(*((col(P.hours).between(*limits), name) for name, limits in BANDS.items()))
ABOUT_GROUPS = ("oktmo", "starts", "has_seats")
LAST_DAY = date(9999, 12, 31)


class Shape(NamedTuple):
    """What a statement depends on: the filters in use, how words are taken, the order, and whether a page came before.

    Words are none, taken `literally` (a `code` too), or read: programmes are found by `ideas`, `wishes` or `either`.
    """

    filters: frozenset[str]
    words: Literal["", "literally", "ideas", "wishes", "either"]
    code: bool
    order: str
    onward: bool

    @property
    def read(self) -> bool:
        return self.words in ("ideas", "wishes", "either")


def shape_of(wanted: Wanted, reading: Reading | None) -> Shape:
    """The shape of a search; without a reading its words are taken literally."""
    lists = ("kind", "form", "funding", "provider", "subject", "position", "level", "competence", "oktmo", "hours")
    filters = {name for name in lists if getattr(wanted, name)}
    if wanted.hours_from is not None or wanted.hours_to is not None:
        filters.add("hours")
    if wanted.starts_from or wanted.starts_to:
        filters.add("starts")
    if wanted.has_seats:
        filters.add("has_seats")
    if wanted.rating_from is not None:
        filters.add("rating_from")
    words: Literal["", "literally", "ideas", "wishes", "either"] = "literally" if wanted.q else ""
    if reading:
        words = reading.finds_by
    return Shape(frozenset(filters), words, reading is None and like_a_code(wanted.q), wanted.order, bool(wanted.cursor))


def values_of(wanted: Wanted, reading: Reading | None, today: date) -> dict[str, Any]:
    """What is bound in the statements of a search."""
    lists = ("kind", "form", "funding", "provider", "subject", "position", "level", "competence", "oktmo")
    return {
        **{name: getattr(wanted, name) for name in lists},
        **(bound(reading) if reading else words_bound(wanted.q)),
        "hours": wanted.hours or list(BANDS),
        "hours_from": wanted.hours_from or 0,
        "hours_to": wanted.hours_to if wanted.hours_to is not None else 100_000,
        "rating_from": wanted.rating_from or 0,
        "starts_from": wanted.starts_from or date.min,
        "starts_to": wanted.starts_to or LAST_DAY,
        "today": today,
        "limit": wanted.limit + 1,
    }


def words_bound(words: str) -> dict[str, str]:
    """The words as written; and what a code begins or, where only its number was typed, ends with."""
    beginning = words.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return {"words": folded(words), "beginning": f"%-{words}" if words.isdigit() else beginning}


def said(shape: Shape) -> ColumnElement[bool]:
    """Whether a programme says enough of the words, or its code begins with them; where wishes count, too, it may say nothing."""
    if shape.words == "literally":
        literally = col(P.document).bool_op("@@")(QUERY)
        return or_(literally, begun()) if shape.code else literally
    if shape.words == "ideas":
        return col(P.document).bool_op("@@")(ANY_WAY) & (SAID.c.cover >= bindparam("least_said", type_=Float))
    return true()


def begun() -> ColumnElement[bool]:
    return func.lower(col(P.code)).like(bindparam("beginning", type_=Text))


def closeness(shape: Shape) -> ColumnElement[Any]:
    """How close a programme is to the words, to six digits, so that a cursor can name it; its code stands above all."""
    if shape.read:
        return SAID.c.closeness
    if not shape.words:
        return cast(literal(0), Numeric(12, 6))
    close = cast(func.ts_rank(col(P.document), QUERY, 1), Numeric(12, 6))
    return close + case((begun(), 1), else_=0) if shape.code else close


CODE_BEGUN = select(select(literal(1)).where(col(P.status) == "published", begun()).exists().label("begun"))


def listed(name: str, of: Any = Text) -> Any:
    """Any of the bound values of a filter."""
    return any_(bindparam(name, type_=ARRAY(of)))


def programme_conditions(shape: Shape) -> Conditions:
    """The filters in use that are about programmes, by facet."""
    effect = ProgrammeEffect
    of_competence = (col(effect.programme_id) == col(P.id)) & (col(effect.competence) == listed("competence"))
    between = col(P.hours).between(bindparam("hours_from", type_=Integer), bindparam("hours_to", type_=Integer))
    every: dict[str, ColumnElement[bool]] = {
        "kind": col(P.kind) == listed("kind"),
        "form": col(P.form) == listed("form"),
        "funding": col(P.funding) == listed("funding"),
        "provider": col(P.provider_id) == listed("provider", Uuid),
        "subject": for_whom("subject", col(P.subjects)),
        "position": for_whom("position", col(P.positions)),
        "level": for_whom("level", col(P.levels)),
        "competence": select(literal(1)).select_from(effect).where(of_competence).exists(),
        "hours": between & (listed("hours") == BAND),
        "rating_from": func.coalesce(ratings.SHOWN, 0) >= bindparam("rating_from", type_=Float),
    }
    return {facet: condition for facet, condition in every.items() if facet in shape.filters}


def for_whom(facet: str, codes: Any) -> ColumnElement[bool]:
    """Programmes whose audience names one of the wanted codes, or, when `any` is wanted, names none."""
    return or_(codes.overlap(bindparam(facet, type_=ARRAY(Text))), and_(func.cardinality(codes) == 0, literal(ANY) == listed(facet)))


def group_conditions(shape: Shape) -> Conditions:
    """The filters in use that one and the same group has to meet, by facet."""
    every: dict[str, ColumnElement[bool]] = {
        "oktmo": col(G.oktmo) == listed("oktmo"),
        "starts": col(G.starts).between(bindparam("starts_from", type_=Date), bindparam("starts_to", type_=Date)),
        "has_seats": WITH_SEATS,
    }
    return {facet: condition for facet, condition in every.items() if facet in shape.filters}


def but(conditions: Conditions, facet: str) -> ColumnElement[bool]:
    """Every condition except a facet's own."""
    return and_(true(), *(condition for name, condition in conditions.items() if name != facet))


AMONG: ColumnElement[Any] = any_(bindparam("among", type_=ARRAY(Uuid)))
"""The programmes that a search is narrowed to when it is asked what is new."""


def asked(shape: Shape, *, counted: bool, among: bool = False) -> CTE:
    """Published programmes that may be meant by what they say themselves; to be counted, each with how it meets the conditions."""
    conditions = programme_conditions(shape)
    columns = (col(P.kind), col(P.form), col(P.funding), BAND.label("band"), col(P.provider_id), col(P.subjects), col(P.positions))
    chosen = (
        select(
            col(P.id),
            col(P.hours),
            func.coalesce(ratings.SHOWN, 0).label("rating"),
            closeness(shape).label("closeness"),
            *((SAID.c.cover, *wished_of_programmes()) if shape.read else ()),
            *((*columns, col(P.levels)) if counted else ()),
            *(condition.label(f"ok_{facet}") for facet, condition in conditions.items() if counted),
        )
        .select_from(P)
        .outerjoin(Rating, ratings.OF_PROGRAMME)
        .where(
            col(P.status) == "published",
            said(shape),
            failing(*conditions.values()) <= (1 if counted else 0),
            col(P.id) == AMONG if among else true(),
        )
    )
    return (chosen.join(SAID, true()) if shape.read else chosen).cte("asked")


def open_groups(shape: Shape, programmes: CTE, *, ranked: bool, counted: bool, among: bool = False) -> CTE:
    """Groups still to come, each with how it meets the conditions; what only an order or a wish needs is left out where neither is."""
    conditions = group_conditions(shape)
    narrowed = among or shape.words in ("literally", "ideas") or len(shape.filters.difference(ABOUT_GROUPS)) > counted
    return (
        select(
            col(G.programme_id),
            col(G.oktmo),
            *([col(G.starts)] if ranked or shape.read else []),
            *([FREE.label("free")] if ranked else []),
            WITH_SEATS.label("seated"),
            and_(true(), *conditions.values()).label("fits"),
            *(but(conditions, facet).label(f"but_{facet}") for facet in ("oktmo", "has_seats")),
        )
        .join_from(G, S, col(S.group_id) == col(G.id), isouter=True)
        .where(TO_COME, col(G.programme_id) == any_(func.array(select(programmes.c.id).scalar_subquery())) if narrowed else true())
        .cte("open_groups")
    )


def offers(shape: Shape, groups: CTE, *, ranked: bool, counted: bool) -> CTE:
    """Per programme what its open groups offer: whether one fits, when the nearest fitting one starts, how many seats those have, where."""
    c = groups.c
    order = (
        [
            func.min(c.starts).filter(c.fits).label("starts"),
            func.coalesce(func.sum(c.free).filter(c.fits), 0).label("free"),
        ]
        if ranked
        else []
    )
    return (
        select(
            c.programme_id,
            func.bool_or(c.fits).label("fits"),
            func.bool_or(c.but_has_seats & c.seated).label("seated"),
            *order,
            *([func.array_agg(c.oktmo).filter(c.but_oktmo).label("places")] if counted else []),
            *(groups_wished(groups) if shape.read else ()),
        )
        .group_by(c.programme_id)
        .cte("offers")
    )


def failing(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    """How many conditions fail: what fails one is on no page, what fails two is in no count under all filters but one."""
    return sum((case((condition, 0), else_=1) for condition in conditions), start=literal(0))


def found(shape: Shape, own: Any, worth: ColumnElement[float] | None) -> ColumnElement[bool]:
    """Whether a programme that may be meant meets enough of the wishes or, where either finds, says enough of the words."""
    if worth is None or shape.words == "ideas":
        return true()
    enough = worth >= bindparam("least_wished", type_=Float)
    return enough if shape.words == "wishes" else or_(own.cover >= bindparam("least_said", type_=Float), enough)


def candidates(shape: Shape, programmes: CTE, offered: CTE, *, ranked: bool, counted: bool) -> CTE:
    """The programmes that are found: those that meet every condition; to be counted, each with how it meets them."""
    own, about_groups = programmes.c, bool(shape.filters.intersection(ABOUT_GROUPS))
    group_fits = func.coalesce(offered.c.fits, false()) if about_groups else true()
    worth = wished(programmes, offered) if shape.read else None
    order = (
        (
            (own.closeness if worth is None else cast(own.closeness + worth, Numeric(12, 6))).label("rank"),
            func.coalesce(offered.c.starts, literal(LAST_DAY)).label("starts"),
            func.coalesce(offered.c.free, 0).label("free"),
        )
        if ranked
        else ()
    )
    counts = (func.coalesce(offered.c.seated, false()).label("seated"), offered.c.places) if counted else ()
    met = [own[f"ok_{facet}"] for facet in programme_conditions(shape)] if counted else []
    kept = [one for one in own if one.name not in ("closeness", "cover", "worth", "at_home")]
    return (
        select(*kept, *order, *counts, group_fits.label("group_fits"))
        .select_from(outerjoin(programmes, offered, offered.c.programme_id == own.id))
        .where(found(shape, own, worth), failing(group_fits, *met) <= (1 if counted else 0))
        .cte("candidates")
    )
