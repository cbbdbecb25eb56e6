"""Telling others: an event is stored in the caller's transaction, at its end, and sent after it."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, bindparam, func, insert, select
from sqlalchemy import event as hooks
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import telemetry
from shared.clock import Clock
from shared.contracts import Envelope, Event
from shared.database import Sessions
from shared.messaging.failpoint import failpoint
from shared.messaging.tables import outbox

COLUMNS = ("event_id", "topic", "body", "traceparent")
TOLD = select(*(func.unnest(bindparam(f"told_{name}", type_=ARRAY(outbox.c[name].type))) for name in COLUMNS))
STORE = insert(outbox).from_select(COLUMNS, TOLD).returning(outbox.c.id).execution_options(bookkeeping=True)
"""Stores any number of events, one statement for a transaction however much it tells; `untold` gives its values."""


def sessions_of(engine: AsyncEngine, *, service: str, clock: Clock, wake: asyncio.Event) -> Sessions:
    """Sessions that know whose they are and what time it is; `wake` is set when one that told something has committed."""

    class Telling(Session):
        """Sessions of this service only, so that the hooks below wake this service's relay."""

    @hooks.listens_for(Telling, "before_commit")
    def store(session: Session) -> None:
        if session.in_nested_transaction() or "told" not in session.info:
            return
        if session.info["told"]:
            session.execute(STORE, untold(session))
        failpoint(f"{service}.emitted")

    @hooks.listens_for(Telling, "after_soft_rollback")
    def forget(session: Session, over: SessionTransaction) -> None:
        if not over.nested:
            session.info.pop("told", None)

    @hooks.listens_for(Telling, "after_commit")
    def send(session: Session) -> None:
        if not session.in_nested_transaction() and session.info.pop("told", None) is not None:
            wake.set()

    info = {"service": service, "clock": clock}
    return async_sessionmaker(engine, class_=AsyncSession, sync_session_class=Telling, expire_on_commit=False, info=info)


def cloud_event(session: AsyncSession, event: Event, *, subject: UUID, revision: int) -> Envelope:
    """The event in its envelope, said by the session's service at the session's time."""
    owner = event.topic.partition(".")[0]
    if owner != session.info["service"]:
        raise ValueError(f"{session.info['service']} may not say {event.topic}")
    return Envelope(
        id=uuid4(),
        source=f"/dpo/{owner}",
        type=event.topic,
        subject=subject,
        time=session.info["clock"](),
        dataschema=f"urn:dpo:{event.topic}",
        dporevision=revision,
        traceparent=telemetry.traceparent(),
        data=event.model_dump(mode="json"),
    )


async def emit(session: AsyncSession, event: Event, *, subject: UUID, revision: int) -> Envelope:
    """Tell an event when the caller's transaction commits; the relay sends it after that."""
    envelope = cloud_event(session, event, subject=subject, revision=revision)
    body = envelope.model_dump_json(exclude_none=True).encode()
    told = session.info.setdefault("told", [])
    row = (envelope.id, event.topic, body, envelope.traceparent)
    if session.in_nested_transaction():  # what is undone to a savepoint was never said
        await session.execute(STORE, arrays([row]))
    else:
        told.append(row)
    return envelope


def untold(session: AsyncSession | Session) -> dict[str, list[Any]]:
    """What a transaction told and did not store yet, as the values of `STORE`; whoever asks has to store it."""
    told: list[tuple[Any, ...]] = session.info.get("told", [])
    values = arrays(told)
    told.clear()
    return values


def arrays(rows: list[tuple[Any, ...]]) -> dict[str, list[Any]]:
    return {f"told_{name}": [row[place] for row in rows] for place, name in enumerate(COLUMNS)}


async def oldest_unsent(engine: AsyncEngine) -> float:
    """Seconds that the oldest unsent event has waited; 0 when nothing waits."""
    age = func.extract("epoch", func.clock_timestamp() - func.min(outbox.c.stored_at))
    async with engine.connect() as connection:
        return float(await connection.scalar(select(age).where(outbox.c.sent_at.is_(None))) or 0)
