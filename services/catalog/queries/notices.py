"""Notices of assessment procedures: coming ones, past ones, one notice, an organiser's own."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, literal, null, or_, select, union_all
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.queries.counting import ORGANISATION, competence_rows, fullest_first, joined_rows, rows_of
from services.catalog.queries.events import competence_titles, naming
from services.catalog.queries.paging import paged
from services.catalog.rules.notices import WantedNotices
from services.catalog.tables import Notice, Organisation
from shared.access import Caller
from shared.database import within
from shared.errors import NotFound

N = Notice


def notices_with_organisers() -> Select[Any]:
    names: tuple[Any, ...] = (col(Organisation.name).label("organiser_name"), col(Organisation.short_name).label("organiser_short_name"))
    columns = (col(getattr(N, name)) for name in N.model_fields)
    return select(*columns, *names).join_from(N, Organisation, col(Organisation.id) == col(N.organiser_id))


async def notices_listed(session: AsyncSession, wanted: WantedNotices, *, today: date) -> dict[str, Any]:
    """Published notices by their first day, past ones the latest first, with counts by organiser and competence."""
    past = wanted.when == "past"
    view = and_(col(N.status) == "published", col(N.closes) < today if past else col(N.closes) >= today)
    conditions: dict[str, ColumnElement[bool]] = {}
    if wanted.organiser:
        conditions["organiser"] = col(N.organiser_id).in_(wanted.organiser)
    if wanted.competence:
        conditions["competence"] = naming(col(N.competences), wanted.competence)
    listed = notices_with_organisers().where(view, *conditions.values())
    page, more = await paged(session, listed, wanted, N, by="opens", falling=past)
    counts = (await session.execute(counted(view, conditions, wanted))).all()
    return {
        "items": await shown(session, page),
        "total": next(row.count for row in counts if row.facet == "total"),
        "next": more,
        "facets": {facet: fullest_first(counts, facet, getattr(wanted, facet)) for facet in ("organiser", "competence")},
    }


def counted(view: ColumnElement[bool], conditions: Mapping[str, ColumnElement[bool]], wanted: WantedNotices) -> Select[Any]:
    """Rows of facet, value, title and count; each facet is counted under all filters but its own."""
    met = (condition.label(f"ok_{name}") for name, condition in conditions.items())
    base = select(col(N.organiser_id), col(N.competences), *met).where(view).cte("base")
    parts = [
        rows_of(base, conditions, "total", literal("all"), null()),
        *joined_rows(base, conditions, "organiser", ORGANISATION, base.c.organiser_id, wanted.organiser),
        *competence_rows(base, conditions, wanted.competence),
    ]
    return select(union_all(*parts).subquery())


async def notice_card(session: AsyncSession, notice_id: UUID, *, caller: Caller) -> dict[str, Any]:
    """One notice; a draft is seen by its organiser and the operator only."""
    seen = or_(col(N.status) != "draft", within(caller, provider=col(N.organiser_id)))
    row = (await session.execute(notices_with_organisers().where(col(N.id) == notice_id, seen))).first()
    if row is None:
        raise NotFound("Такого объявления нет.")
    return (await shown(session, [row]))[0]


async def own_notices(session: AsyncSession, *, caller: Caller) -> dict[str, Any]:
    """The last hundred notices of the caller's organisation in any state, the latest first."""
    mine = notices_with_organisers().where(within(caller, provider=col(N.organiser_id)))
    rows = (await session.execute(mine.order_by(col(N.opens).desc(), col(N.id)).limit(100))).all()
    return {"items": await shown(session, rows)}


async def shown(session: AsyncSession, rows: Any) -> list[dict[str, Any]]:
    """Notices with the titles of their competences."""
    codes = sorted({code for row in rows for code in row.competences})
    titles = {one["code"]: one for one in await competence_titles(session, codes)} if codes else {}
    plain = ("id", "procedure_id", "title", "measures", "minutes", "result_visible_to", "opens", "closes", "registration", "link")
    return [
        {
            **{name: getattr(row, name) for name in (*plain, "status", "published_at", "cancellation_reason", "revision")},
            "competences": [titles[code] for code in row.competences],
            "organiser": {"id": row.organiser_id, "name": row.organiser_name, "short_name": row.organiser_short_name},
        }
        for row in rows
    ]
