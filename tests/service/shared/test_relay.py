"""What the relay promises: all that waits is sent, in batches, and nothing is marked that the broker did not confirm."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import aio_pika
import pytest
import pytest_asyncio
from aio_pika.abc import AbstractChannel, AbstractQueue
from aiormq.exceptions import DeliveryError
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.contracts.notify import RequestOpened
from shared.database import engine_of
from shared.messaging import relay, topology
from shared.messaging.relay import drain, lead
from shared.messaging.tables import outbox
from shared.messaging.wire import Wire
from tests.service.shared import probe
from tests.support.servers import Servers

EVENTS, AT_ONCE = 25, 10


@pytest_asyncio.fixture
async def channel(stage: Servers) -> AsyncIterator[AbstractChannel]:
    connection = await aio_pika.connect(stage.broker_url)
    async with connection:
        channel = await connection.channel()
        await topology.declare(channel, topology.topology_of({"notify": probe.HEARS}, retry_seconds=(1, 2, 4)))
        yield channel


@pytest_asyncio.fixture
async def engine(stage: Servers) -> AsyncIterator[AsyncEngine]:
    engine = engine_of(await stage.database("notify"), pool_size=2, name="relay")
    rows = [{"event_id": uuid4(), "topic": RequestOpened.topic, "body": b"{}", "traceparent": None} for _ in range(EVENTS)]
    async with engine.begin() as tx:
        await tx.execute(insert(outbox), rows)
    yield engine
    await engine.dispose()


@pytest_asyncio.fixture
async def wire(stage: Servers) -> AsyncIterator[Wire]:
    wire = Wire(stage.service_broker_url("notify"))
    yield wire
    await wire.drop()


async def bound(channel: AbstractChannel, **limits: Any) -> AbstractQueue:
    queue = await channel.declare_queue(f"relay-{uuid4()}", durable=True, arguments=limits)
    await queue.bind(topology.EVENTS, RequestOpened.topic)
    return queue


async def taken_from(queue: AbstractQueue) -> list[UUID]:
    taken = []
    while (message := await queue.get(fail=False)) is not None:
        await message.ack()
        taken.append(UUID(message.message_id))
    await queue.delete(if_empty=False)
    return taken


async def stored(engine: AsyncEngine, *, sent: bool) -> set[UUID]:
    async with engine.connect() as connection:
        return set(
            await connection.scalars(select(outbox.c.event_id).where(outbox.c.sent_at.is_not(None) if sent else outbox.c.sent_at.is_(None)))
        )


async def test_several_batches_are_sent_once_each_and_marked(channel: AbstractChannel, engine: AsyncEngine, wire: Wire) -> None:
    queue = await bound(channel)
    async with lead(engine) as database:
        assert database
        assert await drain(database, wire, AT_ONCE) == EVENTS
        assert await drain(database, wire, AT_ONCE) == 0
    arrived = await taken_from(queue)
    assert len(arrived) == EVENTS
    assert set(arrived) == await stored(engine, sent=True)


async def test_what_the_broker_refuses_waits_with_everything_behind_it(channel: AbstractChannel, engine: AsyncEngine, wire: Wire) -> None:
    full = await bound(channel, **{"x-max-length": 3, "x-overflow": "reject-publish"})
    async with lead(engine) as database:
        assert database
        confirmed = await drain(database, wire, AT_ONCE)
        assert 0 < confirmed < AT_ONCE
        assert len(await stored(engine, sent=True)) == confirmed
        with pytest.raises(DeliveryError):
            await drain(database, wire, AT_ONCE)
        first = await taken_from(full)
        assert await stored(engine, sent=True) <= set(first)
        wide = await bound(channel)
        waiting = await stored(engine, sent=False)
        assert await drain(database, wire, AT_ONCE) == len(waiting) == EVENTS - confirmed
    assert set(await taken_from(wide)) == waiting


async def test_what_was_sent_long_ago_is_forgotten_a_few_rows_at_a_time(engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "AT_ONCE", 4)
    async with engine.begin() as tx:
        ids = list(await tx.scalars(select(outbox.c.id).order_by(outbox.c.id)))
        for days, some in ((31, ids[:9]), (29, ids[9:12])):
            await tx.execute(update(outbox).where(outbox.c.id.in_(some)).values(sent_at=func.now() - timedelta(days=days)))
    await relay.tend(engine)
    async with engine.connect() as connection:
        assert list(await connection.scalars(select(outbox.c.id).order_by(outbox.c.id))) == ids[9:]
