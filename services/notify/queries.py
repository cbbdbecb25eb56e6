"""What only reads: a person's inbox and preferences, whether they are erased, deliveries for the operator."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.notify.rules import letters
from services.notify.tables import Consent, Delivery, Erased, Notice, Refusal


async def inbox(session: AsyncSession, *, person_id: UUID, before: datetime | None, limit: int) -> dict[str, Any]:
    """The newest notices of a person in words, and how many are unread."""
    own = select(Notice).where(col(Notice.person_id) == person_id)
    newest = own.order_by(col(Notice.noticed_at).desc(), col(Notice.notice_id)).limit(limit)
    if before is not None:
        newest = newest.where(col(Notice.noticed_at) < before)
    unread = select(func.count()).where(col(Notice.person_id) == person_id, col(Notice.read_at).is_(None))
    found = (await session.execute(newest)).scalars().all()
    return {"items": [in_words(notice) for notice in found], "unread": (await session.execute(unread)).scalar_one()}


def in_words(notice: Notice) -> dict[str, Any]:
    letter = letters.RULES[notice.rule](notice.facts)
    return {
        "notice_id": notice.notice_id,
        "rule": notice.rule,
        "about_id": notice.about_id,
        "title": letter.title,
        "lead": letter.lead,
        "rows": letter.rows,
        "path": letter.path,
        "action": letter.action,
        "noticed_at": notice.noticed_at,
        "read_at": notice.read_at,
    }


async def refused_rules(session: AsyncSession, *, person_id: UUID) -> set[str]:
    return set((await session.execute(select(col(Refusal.rule)).where(col(Refusal.person_id) == person_id))).scalars())


async def wants_no_letters(session: AsyncSession, person_id: UUID) -> bool:
    """Whether the newest word on a person's consent to letters is its withdrawal; whose was never heard of wants them."""
    consent = await session.get(Consent, person_id)
    return consent is not None and not consent.active


async def is_erased(session: AsyncSession, person_id: UUID) -> bool:
    """Whether a person is erased. Whoever asks may write of them until the own transaction ends: an erasure waits for it."""
    await session.execute(select(func.pg_advisory_xact_lock_shared(func.hashtextextended(str(person_id), 0))))
    return await session.get(Erased, person_id) is not None


async def alone_with(session: AsyncSession, person_id: UUID) -> None:
    """Wait for whoever writes of a person, and let nobody else until the own transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(person_id), 0))))


async def deliveries(session: AsyncSession, *, about_id: UUID | None, status: str | None, limit: int) -> list[dict[str, Any]]:
    """Deliveries without addresses, newest first."""
    shown = ("delivery_id", "rule", "about_id", "status", "attempts", "queued_at", "sent_at", "reason")
    newest = select(*(getattr(Delivery, name) for name in shown)).order_by(col(Delivery.queued_at).desc()).limit(limit)
    if about_id is not None:
        newest = newest.where(col(Delivery.about_id) == about_id)
    if status is not None:
        newest = newest.where(col(Delivery.status) == status)
    return [dict(row._mapping) for row in (await session.execute(newest)).all()]
