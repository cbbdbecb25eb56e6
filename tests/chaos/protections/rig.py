"""Real servers, and a small service whose every handling is counted."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel
from sqlalchemy import func, select

from shared.contracts.enrollment import SeatsChanged
from shared.messaging import topology, wire
from shared.messaging.consumer import Consumer
from shared.messaging.tables import outbox
from shared.service import service
from tests.service.shared import probe
from tests.support.servers import Servers
from tests.support.service import Running, envelope_of
from tests.support.stage import Start, eventually

TOPIC = SeatsChanged.topic


@dataclass
class Rig:
    """Real servers, and a small service whose every handling is counted."""

    start: Start
    stage: Servers
    patch: pytest.MonkeyPatch
    handled: int = 0
    notify: Running = field(init=False)

    async def begin(self) -> Running:
        async with self.channel() as channel:
            wanted = topology.topology_of({"notify": probe.HEARS}, retry_seconds=(1, 2, 4))
            await topology.declare(channel, wanted)
            for name, arguments in wanted.queues.items():
                if arguments["x-queue-type"] != "stream":
                    await (await channel.get_queue(name)).purge()  # what an earlier story left there would count as this one's
        receive = Consumer.receive

        async def counting(*arguments: Any) -> None:
            try:
                await receive(*arguments)
            finally:
                self.handled += 1

        self.patch.setattr(Consumer, "receive", counting)
        self.notify = await self.start("notify", service("notify", probe.Settings, routes=[probe.router], hears=probe.HEARS))
        async with self.notify.app.state.engine.begin() as connection:
            await connection.run_sync(probe.metadata.create_all)
        probe.failures.clear()
        return self.notify

    @asynccontextmanager
    async def channel(self) -> AsyncIterator[AbstractChannel]:
        async with await aio_pika.connect(self.stage.broker_url) as connection:
            yield await connection.channel(publisher_confirms=True)

    async def say(self, body: bytes, times: int = 1) -> None:
        async with self.channel() as channel:
            exchange = await channel.get_exchange(topology.EVENTS)
            for _ in range(times):
                await exchange.publish(wire.message_of(body, event_id=str(uuid4()), topic=TOPIC, headers={}), TOPIC)

    async def was_handled(self, times: int) -> None:
        async def enough() -> bool:
            return self.handled >= times

        await eventually(enough, within=30)

    async def heard(self) -> int:
        async with self.notify.app.state.engine.connect() as connection:
            return int(await connection.scalar(select(func.count()).select_from(probe.heard)) or 0)

    async def unsent(self) -> int:
        async with self.notify.app.state.engine.connect() as connection:
            return int(await connection.scalar(select(func.count()).select_from(outbox).where(outbox.c.sent_at.is_(None))) or 0)


def fact() -> bytes:
    return envelope_of(probe.seats(), subject=uuid4()).model_dump_json().encode()
