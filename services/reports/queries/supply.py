"""Seats and quotas as enrollment counts them, and letters as they arrived."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Subquery, cast, exists, func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.reports.queries import labels
from services.reports.queries.places import Places, within_days
from services.reports.rules import words
from services.reports.rules.periods import Period
from services.reports.rules.sheets import share
from services.reports.tables.copies import Cancellation, StudyGroup
from services.reports.tables.facts import Letter, Seats
from shared.access import Caller

COUNTED = ("capacity", "held", "taken", "waiting")


async def seats(
    session: AsyncSession,
    period: Period,
    places: Places,
    *,
    caller: Caller,
    programme_id: UUID | None,
    provider_id: UUID | None,
    now: datetime,
) -> dict[str, Any]:
    """Seats by provider of groups that start within a period and are not cancelled, and what is left of the municipalities' quotas."""
    cancelled = exists().where(col(Cancellation.group_id) == col(Seats.group_id))
    wanted = [~cancelled, *within_days(period, col(StudyGroup.starts))]
    if programme_id:
        wanted.append(col(StudyGroup.programme_id) == programme_id)
    if provider_id:
        wanted.append(col(StudyGroup.provider_id) == provider_id)
    if own := caller.scopes("provider"):
        wanted.append(col(StudyGroup.provider_id).in_(own))
    mine = select(col(StudyGroup.provider_id), col(Seats.quotas), *(getattr(Seats, name) for name in COUNTED))
    group = mine.join(StudyGroup, col(StudyGroup.group_id) == col(Seats.group_id)).where(*wanted).subquery("mine")
    sums = (func.sum(group.c[name]).label(name) for name in COUNTED)
    figures = select(group.c.provider_id, func.count().label("groups"), *sums).group_by(group.c.provider_id)
    rows = (await session.execute(figures)).all()
    names = await labels.organisations(session, (row.provider_id for row in rows))
    shown = []
    for row in rows:
        count = {name: int(getattr(row, name)) for name in COUNTED}
        named = {"provider_id": row.provider_id, "title": names.get(row.provider_id, words.UNKNOWN_ORGANISATION), "groups": row.groups}
        shown.append({**named, **count, "use": share(count["held"] + count["taken"], count["capacity"])})
    shown.sort(key=lambda one: (one["title"], str(one["provider_id"])))
    return {"as_of": now, "by_provider": shown, "quotas": await quotas(session, group, places)}


async def quotas(session: AsyncSession, group: Subquery, places: Places) -> list[dict[str, Any]]:
    """Unused seats by municipality."""
    quota = func.jsonb_array_elements(group.c.quotas)
    each = select(quota.op("->>")("oktmo").label("oktmo"), quota.op("->>")("rest").label("rest")).subquery("quota")
    code = func.left(each.c.oktmo, 8)
    sums = select(code, func.sum(cast(each.c.rest, BigInteger))).group_by(code)
    rest = {oktmo: int(n) for oktmo, n in (await session.execute(sums)).all()}
    titles = await labels.municipalities(session)
    seen = places.within(sorted(rest))
    return [{"oktmo": oktmo, "title": labels.municipality(titles, oktmo), "rest": rest[oktmo]} for oktmo in seen]


async def letters(session: AsyncSession, period: Period, *, now: datetime) -> dict[str, Any]:
    """Letters by rule and channel: how many arrived and failed, and the median and 95th percentile of seconds from the fact."""
    arrived = col(Letter.seconds)
    figures = select(
        func.count(arrived).label("delivered"),
        func.count(col(Letter.failure)).label("failed"),
        func.percentile_cont(0.5).within_group(arrived).label("p50_seconds"),
        func.percentile_cont(0.95).within_group(arrived).label("p95_seconds"),
    ).where(*within_days(period, col(Letter.told_on)))
    rule, channel = col(Letter.rule), col(Letter.channel)
    rows = (await session.execute(figures.add_columns(rule, channel).group_by(rule, channel).order_by(rule, channel))).all()
    total = (await session.execute(figures)).one()
    shown = [{**row._mapping, "title": words.LETTERS.get(row.rule, row.rule)} for row in rows]
    return {"as_of": now, "total": dict(total._mapping), "by_rule": shown}
