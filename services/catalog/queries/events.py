"""Events: by their day with counts that react, one event's card, and an organiser's own."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.queries.counting import ORGANISATION, PLACE, competence_rows, fullest_first, joined_rows, rows_of
from services.catalog.queries.labels import Labels, labels
from services.catalog.queries.paging import paged
from services.catalog.rules.events import WantedEvents
from services.catalog.tables import Competence, Gathering, Organisation, Territory
from shared.access import Caller
from shared.clock import REGION, today
from shared.database import within
from shared.errors import NotFound

E = Gathering
FORMAT = case((col(E.place).is_(None), "online"), else_="onsite")
FORMATS = {"online": "Онлайн", "onsite": "На площадке"}
ORGANISER: tuple[Any, ...] = (
    col(Organisation.name).label("organiser_name"),
    col(Organisation.short_name).label("organiser_short_name"),
    col(Territory.title).label("municipality"),
)


def events_with_organisers() -> Select[Any]:
    return (
        select(*(col(getattr(E, name)) for name in E.model_fields), *ORGANISER)
        .join_from(E, Organisation, col(Organisation.id) == col(E.organiser_id))
        .outerjoin(Territory, col(Territory.oktmo) == col(E.oktmo))
    )


def conditions_of(wanted: WantedEvents) -> dict[str, ColumnElement[bool]]:
    """The filters in use, by facet."""
    every: dict[str, ColumnElement[bool]] = {
        "kind": col(E.kind).in_(wanted.kind),
        "format": FORMAT.in_(wanted.format),
        "oktmo": col(E.oktmo).in_(wanted.oktmo),
        "organiser": col(E.organiser_id).in_(wanted.organiser),
        "competence": naming(col(E.competences), wanted.competence),
    }
    return {name: condition for name, condition in every.items() if getattr(wanted, name)}


def naming(codes: Any, wanted: list[str]) -> ColumnElement[bool]:
    """Whether a list of codes names one of the wanted."""
    named: ColumnElement[bool] = codes.overlap(wanted)
    return named


def in_view(wanted: WantedEvents, now: datetime) -> ColumnElement[bool]:
    """Announced events of the time asked for; cancelled ones only when asked for too."""
    shown = ("published", "cancelled") if wanted.cancelled else ("published",)
    met: list[ColumnElement[bool]] = [col(E.status).in_(shown)]
    if wanted.when != "any":
        met.append(col(E.ends) >= now if wanted.when == "coming" else col(E.ends) < now)
    if wanted.starts_from:
        met.append(col(E.starts) >= datetime.combine(wanted.starts_from, time(), REGION))
    if wanted.starts_to:
        met.append(col(E.starts) < datetime.combine(wanted.starts_to + timedelta(days=1), time(), REGION))
    return and_(*met)


async def events_listed(session: AsyncSession, wanted: WantedEvents, *, now: datetime) -> dict[str, Any]:
    """A page of events with the total and the facets."""
    conditions, view = conditions_of(wanted), in_view(wanted, now)
    listed = events_with_organisers().where(view, *conditions.values())
    page, more = await paged(session, listed, wanted, E, by="starts", falling=wanted.when == "past")
    said = await labels(session, today(now))
    counts = (await session.execute(counted(view, conditions, wanted))).all()
    return {
        "items": [item_shown(row, said) for row in page],
        "total": next(row.count for row in counts if row.facet == "total"),
        "next": more,
        "facets": facets_of(counts, wanted, said),
    }


def counted(view: ColumnElement[bool], conditions: dict[str, ColumnElement[bool]], wanted: WantedEvents) -> Select[Any]:
    """Rows of facet, value, title and count; each facet is counted under all filters but its own."""
    base = (
        select(col(E.kind), FORMAT.label("format"), col(E.oktmo), col(E.organiser_id), col(E.competences))
        .add_columns(*(condition.label(f"ok_{name}") for name, condition in conditions.items()))
        .where(view)
        .cte("base")
    )
    parts = [
        rows_of(base, conditions, "total", literal("all"), null()),
        rows_of(base, conditions, "kind", base.c.kind, null()).group_by(base.c.kind),
        rows_of(base, conditions, "format", base.c.format, null()).group_by(base.c.format),
        *joined_rows(base, conditions, "oktmo", PLACE, base.c.oktmo, wanted.oktmo),
        *joined_rows(base, conditions, "organiser", ORGANISATION, base.c.organiser_id, wanted.organiser),
        *competence_rows(base, conditions, wanted.competence),
    ]
    return select(union_all(*parts).subquery())


def facets_of(counts: Sequence[Any], wanted: WantedEvents, said: Labels) -> dict[str, list[dict[str, Any]]]:
    """The facets as lists of value, title, count and whether chosen; kinds and formats whole, the others the fullest first."""
    whole = {"kind": {code: title for code, (title, _) in said.terms["event_kind"].items()}, "format": FORMATS}
    facets = {facet: fullest_first(counts, facet, getattr(wanted, facet)) for facet in (*whole, "oktmo", "organiser", "competence")}
    for facet, titles in whole.items():
        found = {one["value"]: one for one in facets[facet]}
        missing = {"count": 0, "chosen": False}
        facets[facet] = [{"value": value, **missing, **found.get(value, {}), "title": title} for value, title in titles.items()]
    return facets


async def event_card(session: AsyncSession, event_id: UUID, *, caller: Caller, now: datetime) -> dict[str, Any]:
    """Everything about an event; a draft is seen by its organiser and the operator only."""
    seen = or_(col(E.status) != "draft", within(caller, provider=col(E.organiser_id)))
    row = (await session.execute(events_with_organisers().where(col(E.id) == event_id, seen))).first()
    if row is None:
        raise NotFound("Такого мероприятия нет.")
    titles = await competence_titles(session, row.competences)
    whole = {name: getattr(row, name) for name in ("agenda", "published_at", "change_reason", "changed_at")}
    return item_shown(row, await labels(session, today(now))) | whole | {"competences": titles}


async def competence_titles(session: AsyncSession, codes: list[str]) -> list[dict[str, str]]:
    """Competences with their titles; a code that no framework named speaks for itself."""
    rows = await session.execute(select(col(Competence.code), col(Competence.title)).where(col(Competence.code).in_(codes)))
    titles = {row.code: row.title for row in rows}
    return [{"code": code, "title": titles.get(code, code)} for code in codes]


async def own_events(session: AsyncSession, *, caller: Caller, now: datetime) -> dict[str, Any]:
    """The last hundred events of the caller's organisation in any state, the latest first."""
    mine = events_with_organisers().where(within(caller, provider=col(E.organiser_id)))
    rows = (await session.execute(mine.order_by(col(E.starts).desc(), col(E.id)).limit(100))).all()
    said = await labels(session, today(now))
    return {"items": [item_shown(row, said) for row in rows]}


def item_shown(row: Any, said: Labels) -> dict[str, Any]:
    plain = (
        "id",
        "title",
        "annotation",
        "starts",
        "ends",
        "oktmo",
        "municipality",
        "place",
        "link",
        "capacity_asked",
        "status",
        "revision",
    )
    return {
        **{name: getattr(row, name) for name in plain},
        "kind": said.coded("event_kind", row.kind),
        "online": row.link is not None,
        "cancellation_reason": row.cancellation_reason,
        "organiser": {"id": row.organiser_id, "name": row.organiser_name, "short_name": row.organiser_short_name},
    }
