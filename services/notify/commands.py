"""What changes things: contacts, preferences, facts that become notices and letters, and how a letter ends."""

from datetime import datetime
from typing import Any
from uuid import UUID

from opentelemetry import trace
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.notify import queries, subscriptions, support
from services.notify.rules import deliveries, letters
from services.notify.tables import Consent, Contact, Delivery, Erased, GroupCopy, Notice, Programme, Refusal, Seat
from shared import telemetry
from shared.contracts import Envelope
from shared.contracts.erasure import NotifyPersonErased
from shared.contracts.notify import NotificationDelivered, NotificationFailed
from shared.database import keep_newest
from shared.messaging.due import forget, schedule
from shared.messaging.outbox import emit

ADDRESS_GOES = "address_goes"


async def keep_contact(session: AsyncSession, *, person_id: UUID, email: str, salutation: str, now: datetime) -> None:
    """Store or replace a person's address; an erased person's stays away."""
    if await queries.is_erased(session, person_id):
        return
    row = {"email": email, "salutation": salutation, "updated_at": now}
    await session.execute(insert(Contact).values(person_id=person_id, **row).on_conflict_do_update(index_elements=["person_id"], set_=row))
    if await queries.wants_no_letters(session, person_id):  # as far as is known: the grant may still be on its way
        await schedule(session, ADDRESS_GOES, person_id, at=now + deliveries.ADDRESS_GOES_AFTER)


async def keep_consent(session: AsyncSession, *, person_id: UUID, active: bool, changed_at: datetime) -> None:
    """Keep whether a person wants letters. From a withdrawal on none is sent; a little later the address goes."""
    if await queries.is_erased(session, person_id):
        return
    if await keep_newest(session, Consent, by="changed_at", person_id=person_id, active=active, changed_at=changed_at) and not active:
        await schedule(session, ADDRESS_GOES, person_id, at=session.info["clock"]() + deliveries.ADDRESS_GOES_AFTER)


async def forget_address(session: AsyncSession, person_id: UUID, facts: dict[str, Any], now: datetime) -> None:
    """Forget where to write to somebody who wants no letters, with their saved searches; what was not sent will not be."""
    await queries.alone_with(session, person_id)
    if not await queries.wants_no_letters(session, person_id):
        return
    mine = select(Delivery).where(col(Delivery.person_id) == person_id, col(Delivery.status) == "queued")
    unsent = (await session.execute(mine.with_for_update(skip_locked=True))).scalars().all()
    if any(one.rule == "consent_withdrawn" for one in unsent):
        return  # an erasure, which takes everything after this letter
    await subscriptions.end_of_person(session, person_id)
    await session.execute(delete(Contact).where(col(Contact.person_id) == person_id))
    for delivery in unsent:
        await failed(session, delivery, "no_address", now=now)


async def prefer(session: AsyncSession, *, person_id: UUID, refused: set[str]) -> None:
    """Replace the rules that a person does not want by e-mail."""
    if await queries.is_erased(session, person_id):
        return
    await session.execute(delete(Refusal).where(col(Refusal.person_id) == person_id))
    session.add_all(Refusal(person_id=person_id, rule=rule) for rule in sorted(refused))


async def mark_read(session: AsyncSession, *, person_id: UUID, notice_ids: list[UUID] | None, now: datetime) -> int:
    """Mark these notices, or all, as read; return how many were unread."""
    unread = update(Notice).where(col(Notice.person_id) == person_id, col(Notice.read_at).is_(None)).values(read_at=now)
    if notice_ids is not None:
        unread = unread.where(col(Notice.notice_id).in_(notice_ids))
    return len((await session.execute(unread.returning(col(Notice.notice_id)))).all())


async def notify(session: AsyncSession, envelope: Envelope, *, person_id: UUID, rule: str, about_id: UUID, **facts: Any) -> None:
    """Put a fact into a person's inbox and, unless refused, on its way by e-mail; the same event again changes nothing."""
    if await queries.is_erased(session, person_id):
        return
    said = {"event_id": envelope.id, "person_id": person_id, "rule": rule, "about_id": about_id, "facts": facts}
    await session.execute(insert(Notice).values(**said, noticed_at=envelope.time).on_conflict_do_nothing())
    refused = frozenset((await session.execute(select(col(Refusal.rule)).where(col(Refusal.person_id) == person_id))).scalars())
    if rule in letters.INBOX_ONLY or not deliveries.by_email(rule=rule, refused=refused):
        return
    now = session.info["clock"]()
    trace.get_current_span().set_attribute("dpo.letter", rule)
    queued = {"happened_at": envelope.time, "queued_at": now, "next_try_at": now, "traceparent": telemetry.traceparent()}
    await session.execute(insert(Delivery).values(**said, **queued, status="queued", attempts=0).on_conflict_do_nothing())


async def programme_title(session: AsyncSession, programme_id: UUID | None) -> str | None:
    programme = await session.get(Programme, programme_id) if programme_id else None
    return programme.title if programme else None


async def group_dates(session: AsyncSession, group_id: UUID | None) -> dict[str, str]:
    group = await session.get(GroupCopy, group_id) if group_id else None
    return {"starts": group.starts.isoformat(), "ends": group.ends.isoformat()} if group else {}


async def people_of_group(session: AsyncSession, group_id: UUID) -> list[UUID]:
    found = select(col(Seat.person_id)).where(col(Seat.group_id) == group_id, col(Seat.live))
    return list((await session.execute(found)).scalars())


async def say_goodbye(session: AsyncSession, envelope: Envelope, *, person_id: UUID, request_id: UUID) -> None:
    """Send the last letter, then forget the person: at once when no address is known, else when it has gone out."""
    if await session.get(Contact, person_id) is None:
        await erase(session, person_id=person_id, request_id=request_id, now=envelope.time)
    else:
        await notify(session, envelope, person_id=person_id, rule="consent_withdrawn", about_id=request_id, request_id=str(request_id))


async def erase(session: AsyncSession, *, person_id: UUID, request_id: UUID, now: datetime) -> None:
    """Delete everything about a person, deliveries included, and say so."""
    await queries.alone_with(session, person_id)
    tombstone = insert(Erased).values(person_id=person_id, request_id=request_id, erased_at=now).on_conflict_do_nothing()
    if (await session.execute(tombstone.returning(col(Erased.person_id)))).first() is None:
        return
    asked = await support.end_of_person(session, person_id)
    erased = {"subscription": await subscriptions.end_of_person(session, person_id), "support_request": asked}
    await forget(session, ADDRESS_GOES, person_id)
    for table in (Consent, Contact, Refusal, Notice, Seat, Delivery):
        gone = await session.execute(delete(table).where(col(table.person_id) == person_id).returning(col(table.person_id)))
        erased[table.__name__.lower()] = len(gone.all())
    fact = NotifyPersonErased(request_id=request_id, service="notify", person_id=person_id, erased=erased)
    await emit(session, fact, subject=request_id, revision=1)


async def sent(session: AsyncSession, delivery: Delivery, *, now: datetime) -> None:
    """Record that the mail server has taken a letter."""
    delivery.status, delivery.sent_at, delivery.attempts = "sent", now, delivery.attempts + 1
    seconds = max((now - delivery.happened_at).total_seconds(), 0)
    fact = NotificationDelivered.model_validate({**about(delivery), "channel": "email", "seconds": seconds})
    await emit(session, fact, subject=delivery.delivery_id, revision=1)
    await ended(session, delivery, now=now)


async def failed(session: AsyncSession, delivery: Delivery, reason: str, *, now: datetime) -> None:
    """Record that a letter will never go."""
    delivery.status, delivery.reason, delivery.attempts = "failed", reason, delivery.attempts + 1
    fact = NotificationFailed.model_validate({**about(delivery), "channel": "email", "reason": reason})
    await emit(session, fact, subject=delivery.delivery_id, revision=1)
    await ended(session, delivery, now=now)


async def ended(session: AsyncSession, delivery: Delivery, *, now: datetime) -> None:
    """After the last letter, gone out or given up, a person is erased."""
    if delivery.rule == "consent_withdrawn" and delivery.person_id:
        await session.flush()
        await erase(session, person_id=delivery.person_id, request_id=UUID(delivery.facts["request_id"]), now=now)


def about(delivery: Delivery) -> dict[str, UUID | str | None]:
    return {
        "delivery_id": delivery.delivery_id,
        "person_id": delivery.person_id,
        "rule": delivery.rule,
        "about_id": delivery.about_id,
    }
