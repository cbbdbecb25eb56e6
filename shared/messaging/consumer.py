"""Hears events: one durable queue per topic, a claim in the effect's transaction, and three exits: done, later, parked."""

import asyncio
import hashlib
import traceback
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import structlog
from aiormq.exceptions import ChannelNotFoundEntity
from faststream import AckPolicy
from faststream.rabbit import Channel, RabbitBroker, RabbitMessage, RabbitQueue
from opentelemetry.trace import SpanKind
from pydantic import ValidationError
from sqlalchemy.dialects.postgresql import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import telemetry
from shared.contracts import Envelope, Event
from shared.database import Sessions, driven, named
from shared.errors import DomainError, is_transient
from shared.messaging.failpoint import failpoint
from shared.messaging.tables import inbox
from shared.messaging.topology import ARCHIVE, parked_of, queue_of, retry_of, seconds_name, topology_of
from shared.messaging.wire import CONFIRM_SECONDS, Wire, attempt_of, copy_of

log = structlog.get_logger()
HALF_MADE_SECONDS, HANDLE_SECONDS = 5, 60.0
Hear = Callable[[Any, Envelope, AsyncSession], Awaitable[None]]
Hears = Mapping[type[Event], Hear]


class Permanent(Exception):
    """A message that no later attempt can handle; it is parked at once."""


def understood(body: bytes) -> tuple[Envelope, Event]:
    """The envelope and the contract in a message; raises `Permanent` for anything else."""
    try:
        envelope = Envelope.read(body)
        return envelope, envelope.event()
    except (ValidationError, KeyError) as reason:
        raise Permanent("not a known event") from reason


CLAIM = (
    insert(inbox)
    .values(named(inbox, "handler", "event_id"))
    .on_conflict_do_nothing()
    .returning(inbox.c.event_id)
    .execution_options(bookkeeping=True)
)


async def first_time(session: AsyncSession, handler: str, envelope: Envelope) -> bool:
    """Claim an event for a handler; False when its effect already stands."""
    return bool(await driven(session, CLAIM, {"handler": handler, "event_id": envelope.id}))


async def hear_once(session: AsyncSession, handler: str, hear: Hear, envelope: Envelope, event: Event) -> bool:
    """Let a handler hear an event unless it did before; return whether it did now."""
    if fresh := await first_time(session, handler, envelope):
        await hear(event, envelope, session)
    return fresh


class Consumer:
    """A service's ears. Failures of the infrastructure wait on the ladder for ever, others until its end, broken messages not at all."""

    def __init__(
        self,
        service: str,
        hears: Hears,
        sessions: Sessions,
        *,
        url: str,
        prefetch: int,
        handlers: int,
        retry_seconds: tuple[int, ...],
    ) -> None:
        self.service, self.hears, self.sessions, self.retry_seconds = service, hears, sessions, retry_seconds
        self.slots, self.prefetch = asyncio.Semaphore(handlers), prefetch
        self.wire = Wire(url)
        self.queues = [queue_of(service, event.topic) for event in hears]
        own = topology_of({service: hears}, retry_seconds=retry_seconds)
        self.bindings = [binding for binding in own.bindings if binding.queue != ARCHIVE]
        self.broker, self.started = self.ears(), False

    def ears(self) -> RabbitBroker:
        """A subscriber per queue on a connection of their own, not yet started."""
        broker = RabbitBroker(
            self.wire.url,
            logger=None,
            graceful_timeout=12.0,
            ack_policy=AckPolicy.MANUAL,
            reconnect_interval=1.0,
            apply_types=False,  # injection and plain filters cost a worker thread per message each
        )
        channel = Channel(prefetch_count=self.prefetch)
        for event, hear in self.hears.items():
            queue = RabbitQueue(queue_of(self.service, event.topic), declare=False)
            subscriber = broker.subscriber(queue, channel=channel, decoder=as_it_came, no_reply=True)
            subscriber(self.receiver(queue.name, hear), filter=every)
        return broker

    def receiver(self, queue: str, hear: Hear) -> Callable[[RabbitMessage], Awaitable[None]]:
        async def receive(message: RabbitMessage) -> None:
            async with self.slots:
                try:
                    await self.receive(queue, hear, message)
                except Exception as problem:  # whatever it was, a message that is never settled would hold up its queue
                    log.error("not_settled", queue=queue, error=type(problem).__name__, exc_info=problem)
                    await asyncio.sleep(1)
                    with suppress(Exception):
                        await message.nack(requeue=True)

        return receive

    async def receive(self, queue: str, hear: Hear, message: RabbitMessage) -> None:
        attempt = attempt_of(message.headers)
        stored = message.headers.get("traceparent")
        with telemetry.span(
            f"process {queue}",
            parent=telemetry.context_of(str(stored) if stored else None),
            kind=SpanKind.CONSUMER,
            messaging__system="rabbitmq",
            messaging__destination__name=queue,
            messaging__message__id=message.message_id,
            dpo__attempt=attempt,
        ) as current:
            try:
                envelope, event = understood(message.body)
                async with asyncio.timeout(HANDLE_SECONDS), self.sessions.begin() as session:  # who never ends would keep a slot for ever
                    fresh = await hear_once(session, queue, hear, envelope, event)
                failpoint(f"{self.service}.committed")
                current.set_attribute("dpo.event.repeated", not fresh)
            except (Permanent, DomainError) as reason:
                await self.park(queue, message, attempt, reason)
            except Exception as problem:
                if attempt < len(self.retry_seconds) or is_transient(problem):
                    await self.retry(queue, message, attempt, problem)
                else:
                    await self.park(queue, message, attempt, problem)
            async with asyncio.timeout(CONFIRM_SECONDS):
                await message.ack()

    async def retry(self, queue: str, message: RabbitMessage, attempt: int, problem: Exception) -> None:
        seconds = self.retry_seconds[min(attempt, len(self.retry_seconds) - 1)]
        log.warning("retry_later", queue=queue, attempt=attempt, wait=seconds_name(seconds), error=type(problem).__name__)
        await self.copy(retry_of(self.service, seconds), queue, message, {"x-attempt": attempt + 1})

    async def park(self, queue: str, message: RabbitMessage, attempt: int, reason: Exception) -> None:
        places = "".join(f"{frame.name}:{frame.lineno};" for frame in traceback.extract_tb(reason.__traceback__))
        code = reason.code if isinstance(reason, DomainError) else type(reason).__name__
        log.error("parked", queue=queue, attempt=attempt, reason=code, exc_info=reason)
        facts = {
            "x-origin": queue,
            "x-reason": code,
            "x-attempt": attempt,
            "x-parked-at": datetime.now(UTC).isoformat(),
            "x-traceback": hashlib.sha256(places.encode()).hexdigest()[:16],
        }
        await self.copy(parked_of(self.service), queue, message, facts)

    async def copy(self, exchange: str, queue: str, message: RabbitMessage, facts: dict[str, Any]) -> None:
        """A confirmed copy elsewhere; raises when the broker does not confirm it."""
        try:
            await self.wire.publish(exchange, copy_of(message.raw_message, {**message.headers, **facts}), queue)
        except Exception:
            await self.wire.drop()
            raise

    async def start(self) -> None:
        """Start hearing; tries until the broker is there, with fresh ears each time: half-started ones keep consumers."""
        while not self.started:
            attempt = asyncio.ensure_future(self.broker.start())
            try:
                await asyncio.shield(attempt)
                self.started = True
            except (Exception, asyncio.CancelledError) as problem:
                if (task := asyncio.current_task()) and task.cancelling():
                    await asyncio.wait({attempt}, timeout=HALF_MADE_SECONDS)  # a connection left half made outlives its loop
                    attempt.cancel()
                    raise  # aiormq cancels its waiters too, when the connection is lost
                log.warning("broker_away", error=type(problem).__name__)
                await self.leave()
                self.broker = self.ears()
                await asyncio.sleep(1)

    async def deaf(self) -> list[str]:
        """Own queues that have no consumer or are gone; raises when the broker can not be asked."""
        silent = []
        channel = await self.wire.aside()
        ears = self.broker._connection
        connected = ears is not None and ears.connected.is_set()  # a quorum queue still counts a lost connection's consumer for a while
        for name in self.queues:
            try:
                queue = await channel.declare_queue(name, passive=True)
                if not (connected and queue.declaration_result.consumer_count):
                    silent.append(name)
            except ChannelNotFoundEntity:  # it has closed the channel
                silent.append(name)
                channel = await self.wire.aside()
        await channel.close()
        return silent

    async def depth(self) -> dict[str, int]:
        """Waiting messages by queue, the parking place included."""
        counts = {}
        for name in [*self.queues, parked_of(self.service)]:
            queue = await (await self.wire.channel()).declare_queue(name, passive=True)
            counts[name] = queue.declaration_result.message_count or 0
        return counts

    async def stop(self) -> None:
        """Stop hearing and let running handlers finish."""
        await self.leave()
        await self.wire.drop()

    async def leave(self) -> None:
        """Stop the ears and close their connection; that it is gone already is no obstacle."""
        try:
            await self.broker.stop()
        except Exception as problem:
            log.info("broker_left_early", error=type(problem).__name__)
            if connection := self.broker._connection:
                with suppress(Exception):
                    await connection.close()  # FastStream keeps it open when a subscriber could not be stopped


async def as_it_came(message: RabbitMessage) -> RabbitMessage:
    """FastStream's decoding is not ours: the envelope is read inside the handler's own exits."""
    return message


async def every(message: RabbitMessage) -> bool:
    """Nothing is passed over."""
    return True
