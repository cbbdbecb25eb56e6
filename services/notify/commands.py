"""What changes things: contacts, preferences, and facts that become notices and letters."""

from datetime import datetime
from typing import Any
from uuid import UUID

from opentelemetry import trace
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.notify import subscriptions
from services.notify.rules import deliveries, letters
from services.notify.tables import Contact, Delivery, Erased, GroupCopy, Notice, Programme, Refusal, Seat
from shared import telemetry
from shared.contracts import Envelope
from shared.contracts.erasure import NotifyPersonErased
from shared.messaging.outbox import emit


async def keep_contact(session: AsyncSession, *, person_id: UUID, email: str, salutation: str, now: datetime) -> None:
    """Store or replace a person's address; an erased person's stays away."""
    if await session.get(Erased, person_id):
        return
    row = {"email": email, "salutation": salutation, "updated_at": now}
    await session.execute(insert(Contact).values(person_id=person_id, **row).on_conflict_do_update(index_elements=["person_id"], set_=row))


async def prefer(session: AsyncSession, *, person_id: UUID, refused: set[str]) -> None:
    """Replace the rules that a person does not want by e-mail."""
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
    if await session.get(Erased, person_id):
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
    """Delete everything about a person and say so; deliveries stay as numbers without a person."""
    tombstone = insert(Erased).values(person_id=person_id, request_id=request_id, erased_at=now).on_conflict_do_nothing()
    if (await session.execute(tombstone.returning(col(Erased.person_id)))).first() is None:
        return
    erased = {"subscription": await subscriptions.end_of_person(session, person_id)}
    for table in (Contact, Refusal, Notice, Seat, Delivery):
        gone = await session.execute(delete(table).where(col(table.person_id) == person_id).returning(col(table.person_id)))
        erased[table.__name__.lower()] = len(gone.all())
    fact = NotifyPersonErased(request_id=request_id, service="notify", person_id=person_id, erased=erased)
    await emit(session, fact, subject=request_id, revision=1)
