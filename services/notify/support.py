"""Requests to the operator: asked by anybody, answered by one letter, forgotten half a year later."""

from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.notify import queries
from services.notify.subscriptions import queue
from services.notify.tables import Contact, SupportRequest
from shared.contracts.notify import RequestAnswered, RequestOpened
from shared.errors import DomainError, NotFound
from shared.messaging.due import forget, schedule
from shared.messaging.outbox import emit

FORGOTTEN, FORGOTTEN_AFTER, MOST = "support_request_forgotten", timedelta(days=180), 100
R = SupportRequest


class AlreadyAnswered(DomainError):
    code, detail = "request_answered", "На это обращение уже ответили."


async def ask(
    session: AsyncSession, request_id: UUID, *, category: str, words: str, page: str, email: str, person_id: UUID | None, now: datetime
) -> int:
    """Keep a request and return its number; the same id again is the same request."""
    if person_id and await queries.is_erased(session, person_id):
        person_id = None  # whoever writes after that writes as a guest
    row = {"category": category, "words": words, "page": page, "email": email.strip().lower(), "person_id": person_id, "asked_at": now}
    fresh = insert(R).values(request_id=request_id, **row).on_conflict_do_nothing(index_elements=["request_id"]).returning(col(R.number))
    if (number := await session.scalar(fresh)) is None:
        return int((await session.execute(select(col(R.number)).where(col(R.request_id) == request_id))).scalar_one())
    await emit(session, RequestOpened(request_id=request_id, category=category), subject=request_id, revision=1)
    return int(number)


async def answer(session: AsyncSession, request_id: UUID, words: str, *, by: str, now: datetime) -> None:
    """Answer by letter, once; raises `NotFound` and `AlreadyAnswered`."""
    found = await session.get(R, request_id, with_for_update=True)
    if found is None:
        raise NotFound("Такого обращения нет.")
    if found.answered_at is not None:
        raise AlreadyAnswered()
    found.answer, found.answered_at, found.answered_by = words, now, by
    await session.flush()
    await queue(session, event_id=uuid4(), rule="request_answered", about_id=request_id, facts={}, happened_at=now, request_id=request_id)
    seconds = max((now - found.asked_at).total_seconds(), 0)
    fact = RequestAnswered(request_id=request_id, category=found.category, seconds=seconds)
    await emit(session, fact, subject=request_id, revision=2)
    await schedule(session, FORGOTTEN, request_id, at=now + FORGOTTEN_AFTER)


async def forget_answered(session: AsyncSession, request_id: UUID, facts: dict[str, Any], now: datetime) -> None:
    """Half a year after its answer a request is deleted with its address."""
    await session.execute(delete(R).where(col(R.request_id) == request_id, col(R.answered_at).is_not(None)))


async def end_of_person(session: AsyncSession, person_id: UUID) -> int:
    """Delete what a person asked, and what was asked from their address."""
    address = select(func.lower(col(Contact.email))).where(col(Contact.person_id) == person_id)
    theirs = delete(R).where(or_(col(R.person_id) == person_id, col(R.email).in_(address))).returning(col(R.request_id))
    gone = list(await session.scalars(theirs))
    for request_id in gone:
        await forget(session, FORGOTTEN, request_id)
    return len(gone)


async def listed(session: AsyncSession, status: Literal["open", "answered"]) -> dict[str, Any]:
    """Those that wait, the oldest first, or those answered, the last first; at most a hundred, and how many there are. No addresses."""
    waits = col(R.answered_at).is_(None)
    those, order = (waits, col(R.asked_at)) if status == "open" else (~waits, col(R.answered_at).desc())
    shown = (R.request_id, R.number, R.category, R.words, R.page, R.asked_at, R.answer, R.answered_at)
    rows = await session.execute(select(*(col(one) for one in shown)).where(those).order_by(order, col(R.request_id)).limit(MOST))
    total = (await session.execute(select(func.count()).select_from(R).where(those))).scalar_one()
    return {"items": [row._asdict() for row in rows], "total": total}
