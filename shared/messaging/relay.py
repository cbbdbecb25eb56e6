"""Sends the outbox: one relay per service, oldest first, confirms pipelined, and never quietly dead."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg
import structlog
from opentelemetry.trace import SpanKind
from sqlalchemy import ColumnElement, any_, delete, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import telemetry
from shared.messaging.failpoint import failpoint
from shared.messaging.tables import idempotency, inbox, outbox
from shared.messaging.topology import EVENTS
from shared.messaging.wire import CONFIRM_SECONDS, Wire, message_of

log = structlog.get_logger()
BATCH, GATHER_SECONDS, IDLE_SECONDS, FOLLOW_SECONDS, TEND_SECONDS = 200, 0.01, 0.2, 1.0, 600
RELAY_LOCK = 0x_D90_0001
AT_ONCE = 5000
FORGOTTEN_AFTER = {outbox.c.sent_at: 30, inbox.c.handled_at: 30, idempotency.c.stored_at: 2}
"""In days."""
WAITING = "SELECT id, event_id, topic, body, traceparent FROM outbox WHERE sent_at IS NULL ORDER BY id LIMIT $1"
SENT = "UPDATE outbox SET sent_at = now() WHERE id = ANY($1)"


async def send(wire: Wire, row: Mapping[str, Any]) -> None:
    """Publish one stored envelope in the trace that stored it; its id makes a second sending harmless."""
    topic, parent = row["topic"], telemetry.context_of(row["traceparent"])
    attributes = {"messaging.system": "rabbitmq", "messaging.destination.name": topic}
    with telemetry.leaf(f"publish {topic}", parent, SpanKind.PRODUCER, attributes) as own:
        headers = {"traceparent": telemetry.traceparent(own.get_span_context()) or ""}
        await wire.offer(EVENTS, message_of(row["body"], event_id=str(row["event_id"]), topic=topic, headers=headers), topic)


async def drain(database: asyncpg.Connection, wire: Wire, limit: int = BATCH) -> int:
    """Send the unsent events, oldest first, a batch at a time; return how many the broker confirmed. Raises when none of a batch went out.

    What a crash leaves unmarked, a batch at most, is sent again.
    """
    total = 0
    while rows := await database.fetch(WAITING, limit):
        await wire.channel()
        outcomes = await outcomes_of([asyncio.create_task(send(wire, row)) for row in rows])
        if sent := [row["id"] for row, outcome in zip(rows, outcomes, strict=True) if outcome is None]:
            failpoint(f"{rows[0]['topic'].partition('.')[0]}.confirmed")
            await database.execute(SENT, sent)
        total += len(sent)
        if failures := [outcome for outcome in outcomes if outcome is not None]:
            await wire.drop()
            log.warning("relay_incomplete", sent=len(sent), failed=len(failures), error=type(failures[0]).__name__)
            if not sent:
                raise failures[0]
        if len(sent) < limit:
            break
    return total


async def outcomes_of(sending: Sequence[asyncio.Task[None]]) -> list[BaseException | None]:
    """How each sending ended, None for a confirmed one; one that takes too long has failed, too, and is given up."""
    try:
        _, late = await asyncio.wait(sending, timeout=CONFIRM_SECONDS)
        return [TimeoutError() if one in late or one.cancelled() else one.exception() for one in sending]
    finally:
        for one in sending:
            one.cancel()


@asynccontextmanager
async def lead(engine: AsyncEngine) -> AsyncIterator[asyncpg.Connection | None]:
    """A connection without transactions that holds the relay's lock; None while another replica's relay holds it."""
    async with engine.connect() as connection:
        database: asyncpg.Connection = (await connection.get_raw_connection()).driver_connection
        try:
            yield database if await database.fetchval("SELECT pg_try_advisory_lock($1)", RELAY_LOCK) else None
        finally:
            await connection.invalidate()  # the lock ends with it, whatever happened


async def tend(engine: AsyncEngine) -> None:
    """Forget what was sent, handled and answered long ago, no more at a time than a statement manages."""
    for at, days in FORGOTTEN_AFTER.items():
        place: ColumnElement[Any] = literal_column("ctid")
        old = select(place).select_from(at.table).where(at < func.now() - timedelta(days=days)).limit(AT_ONCE)
        some, gone = delete(at.table).where(place == any_(func.array(old.scalar_subquery()))), AT_ONCE
        while gone == AT_ONCE:
            async with engine.begin() as tx:
                gone = (await tx.execute(some)).rowcount


async def relay(engine: AsyncEngine, wire: Wire, wake: asyncio.Event) -> None:
    """Relay for ever; a failure is logged and tried again with back-off, a foreign `CancelledError` included."""
    pause, tended, clock = IDLE_SECONDS, 0.0, asyncio.get_running_loop().time
    while True:
        try:
            async with lead(engine) as database:
                if database is None:
                    await asyncio.sleep(FOLLOW_SECONDS)  # a lock can not be waited for without holding a statement open
                    continue
                while True:
                    wake.clear()
                    await drain(database, wire)
                    pause = IDLE_SECONDS
                    if clock() - tended > TEND_SECONDS:
                        tended = clock()  # a failure is no reason to try again before its time
                        await tend(engine)
                    await sleep_until(wake, IDLE_SECONDS)
                    await asyncio.sleep(GATHER_SECONDS)  # what is told within it shares the statements
        except (Exception, asyncio.CancelledError) as problem:
            if (task := asyncio.current_task()) and task.cancelling():
                raise
            log.warning("relay_failed", error=type(problem).__name__)
            await wire.drop()
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5)


async def sleep_until(wake: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await wake.wait()
    except TimeoutError:
        pass
