"""News: published ones, the newest first; one piece; an organisation's own; and what waits for a second reader."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, extract, func, literal_column, or_, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

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
    by_organisation = col(N.organisation_id).in_(wanted.organisation) if wanted.organisation else None
    by_year = published_year() == wanted.year if wanted.year else None
    met = [one for one in (by_organisation, by_year) if one is not None]
    listed = news_with_organisations().where(published, *met)
    page, more = await paged(session, listed, wanted, N, by="published_at", falling=True)
    facets = await facets_of(session, wanted, published, by_organisation, by_year)
    return {"items": [item_shown(row) for row in page], "next": more, "facets": facets}


def published_year() -> ColumnElement[Any]:
    return extract("year", func.timezone(literal_column(f"'{REGION.key}'"), col(N.published_at)))


async def facets_of(
    session: AsyncSession,
    wanted: WantedNews,
    published: ColumnElement[bool],
    by_organisation: ColumnElement[bool] | None,
    by_year: ColumnElement[bool] | None,
) -> dict[str, list[dict[str, Any]]]:
    years = select(published_year().label("year"), func.count().label("count")).where(
        published, *([] if by_organisation is None else [by_organisation])
    )
    who = select(col(Organisation.id), col(Organisation.short_name), func.count().label("count")).join_from(
        N, Organisation, col(Organisation.id) == col(N.organisation_id)
    )
    who = who.where(published, *([] if by_year is None else [by_year])).group_by(col(Organisation.id), col(Organisation.short_name))
    said_years = await session.execute(years.group_by(published_year()).order_by(published_year().desc()))
    said_who = await session.execute(who.order_by(func.count().desc(), col(Organisation.short_name)))
    return {
        "year": [
            {"value": str(int(row.year)), "title": str(int(row.year)), "count": row[1], "chosen": int(row.year) == wanted.year}
            for row in said_years
        ],
        "organisation": [
            {"value": str(row.id), "title": row.short_name, "count": row[2], "chosen": row.id in wanted.organisation} for row in said_who
        ],
    }


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
