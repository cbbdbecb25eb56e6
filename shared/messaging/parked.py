"""The parking place of a service: look, send home, or drop; nothing leaves it by itself."""

from dataclasses import asdict, dataclass
from typing import Any

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from shared.messaging.topology import home_of, parked_of
from shared.messaging.wire import Wire


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
    deaths = headers.get("x-death") or [{}]
    origin = str(headers.get("x-origin") or deaths[0].get("queue", ""))
    return Parked(
        message_id=message.message_id or "",
        topic=message.type or origin.partition(":")[2],
        origin=origin,
        reason=str(headers.get("x-reason") or deaths[0].get("reason", "unknown")),
        attempt=int(headers.get("x-attempt", 0)),
        parked_at=str(headers.get("x-parked-at", "")),
        trace_id=str(headers.get("traceparent", "-")).split("-")[1],
    )


class ParkingPlace:
    """Opened for one piece of work; whatever was not sent home or dropped goes back when it closes."""

    def __init__(self, service: str, wire: Wire) -> None:
        self.service, self.wire = service, wire

    async def taken(self, limit: int) -> list[AbstractIncomingMessage]:
        queue = await (await self.wire.channel()).declare_queue(parked_of(self.service), passive=True)
        messages: list[AbstractIncomingMessage] = []
        while len(messages) < limit and (message := await queue.get(no_ack=False, fail=False)) is not None:
            messages.append(message)
        return messages

    async def look(self, limit: int = 100) -> list[Parked]:
        """The oldest parked messages; looking changes nothing."""
        messages = await self.taken(limit)
        for message in messages:
            await message.nack(requeue=True)
        return [described(message) for message in messages]

    async def replay(self, message_id: str | None = None, limit: int = 1000) -> int:
        """Send one message, or all, home to the queues they came from; return how many."""
        return await self.remove(message_id, limit, send_home=True)

    async def drop(self, message_id: str, limit: int = 1000) -> int:
        """Give one message up; return how many were dropped."""
        return await self.remove(message_id, limit, send_home=False)

    async def remove(self, message_id: str | None, limit: int, *, send_home: bool) -> int:
        count = 0
        for message in await self.taken(limit):
            if message_id not in (None, message.message_id):
                await message.nack(requeue=True)
                continue
            if send_home:
                kept = {key: value for key, value in message.headers.items() if not key.startswith("x-")}
                home = aio_pika.Message(
                    message.body,
                    content_type=message.content_type,
                    delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                    message_id=message.message_id,
                    type=message.type,
                    headers=kept,
                )
                await self.wire.publish(home_of(self.service), home, described(message).origin)
            await message.ack()
            count += 1
        return count
