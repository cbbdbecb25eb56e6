"""Searches that somebody waits at: saved, begun, forgotten, and looked at every hour."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog import queries
from services.catalog.queries.demand import Fresh
from services.catalog.queries.search_reading import Reading
from services.catalog.rules import demand as rules
from services.catalog.rules.search import Wanted
from services.catalog.tables import Group, Programme, SavedSearch, ToldItem
from shared.clock import today as day_of
from shared.contracts.catalog import MatchedItem, SavedSearchMatched
from shared.errors import demand_none
from shared.messaging.due import forget, schedule
from shared.messaging.outbox import emit

LOOKED_AT, LAPSES = "saved_searches_looked_at", "saved_search_lapses"
ALL = UUID(int=0)
BATCH, ITEMS_MOST = 25, 200


async def save(session: AsyncSession, wanted: Wanted, *, now: datetime) -> UUID:
    """Keep a search under a fresh subscription id; it sleeps until the address behind it is confirmed."""
    demand_none(rules.saved_faults(wanted))
    saved = SavedSearch(subscription_id=uuid4(), wanted=rules.kept(wanted), saved_at=now)
    session.add(saved)
    await schedule(session, LAPSES, saved.subscription_id, at=now + rules.LAPSE_AFTER)
    return saved.subscription_id


async def begin(session: AsyncSession, subscription_id: UUID) -> None:
    """Somebody waits from now on; what appeared since they asked is news to them."""
    sleeping = (col(SavedSearch.subscription_id) == subscription_id) & col(SavedSearch.looked_at).is_(None)
    begun = update(SavedSearch).where(sleeping).values(looked_at=col(SavedSearch.saved_at)).returning(col(SavedSearch.subscription_id))
    if (await session.execute(begun)).first() is None:
        return
    await forget(session, LAPSES, subscription_id)
    now = session.info["clock"]()
    await schedule(session, LOOKED_AT, ALL, at=rules.next_hour(now))


async def drop(session: AsyncSession, subscription_id: UUID) -> None:
    """Nobody waits any more: the search is forgotten, and what it was told."""
    await session.execute(delete(SavedSearch).where(col(SavedSearch.subscription_id) == subscription_id))
    await forget(session, LAPSES, subscription_id)


async def lapse(session: AsyncSession, subscription_id: UUID, facts: dict[str, Any], now: datetime) -> None:
    """Nobody ever confirmed the address."""
    asleep = (col(SavedSearch.subscription_id) == subscription_id) & col(SavedSearch.looked_at).is_(None)
    await session.execute(delete(SavedSearch).where(asleep))


async def look(session: AsyncSession, subject: UUID, facts: dict[str, Any], now: datetime) -> None:
    """Look at a batch of saved searches, oldest first; go on at once while some are left, otherwise come back in an hour.

    Only what is new is searched, so an hour without news costs one question however many searches wait. A batch is small because
    whoever cancels waits for it.
    """
    until = datetime.fromisoformat(facts["until"]) if "until" in facts else now
    equal_together = col(SavedSearch.wanted)["q"].astext  # a query is read once a batch
    waiting = select(SavedSearch).where(col(SavedSearch.looked_at) < until).order_by(col(SavedSearch.looked_at), equal_together)
    batch = (await session.scalars(waiting.limit(BATCH).with_for_update())).all()
    if batch:
        today = day_of(now)
        since = min(one.looked_at for one in batch if one.looked_at) - rules.OVERLAP
        programmes, groups = await queries.demand.fresh_since(session, since, today=today)
        if not programmes and not groups:
            await session.execute(update(SavedSearch).where(col(SavedSearch.looked_at) < until).values(looked_at=until))
            batch = []
        readings: dict[str, Reading | None] = {}
        for one in batch:
            await look_at(session, one, programmes, groups, readings, today=today)
            one.looked_at = until
    if len(batch) == BATCH:
        await schedule(session, LOOKED_AT, ALL, at=now, until=until.isoformat())
    elif await session.scalar(select(func.count()).where(col(SavedSearch.looked_at).is_not(None))):
        await schedule(session, LOOKED_AT, ALL, at=rules.next_hour(now))


async def look_at(
    session: AsyncSession,
    one: SavedSearch,
    programmes: list[Fresh],
    groups: list[Fresh],
    readings: dict[str, Reading | None],
    *,
    today: date,
) -> None:
    """Tell a search of what is new to it; a group that was just announced has all its seats, so none is waited for."""
    assert one.looked_at  # only those that wait are looked at
    since = rules.looked_from(saved_at=one.saved_at, looked_at=one.looked_at)
    new, opened = ([item for item in items if item.appeared_at > since] for items in (programmes, groups))
    if not new and not opened:
        return
    wanted = Wanted.model_validate({**one.wanted, "has_seats": False})
    key = f"{wanted.exact} {wanted.q}"
    if key not in readings:
        readings[key] = await queries.demand.reading_of(session, wanted, today=today)
    found, fitting = await queries.demand.news_for(session, wanted, readings[key], programmes=new, groups=opened, today=today)
    if items := await untold(session, one.subscription_id, found, fitting):
        one.revision += 1
        event = SavedSearchMatched(subscription_id=one.subscription_id, items=items[:ITEMS_MOST])
        await emit(session, event, subject=one.subscription_id, revision=one.revision)


async def untold(session: AsyncSession, subscription_id: UUID, programmes: set[UUID], groups: set[UUID]) -> list[MatchedItem]:
    """What of this was never told, now noted as told; a group of a programme that is told with it is not told apart."""
    if not programmes and not groups:
        return []
    rows = [{"subscription_id": subscription_id, "item_id": item} for item in sorted(programmes | groups)]
    noted = insert(ToldItem).values(rows).on_conflict_do_nothing().returning(col(ToldItem.item_id))
    fresh = set(await session.scalars(noted))
    titles = select(col(Programme.id), col(Programme.title)).where(col(Programme.id).in_(programmes & fresh)).order_by(col(Programme.title))
    items = [MatchedItem(item_id=row.id, kind="programme", title=row.title) for row in await session.execute(titles)]
    opened = (
        select(col(Group.id), col(Programme.title), col(Group.starts))
        .join_from(Group, Programme, col(Programme.id) == col(Group.programme_id))
        .where(col(Group.id).in_(groups & fresh), col(Group.programme_id).not_in(programmes & fresh))
        .order_by(col(Group.starts), col(Group.id))
    )
    for row in await session.execute(opened):
        items.append(MatchedItem(item_id=row.id, kind="group", title=f"{row.title}, с {row.starts:%d.%m.%Y}"))
    return items
