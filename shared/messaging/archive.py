"""Reads the archive stream: every event ever said, from the first one on."""

import asyncio
from collections.abc import AsyncIterator

import aio_pika

from shared.messaging.topology import ARCHIVE

QUIET_SECONDS = 2.0


async def archived(url: str, *, offset: int | str = "first", prefetch: int = 500) -> AsyncIterator[tuple[int, bytes]]:
    """Offsets and bodies in the order of the stream, ending when it has been quiet for two seconds."""
    connection = await aio_pika.connect(url)
    try:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=prefetch)
        stream = await channel.get_queue(ARCHIVE, ensure=False)
        arrived: asyncio.Queue[aio_pika.abc.AbstractIncomingMessage] = asyncio.Queue()
        await stream.consume(arrived.put, arguments={"x-stream-offset": offset})
        while True:
            try:
                async with asyncio.timeout(QUIET_SECONDS):
                    message = await arrived.get()
            except TimeoutError:
                return
            await message.ack()
            yield int(str(message.headers["x-stream-offset"])), message.body
    finally:
        await connection.close()
