"""The parking place of a service: look, send home, or drop; nothing leaves it by itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import structlog
from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import AMQPError

from shared.errors import DomainError
from shared.messaging.topology import home_of, parked_of
from shared.messaging.wire import Wire, attempt_of, copy_of
from shared.telemetry import context_of

log = structlog.get_logger()


@dataclass(frozen=True)
class Parked:
    """One message that could not be handled, without its data."""

    message_id: str
    topic: str
    origin: str
    reason: str
    attempt: int
    parked_at: str
    trace_id: str

    def shown(self) -> dict[str, Any]:
        return asdict(self)


def described(message: AbstractIncomingMessage) -> Parked:
    """What a parked message says of itself; one that the broker dead-lettered has only `x-death`."""
    headers: dict[str, Any] = dict(message.headers)
    deaths = headers.get("x-death")
    death = deaths[0] if isinstance(deaths, list) and deaths and isinstance(deaths[0], dict) else {}
    origin = str(headers.get("x-origin") or death.get("queue", ""))
    trace_id = context_of(str(headers.get("traceparent"))).trace_id
    return Parked(
        message_id=message.message_id or "",
        topic=message.type or origin.partition(":")[2],
        origin=origin,
        reason=str(headers.get("x-reason") or death.get("reason", "unknown")),
        attempt=attempt_of(headers),
        parked_at=moment_in(str(headers.get("x-parked-at", ""))),
        trace_id=f"{trace_id:032x}" if trace_id else "",
    )


def moment_in(said: str) -> str:
    """A moment as we write it; empty for anything else."""
    try:
        return datetime.fromisoformat(said).isoformat()
    except ValueError:
        return ""


class Unwelcome(DomainError):
    code, detail = "not_taken_back", "Очередь, из которой пришло сообщение, его не принимает. Оно осталось отложенным."


class ParkingPlace:
    """The parked messages of one service."""

    def __init__(self, service: str, wire: Wire) -> None:
        self.service, self.wire = service, wire

    @asynccontextmanager
    async def taken(self, limit: int) -> AsyncIterator[list[AbstractIncomingMessage]]:
        """The oldest parked messages; those that are not acknowledged go back when the work is over, however it ends."""
        channel = await self.wire.aside()
        try:
            queue = await channel.declare_queue(parked_of(self.service), passive=True)
            messages: list[AbstractIncomingMessage] = []
            while len(messages) < limit and (message := await queue.get(no_ack=False, fail=False)) is not None:
                messages.append(message)
            yield messages
        finally:
            await channel.close()

    async def look(self, limit: int = 100) -> list[Parked]:
        """The oldest parked messages; looking changes nothing."""
        async with self.taken(limit) as messages:
            return [described(message) for message in messages]

    async def replay(self, message_id: str | None = None, limit: int = 1000) -> int:
        """Send one message, or all, home to the queues they came from; return how many. Raises `Unwelcome` when none is taken back."""
        count, refused = 0, None
        async with self.taken(limit) as messages:
            for message in messages:
                if message_id in (None, message.message_id):
                    kept = {key: value for key, value in message.headers.items() if not key.startswith("x-")}
                    try:
                        await self.wire.publish(home_of(self.service), copy_of(message, kept), described(message).origin)
                    except AMQPError as problem:
                        refused = problem
                        log.warning("not_taken_back", message=message.message_id, error=type(problem).__name__)
                        continue
                    await message.ack()
                    count += 1
        if refused and not count:
            raise Unwelcome() from refused
        return count

    async def drop(self, message_id: str, limit: int = 1000) -> int:
        """Give one message up; return how many were dropped."""
        async with self.taken(limit) as messages:
            chosen = [message for message in messages if message.message_id == message_id]
            for message in chosen:
                await message.ack()
        return len(chosen)
