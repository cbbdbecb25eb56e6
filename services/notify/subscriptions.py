"""Subscriptions to saved searches: asked for, confirmed by letter, told of news, ended and forgotten."""

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.notify import queries
from services.notify.rules import subscriptions as rules
from services.notify.tables import Contact, Delivery, GroupCopy, Subscription
from shared import telemetry
from shared.contracts import Envelope
from shared.contracts.catalog import MatchedItem, SavedSearchMatched
from shared.contracts.notify import SubscriptionCancelled, SubscriptionConfirmed
from shared.errors import DomainError
from shared.messaging.due import forget, schedule
from shared.messaging.outbox import emit

LAPSES = "subscription_lapses"


class LinkSpent(DomainError):
    """Whether the link was used, is too old or was never ours is not said."""

    code, status = "link_spent", 404
    detail = "Ссылка уже использована или больше не действует. Если вы подтвердили подписку раньше, ничего делать не нужно."


async def ask(
    session: AsyncSession, subscription_id: UUID, *, email: str, person_id: UUID | None, title: str, path: str, now: datetime
) -> None:
    """Keep an address unconfirmed and send it one letter; an address that was asked too often is left in peace without a word."""
    if person_id and await queries.is_erased(session, person_id):
        return
    email = email.strip().lower()
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(email, 0))))
    asked = func.count().filter(col(Subscription.asked_at) > now - rules.ASKED_WITHIN)
    lately, standing = (await session.execute(select(asked, func.count()).where(col(Subscription.email) == email))).one()
    if not rules.may_be_asked(asked_lately=lately, standing=standing):
        return
    row = {"email": email, "person_id": person_id, "title": title, "path": path, "secret": secrets.token_bytes(32), "asked_at": now}
    fresh = insert(Subscription).values(subscription_id=subscription_id, **row).on_conflict_do_nothing()
    if (await session.execute(fresh.returning(col(Subscription.subscription_id)))).first() is None:
        return
    await schedule(session, LAPSES, subscription_id, at=now + rules.CONFIRMED_WITHIN)
    about = {"about_id": subscription_id, "subscription_id": subscription_id}
    await queue(session, event_id=uuid4(), rule="subscription_asked", facts={}, happened_at=now, **about)


async def confirm(session: AsyncSession, token: str, *, now: datetime) -> Subscription:
    """Say yes once; raises `LinkSpent` for any link but a fresh one of ours."""
    found = await by_token(session, token, "confirm")
    if found is None or not rules.may_be_confirmed(asked_at=found.asked_at, confirmed_at=found.confirmed_at, now=now):
        raise LinkSpent()
    found.confirmed_at = now
    await forget(session, LAPSES, found.subscription_id)
    await emit(session, SubscriptionConfirmed(subscription_id=found.subscription_id), subject=found.subscription_id, revision=1)
    return found


async def end_by_token(session: AsyncSession, token: str) -> None:
    """End what a link of a letter names; one that is ended already, or never was, answers alike."""
    if found := await by_token(session, token, "end"):
        await end(session, [found.subscription_id])


async def by_token(session: AsyncSession, token: str, purpose: rules.Purpose) -> Subscription | None:
    if (subscription_id := rules.subscription_in(token)) is None:
        return None
    found: Subscription | None = await session.get(Subscription, subscription_id, with_for_update=True)
    return found if found and rules.genuine(token, subscription_id, found.secret, purpose) else None


async def end(session: AsyncSession, subscription_ids: list[UUID]) -> int:
    """Erase addresses with whatever was on its way to them, and say that nobody waits any more."""
    gone = delete(Subscription).where(col(Subscription.subscription_id).in_(subscription_ids)).returning(col(Subscription.subscription_id))
    ended = sorted(await session.scalars(gone))
    for subscription_id in ended:
        await forget(session, LAPSES, subscription_id)
        await emit(session, SubscriptionCancelled(subscription_id=subscription_id), subject=subscription_id, revision=2)
    return len(ended)


async def end_own(session: AsyncSession, person_id: UUID, subscription_id: UUID) -> None:
    """End one's own; somebody else's answers as one that was never there: nothing happens."""
    mine = select(col(Subscription.subscription_id)).where(
        col(Subscription.subscription_id) == subscription_id, col(Subscription.person_id) == person_id
    )
    await end(session, list(await session.scalars(mine)))


async def end_of_person(session: AsyncSession, person_id: UUID) -> int:
    """End what a person asked for, and what stands at their address."""
    address = select(func.lower(col(Contact.email))).where(col(Contact.person_id) == person_id)
    theirs = or_(col(Subscription.person_id) == person_id, col(Subscription.email).in_(address))
    return await end(session, list(await session.scalars(select(col(Subscription.subscription_id)).where(theirs))))


async def lapse(session: AsyncSession, subscription_id: UUID, facts: dict[str, Any], now: datetime) -> None:
    """Two days without an answer: the address is erased."""
    found = await session.get(Subscription, subscription_id, with_for_update=True)
    if found and found.confirmed_at is None:
        await end(session, [subscription_id])


async def own(session: AsyncSession, person_id: UUID) -> list[dict[str, Any]]:
    """What a person asked to be told of, the newest first."""
    shown = (Subscription.subscription_id, Subscription.title, Subscription.path, Subscription.asked_at, Subscription.confirmed_at)
    mine = select(*(col(one) for one in shown)).where(col(Subscription.person_id) == person_id).order_by(col(Subscription.asked_at).desc())
    return [row._asdict() for row in await session.execute(mine)]


async def tell(session: AsyncSession, envelope: Envelope, event: SavedSearchMatched) -> None:
    """One digest of what is new, to a confirmed address only."""
    found = await session.get(Subscription, event.subscription_id)
    if found is None or found.confirmed_at is None:
        return
    items = [{"kind": one.kind, "title": one.title, "path": await path_of(session, one, found.path)} for one in event.items]
    await queue(
        session,
        event_id=envelope.id,
        rule="saved_search",
        about_id=event.subscription_id,
        facts={"items": items},
        happened_at=envelope.time,
        subscription_id=event.subscription_id,
    )


async def path_of(session: AsyncSession, item: MatchedItem, search: str) -> str:
    """Where an item is read; a group that was not heard of yet is found by the search itself."""
    if item.kind == "group":
        group = await session.get(GroupCopy, item.item_id)
        return f"/programmes/{group.programme_id}" if group else search
    places = {"programme": "programmes", "event": "events", "news": "news", "procedure": "assessments"}
    return f"/{places[item.kind]}/{item.item_id}"


async def queue(
    session: AsyncSession, *, event_id: UUID, rule: str, about_id: UUID, facts: dict[str, Any], happened_at: datetime, **to: UUID
) -> None:
    """Put a letter on its way that no person's contact receives; `to` names the row that has its address."""
    now = session.info["clock"]()
    said = {"event_id": event_id, "rule": rule, "about_id": about_id, "facts": facts, **to}
    queued = {"happened_at": happened_at, "queued_at": now, "next_try_at": now, "traceparent": telemetry.traceparent()}
    await session.execute(insert(Delivery).values(**said, **queued, status="queued", attempts=0).on_conflict_do_nothing())
