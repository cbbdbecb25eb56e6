"""News: published ones, the newest first; one piece; an organisation's own; and what waits for a second reader."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, extract, func, literal, literal_column, null, or_, select, union_all
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.queries.counting import ORGANISATION, fullest_first, joined_rows, rows_of
from services.catalog.queries.paging import paged
from services.catalog.rules.news import WantedNews
from services.catalog.tables import News, Organisation
from shared.access import Caller
from shared.clock import REGION
from shared.database import within
from shared.errors import NotFound

N = News
OWN: tuple[Any, ...] = (col(N.submitted_at), col(N.remark), col(N.withdrawal_reason))


def news_with_organisations(*more: Any) -> Select[Any]:
    columns: tuple[Any, ...] = (
        col(N.id),
        col(N.title),
        col(N.lead),
        col(N.status),
        col(N.published_at),
        col(N.organisation_id),
        col(N.revision),
    )
    names: tuple[Any, ...] = (
        col(Organisation.name).label("organisation_name"),
        col(Organisation.short_name).label("organisation_short_name"),
    )
    return select(*columns, *names, *more).join_from(N, Organisation, col(Organisation.id) == col(N.organisation_id))


async def news_listed(session: AsyncSession, wanted: WantedNews) -> dict[str, Any]:
    """A page of published news; years and organisations are counted under each other's filter."""
    published = col(N.status) == "published"
    conditions: dict[str, ColumnElement[bool]] = {}
    if wanted.organisation:
        conditions["organisation"] = col(N.organisation_id).in_(wanted.organisation)
    if wanted.year:
        conditions["year"] = published_year() == wanted.year
    page, more = await paged(
        session, news_with_organisations().where(published, *conditions.values()), wanted, N, by="published_at", falling=True
    )
    counts = (await session.execute(counted(published, conditions, wanted))).all()
    years = fullest_first(counts, "year", [wanted.year] if wanted.year else [])
    return {
        "items": [item_shown(row) for row in page],
        "total": next(row.count for row in counts if row.facet == "total"),
        "next": more,
        "facets": {
            "year": sorted(years, key=lambda one: one["value"], reverse=True),
            "organisation": fullest_first(counts, "organisation", wanted.organisation),
        },
    }


def published_year() -> ColumnElement[Any]:
    return extract("year", func.timezone(literal_column(f"'{REGION.key}'"), col(N.published_at))).cast(Integer)


def counted(published: ColumnElement[bool], conditions: Mapping[str, ColumnElement[bool]], wanted: WantedNews) -> Select[Any]:
    """Rows of facet, value, title and count; each facet is counted under all filters but its own."""
    met = (condition.label(f"ok_{name}") for name, condition in conditions.items())
    base = select(col(N.organisation_id), published_year().label("year"), *met).where(published).cte("base")
    parts = [
        rows_of(base, conditions, "total", literal("all"), null()),
        rows_of(base, conditions, "year", base.c.year, null()).group_by(base.c.year),
        *joined_rows(base, conditions, "organisation", ORGANISATION, base.c.organisation_id, wanted.organisation),
    ]
    return select(union_all(*parts).subquery())


async def news_card(session: AsyncSession, news_id: UUID, *, caller: Caller) -> dict[str, Any]:
    """One piece of news; what is not published is seen by its organisation and the operator only."""
    mine = within(caller, provider=col(N.organisation_id))
    seen = or_(col(N.status) == "published", mine)
    row = (await session.execute(news_with_organisations(col(N.body), *OWN, mine.label("mine")).where(col(N.id) == news_id, seen))).first()
    if row is None:
        raise NotFound("Такой новости нет.")
    own = {name: getattr(row, name) if row.mine else None for name in ("submitted_at", "remark", "withdrawal_reason")}
    return item_shown(row) | {"body": row.body, **own}


async def own_news(session: AsyncSession, *, caller: Caller) -> dict[str, Any]:
    """The last hundred pieces of the caller's organisation in any state: the newest first, what is not out yet before all."""
    mine = news_with_organisations(*OWN).where(within(caller, provider=col(N.organisation_id)))
    rows = (await session.execute(mine.order_by(col(N.published_at).desc().nulls_first(), col(N.id)).limit(100))).all()
    return {"items": [own_shown(row) for row in rows]}


async def news_in_review(session: AsyncSession) -> dict[str, Any]:
    """What waits for a second reader, the longest waiting first."""
    waiting = news_with_organisations(*OWN).where(col(N.status) == "in_review").order_by(col(N.submitted_at), col(N.id)).limit(100)
    return {"items": [own_shown(row) for row in await session.execute(waiting)]}


def item_shown(row: Any) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in ("id", "title", "lead", "status", "published_at", "revision")},
        "organisation": {"id": row.organisation_id, "name": row.organisation_name, "short_name": row.organisation_short_name},
    }


def own_shown(row: Any) -> dict[str, Any]:
    return item_shown(row) | {name: getattr(row, name) for name in ("submitted_at", "remark", "withdrawal_reason")}
