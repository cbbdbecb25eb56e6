"""Telling others: an event is stored in the caller's transaction and sent after it."""

from uuid import UUID, uuid4

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import telemetry
from shared.contracts import Envelope, Event
from shared.database import driven, named
from shared.messaging.failpoint import failpoint
from shared.messaging.tables import outbox

TOLD = named(outbox, "event_id", "topic", "body", "traceparent")
STORE = insert(outbox).values(TOLD).returning(outbox.c.id).execution_options(bookkeeping=True)


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
    """Queue an event in the caller's transaction; the relay sends it after commit."""
    envelope = cloud_event(session, event, subject=subject, revision=revision)
    body = envelope.model_dump_json(exclude_none=True).encode()
    row = {"event_id": envelope.id, "topic": event.topic, "body": body, "traceparent": envelope.traceparent}
    await driven(session, STORE, row)
    session.info["told"] = True
    failpoint(f"{session.info['service']}.emitted")
    return envelope


async def oldest_unsent(engine: AsyncEngine) -> float:
    """Seconds that the oldest unsent event has waited; 0 when nothing waits."""
    age = func.extract("epoch", func.clock_timestamp() - func.min(outbox.c.stored_at))
    async with engine.connect() as connection:
        return float(await connection.scalar(select(age).where(outbox.c.sent_at.is_(None))) or 0)
