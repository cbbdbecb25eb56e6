"""Confirmed publishing over aio-pika, on a connection of its own."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, AbstractIncomingMessage, AbstractMessage
from pamqp.commands import Basic

CONFIRM_SECONDS = 5.0
CONTENT_TYPE = "application/cloudevents+json"


def message_of(body: bytes, *, event_id: str, topic: str, headers: dict[str, Any]) -> aio_pika.Message:
    """A persistent message that carries a complete CloudEvents envelope."""
    return aio_pika.Message(
        body,
        content_type=CONTENT_TYPE,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=event_id,
        type=topic,
        headers=headers,
    )


def attempt_of(headers: Mapping[str, Any]) -> int:
    """How often a message was tried before, as we wrote on it; 0 for whatever others may have written there."""
    said = headers.get("x-attempt")
    return said if type(said) is int and 0 < said < 1000 else 0


def copy_of(message: AbstractIncomingMessage, headers: Mapping[str, Any]) -> aio_pika.Message:
    """A persistent copy of a message under its own id, a new one if it has none, with other headers."""
    return aio_pika.Message(
        message.body,
        content_type=message.content_type,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=message.message_id or str(uuid4()),
        type=message.type,
        headers=dict(headers),
    )


class Wire:
    """One connection and channel with confirms and returns; opened when needed, dropped when it misbehaves."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.connection: AbstractConnection | None = None
        self.opened: AbstractChannel | None = None
        self.exchanges: dict[str, AbstractExchange] = {}
        self.lock = asyncio.Lock()

    async def channel(self) -> AbstractChannel:
        async with self.lock:
            if self.opened is None or self.opened.is_closed:
                await self.drop()
                self.connection = await aio_pika.connect(self.url, timeout=10)
                self.opened = await self.connection.channel(publisher_confirms=True, on_return_raises=True)
            return self.opened

    async def aside(self) -> AbstractChannel:
        """A further channel of the connection, for questions whose refusal closes the channel they were asked on."""
        await self.channel()
        assert self.connection
        return await self.connection.channel(publisher_confirms=False)

    async def exchange(self, name: str) -> AbstractExchange:
        if self.opened is None or self.opened.is_closed or name not in self.exchanges:
            self.exchanges[name] = await (await self.channel()).get_exchange(name, ensure=False)  # topology stands before anything is sent
        return self.exchanges[name]

    async def publish(self, exchange: str, message: AbstractMessage, key: str) -> None:
        """Return when the broker has confirmed; any other outcome raises, and then the message may or may not be there."""
        async with asyncio.timeout(CONFIRM_SECONDS):
            await self.offer(exchange, message, key)

    async def offer(self, exchange: str, message: AbstractMessage, key: str) -> None:
        """The same for whoever bounds the wait for many messages at once."""
        try:
            target = await self.exchange(exchange)
            confirmed = await target.publish(message, key, mandatory=True)
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) and task.cancelling():
                raise
            raise ConnectionError("the broker's connection was lost while publishing") from None  # aiormq cancels its waiters
        if not isinstance(confirmed, Basic.Ack):
            raise ConnectionError("the broker refused a message")

    async def drop(self) -> None:
        """Forget the connection; never waits long for a broker that does not answer."""
        connection, self.connection, self.opened, self.exchanges = self.connection, None, None, {}
        if connection is not None and not connection.is_closed:
            try:
                async with asyncio.timeout(2):
                    await connection.close()
            except Exception:
                pass  # it is gone either way
