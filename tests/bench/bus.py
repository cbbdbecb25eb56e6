"""What the bus costs: an outbox drained against asyncpg and aio-pika alone, a queue heard against aio-pika doing the same insert."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from uuid import UUID, uuid4

import aio_pika
import asyncpg
import uvloop
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from opentelemetry.sdk.trace import TracerProvider
from pamqp.commands import Basic
from sqlalchemy import Column, Integer, MetaData, Table, Uuid, insert
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import telemetry
from shared.clock import real_time
from shared.contracts import Envelope
from shared.contracts.enrollment import SeatsChanged
from shared.database import engine_of
from shared.messaging.consumer import CLAIM, Consumer
from shared.messaging.outbox import sessions_of
from shared.messaging.relay import drain, lead
from shared.messaging.topology import EVENTS, queue_of
from shared.messaging.wire import Wire, message_of
from shared.service import spare_the_collector
from tests.bench.measure import Row, compared
from tests.bench.stand import Stand, stand
from tests.support.service import envelope_of

ROWS, MESSAGES, ROUNDS = 4000, 1000, 9
TOPIC = SeatsChanged.topic
QUEUE = queue_of("reports", TOPIC)
PREFETCH, HANDLERS, POOL = 20, 4, 6  # what a service has unless told otherwise
BARE_BATCH = 100  # the design's baseline for a drained outbox: one worker, batches of a hundred
SAMPLED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
EFFECT = Table("effect", MetaData(), Column("group_id", Uuid), Column("taken", Integer))
Work = Callable[[], Awaitable[float]]


def run() -> list[Row]:
    """Events a second, each in a sampled trace whose spans are exported within the time."""
    return uvloop.run(measured())


async def measured() -> list[Row]:
    async with stand() as here, Bus.of(here) as bus:
        spare_the_collector()  # as every service does; the baselines run in this process, too
        emptied, heard = partial(partial, bus.drained), partial(partial, bus.heard)
        return [
            await compared("outbox drained", emptied(bus.relayed), emptied(bus.relayed_barely), rounds=ROUNDS, goal=0.8),
            await compared("event heard with its effect", heard(bus.consumed), heard(bus.consumed_barely), rounds=ROUNDS, goal=0.6),
        ]


def told() -> bytes:
    """An envelope as another service would have sent it."""
    event = SeatsChanged(group_id=uuid4(), programme_id=uuid4(), capacity=25, held=3, taken=12, waiting=4)
    envelope = envelope_of(event, subject=event.group_id).model_copy(update={"traceparent": SAMPLED})
    return envelope.model_dump_json(exclude_none=True).encode()


@dataclass
class Bus:
    """The two databases, the broker and a tracer that exports."""

    here: Stand
    provider: TracerProvider
    outboxes: asyncpg.Pool
    inboxes: asyncpg.Pool
    urls: dict[str, str]

    @classmethod
    @asynccontextmanager
    async def of(cls, here: Stand) -> AsyncIterator["Bus"]:
        urls = {name: await here.servers.database(name) for name in ("enrollment", "reports")}
        plain = {name: url.replace("+asyncpg", "") for name, url in urls.items()}
        provider = telemetry.setup("bench", read_share=0, endpoint=here.url("traces"))
        async with (
            asyncpg.create_pool(plain["enrollment"], min_size=1, max_size=POOL) as outboxes,
            asyncpg.create_pool(plain["reports"], min_size=HANDLERS, max_size=POOL) as inboxes,
        ):
            await inboxes.execute("CREATE TABLE effect (group_id uuid, taken int)")
            yield cls(here, provider, outboxes, inboxes, urls)
        provider.shutdown()

    @asynccontextmanager
    async def channel(self, service: str) -> AsyncIterator[AbstractChannel]:
        connection = await aio_pika.connect(self.here.servers.service_broker_url(service))
        async with connection:
            yield await connection.channel(publisher_confirms=True, on_return_raises=True)

    async def purge(self) -> None:
        async with self.channel("reports") as channel:
            await (await channel.get_queue(QUEUE, ensure=False)).purge()

    async def drained(self, work: Work) -> float:
        """Rows a second that a relay sends until the outbox is empty."""
        await self.purge()
        await self.outboxes.execute("TRUNCATE outbox")
        columns, rows = ["event_id", "topic", "body", "traceparent"], [(uuid4(), TOPIC, told(), SAMPLED) for _ in range(ROWS)]
        await self.outboxes.copy_records_to_table("outbox", columns=columns, records=rows)
        rate = await work()
        if await self.outboxes.fetchval("SELECT count(*) FROM outbox WHERE sent_at IS NULL"):
            raise AssertionError("the outbox is not empty")
        return rate

    async def relayed(self) -> float:
        engine, wire = (
            engine_of(self.urls["enrollment"], pool_size=POOL, name="bench"),
            Wire(self.here.servers.service_broker_url("enrollment")),
        )
        telemetry.watch_statements(engine)
        await wire.channel()
        async with lead(engine) as database:
            began = time.perf_counter()
            while database and await drain(database, wire):
                pass
            await asyncio.to_thread(self.provider.force_flush)
            rate = ROWS / (time.perf_counter() - began)
        await wire.drop()
        await engine.dispose()
        return rate

    async def relayed_barely(self) -> float:
        async with self.channel("enrollment") as channel, self.outboxes.acquire() as database:
            exchange = await channel.get_exchange(EVENTS, ensure=False)
            waiting = "SELECT id, event_id, topic, body FROM outbox WHERE sent_at IS NULL ORDER BY id LIMIT $1"
            began = time.perf_counter()
            while rows := await database.fetch(waiting, BARE_BATCH):
                sending = (exchange.publish(message(row["event_id"], row["body"]), row["topic"], mandatory=True) for row in rows)
                if not all(isinstance(one, Basic.Ack) for one in await asyncio.gather(*sending)):
                    raise AssertionError("the broker refused")
                await database.execute("UPDATE outbox SET sent_at = now() WHERE id = ANY($1)", [row["id"] for row in rows])
            return ROWS / (time.perf_counter() - began)

    async def heard(self, work: Work) -> float:
        """Messages a second that have their effect in the database and are acknowledged."""
        await self.purge()
        await self.inboxes.execute("TRUNCATE inbox, effect")
        async with self.channel("enrollment") as channel:
            exchange = await channel.get_exchange(EVENTS, ensure=False)
            for _ in range(MESSAGES // 100):
                await asyncio.gather(*(exchange.publish(message(uuid4(), told()), TOPIC, mandatory=True) for _ in range(100)))
        rate = await work()
        if await self.inboxes.fetchval("SELECT count(*) FROM effect") != MESSAGES:
            raise AssertionError("not every event had its effect once")
        return rate

    async def consumed(self) -> float:
        engine, count = engine_of(self.urls["reports"], pool_size=POOL, name="bench"), Counting()
        telemetry.watch_statements(engine)

        async def on_seats_changed(event: SeatsChanged, envelope: Envelope, session: AsyncSession) -> None:
            await session.execute(insert(EFFECT).values(group_id=event.group_id, taken=event.taken))
            count.one()

        consumer = Consumer(
            "reports",
            {SeatsChanged: on_seats_changed},
            sessions_of(engine, service="reports", clock=real_time, wake=asyncio.Event()),
            url=self.here.servers.service_broker_url("reports"),
            prefetch=PREFETCH,
            handlers=HANDLERS,
            retry_seconds=(1, 2, 4),
        )
        await consumer.start()
        await count.all
        await asyncio.to_thread(self.provider.force_flush)
        rate = count.rate
        await consumer.stop()  # the last messages are committed and acknowledged
        await engine.dispose()
        return rate

    async def consumed_barely(self) -> float:
        """aio-pika doing the same insert: the same statements through the same SQLAlchemy engine, and nothing else."""
        engine, count, slots = engine_of(self.urls["reports"], pool_size=POOL, name="bench"), Counting(), asyncio.Semaphore(HANDLERS)

        async def receive(incoming: AbstractIncomingMessage) -> None:
            async with slots:
                envelope = json.loads(incoming.body)
                said = envelope["data"]
                async with engine.begin() as tx:
                    if (await tx.execute(CLAIM, {"handler": QUEUE, "event_id": UUID(envelope["id"])})).first() is not None:
                        await tx.execute(insert(EFFECT).values(group_id=UUID(said["group_id"]), taken=said["taken"]))
                        count.one()
                await incoming.ack()

        async with self.channel("reports") as channel:
            await channel.set_qos(prefetch_count=PREFETCH)
            queue = await channel.get_queue(QUEUE, ensure=False)
            tag = await queue.consume(receive)
            await count.all
            rate = count.rate
            await queue.cancel(tag)
            while slots._value < HANDLERS:
                await asyncio.sleep(0.01)
        await engine.dispose()
        return rate


class Counting:
    """Counts from the first effect to the last."""

    def __init__(self) -> None:
        self.count, self.began = 0, 0.0
        self.all: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def one(self) -> None:
        self.began = self.began or time.perf_counter()
        self.count += 1
        if self.count == MESSAGES:
            self.all.set_result(None)

    @property
    def rate(self) -> float:
        return (self.count - 1) / (time.perf_counter() - self.began)


def message(event_id: UUID, body: bytes) -> aio_pika.Message:
    return message_of(body, event_id=str(event_id), topic=TOPIC, headers={"traceparent": SAMPLED})


if __name__ == "__main__":
    for line in run():
        print(line)
