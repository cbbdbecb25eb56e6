"""`./dpo events tail`: events as they happen, one line each; they carry no personal data."""

import argparse
import asyncio
import json
import re

import aio_pika
from aio_pika.abc import AbstractIncomingMessage
from pydantic import ValidationError

from deploy import launch
from deploy.console import say
from deploy.suite import Places
from shared.contracts import Envelope
from shared.messaging.topology import ARCHIVE


def main(arguments: argparse.Namespace) -> int:
    launch.running()
    topics = [pattern_of(topic) for topic in arguments.topics.split(",")]
    return asyncio.run(tail(launch.places(), topics, "first" if arguments.start == "first" else "next"))


def pattern_of(topic: str) -> re.Pattern[str]:
    """A binding key with `*` (one word) and `#` (any number of words) as a pattern of whole topics."""
    parts = [r"[^.]+" if word == "*" else r".*" if word == "#" else re.escape(word) for word in topic.strip().split(".")]
    return re.compile(r"\.".join(parts).replace(r"\..*", r"(\..*)?") + r"\Z")


async def tail(places: Places, topics: list[re.Pattern[str]], offset: str) -> int:
    """Print events from the archive until interrupted."""
    arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
    async with await aio_pika.connect(places.broker.url(places.vhost)) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=200)
        archive = await channel.get_queue(ARCHIVE, ensure=False)
        await archive.consume(arrived.put, arguments={"x-stream-offset": offset})
        while True:
            message = await arrived.get()
            await message.ack()
            if any(topic.match(message.type or "") for topic in topics):
                say(line_of(message.body))


def line_of(body: bytes) -> str:
    """An event in one line; what is none is told by its size only."""
    try:
        envelope = Envelope.read(body)
    except ValidationError:
        return f"непонятное сообщение, {len(body)} байт"
    return f"{envelope.time:%Y-%m-%dT%H:%M:%S}  {envelope.type}  {envelope.subject}  {json.dumps(envelope.data, ensure_ascii=False)}"
