"""The bus and a command beside the bare loops that do the same work: relay drain, consume with effect, an HTTP command."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import aio_pika
import asyncpg
import httpx
from fastapi import FastAPI
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import async_sessionmaker
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.database import engine_of
from shared.messaging.relay import RELAY_LOCK, relay_once
from shared.messaging.tables import outbox
from shared.messaging.topology import EVENTS, declare, topology_of
from shared.messaging.wire import Wire, message_of
from shared.service import service
from tests.bench.measure import Row, compared
from tests.service.shared import probe
from tests.support.servers import Servers, private
from tests.support.service import Running, envelope_of, running

ROWS, COMMANDS, AT_ONCE, BATCH = 1000, 200, 8, 200
TOPIC, HEARD = "notify.request_opened.v1", "enrollment.seats_changed.v1"


def run() -> list[Row]:
    with ExitStack() as stack, TemporaryDirectory() as folder:
        return asyncio.run(measured(private(stack), Path(folder)))


async def measured(servers: Servers, folder: Path) -> list[Row]:
    """Everything on one small service, its consumer and relay running."""
    async with await aio_pika.connect(servers.broker_url) as connection:
        await declare(await connection.channel(), topology_of({"notify": probe.HEARS}, retry_seconds=(1, 2, 4)))
    app = service("notify", probe.Settings, routes=[probe.router], hears=probe.HEARS)
    url, broker = await servers.database("notify"), servers.service_broker_url("notify")
    async with running("notify", app, database_url=url, broker_url=broker, folder=folder, environment={}) as notify:
        async with notify.app.state.engine.begin() as tables:
            await tables.run_sync(probe.metadata.create_all)
        plain = url.replace("+asyncpg", "")
        return [
            await compared(
                "relay drain", partial(drained, notify, plain, broker), partial(drained_bare, plain, broker), rounds=3, goal=0.8
            ),
            await compared(
                "consume with effect", partial(consumed, notify, servers, plain), partial(consumed_bare, servers, plain), rounds=3, goal=0.6
            ),
            await compared("HTTP command in a service", partial(commanded, notify), partial(commanded_bare, url), rounds=3, goal=0.7),
        ]


async def fill(plain: str) -> asyncpg.Connection:
    """Unsent rows that the running relay leaves alone, because we hold its lock."""
    connection = await asyncpg.connect(plain)
    await connection.execute("SELECT pg_advisory_lock($1)", RELAY_LOCK)
    body = envelope_of(probe.seats(), subject=uuid4()).model_dump_json().encode()
    rows = [(uuid4(), TOPIC, body) for _ in range(ROWS)]
    await connection.executemany("INSERT INTO outbox (event_id, topic, body) VALUES ($1, $2, $3)", rows)
    return connection


async def drained(notify: Running, plain: str, broker: str) -> float:
    """Rows a second that our relay sends."""
    holder, wire = await fill(plain), Wire(broker)
    await wire.channel()
    await holder.execute("SELECT pg_advisory_unlock($1)", RELAY_LOCK)
    began = time.perf_counter()
    while await relay_once(notify.app.state.engine, wire) or await holder.fetchval(
        "SELECT EXISTS (SELECT FROM outbox WHERE sent_at IS NULL)"
    ):
        pass
    taken = time.perf_counter() - began
    await wire.drop()
    await holder.close()
    return ROWS / taken


async def drained_bare(plain: str, broker: str) -> float:
    """The same rows by the shortest loop: read a batch, publish it, wait for the confirms, mark it."""
    connection = await fill(plain)
    async with await aio_pika.connect(broker) as bus:
        exchange = await (await bus.channel(publisher_confirms=True, on_return_raises=True)).get_exchange(EVENTS, ensure=False)
        began = time.perf_counter()
        while rows := await connection.fetch("SELECT id, event_id, body FROM outbox WHERE sent_at IS NULL ORDER BY id LIMIT $1", BATCH):
            messages = [message_of(row["body"], event_id=str(row["event_id"]), topic=TOPIC, headers={}) for row in rows]
            await asyncio.gather(*(exchange.publish(message, TOPIC, mandatory=True) for message in messages))
            await connection.execute("UPDATE outbox SET sent_at = now() WHERE id = ANY($1)", [row["id"] for row in rows])
        taken = time.perf_counter() - began
    await connection.close()
    return ROWS / taken


async def say(servers: Servers, exchange_name: str, key: str) -> None:
    async with await aio_pika.connect(servers.broker_url) as connection:
        exchange = await (await connection.channel()).get_exchange(exchange_name, ensure=False)
        envelopes = [envelope_of(probe.seats(), subject=uuid4()) for _ in range(ROWS)]
        bodies = [(str(one.id), one.model_dump_json().encode()) for one in envelopes]
        await asyncio.gather(
            *(exchange.publish(message_of(body, event_id=event_id, topic=HEARD, headers={}), key) for event_id, body in bodies)
        )


async def consumed(notify: Running, servers: Servers, plain: str) -> float:
    """Messages a second from the first publish to the last effect of our consumer."""
    return await until_heard(plain, partial(say, servers, EVENTS, HEARD))


async def until_heard(plain: str, publish: Callable[[], Awaitable[None]]) -> float:
    connection = await asyncpg.connect(plain)
    before = await connection.fetchval("SELECT count(*) FROM heard")
    began = time.perf_counter()
    await publish()
    while await connection.fetchval("SELECT count(*) FROM heard") < before + ROWS:
        await asyncio.sleep(0.02)
    taken = time.perf_counter() - began
    await connection.close()
    return ROWS / taken


async def consumed_bare(servers: Servers, plain: str) -> float:
    """The same by aio-pika and asyncpg: claim and effect in one transaction, then the acknowledgement."""
    pool = await asyncpg.create_pool(plain, min_size=4, max_size=4)
    async with await aio_pika.connect(servers.broker_url) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=20)
        exchange = await channel.declare_exchange("bench", "direct")
        queue = await channel.declare_queue("bench", durable=True, arguments={"x-queue-type": "quorum"})
        await queue.bind(exchange, "bench")

        async def hear(message: aio_pika.abc.AbstractIncomingMessage) -> None:
            async with pool.acquire() as tx, tx.transaction():
                await tx.execute("INSERT INTO inbox (handler, event_id) VALUES ('bench', $1) ON CONFLICT DO NOTHING", message.message_id)
                await tx.execute("INSERT INTO heard (group_id) VALUES ($1)", uuid4())
            await message.ack()

        await queue.consume(hear)
        rate = await until_heard(plain, partial(say, servers, "bench", "bench"))
    await pool.close()
    return rate


async def posted(client: httpx.AsyncClient, headers: Callable[[], dict[str, str]]) -> float:
    """Commands a second, eight at once."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        async with slots:
            answer = await client.post("/requests", headers=headers())
            assert answer.status_code == 201, answer.text

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(COMMANDS)))
    return COMMANDS / (time.perf_counter() - began)


async def commanded(notify: Running) -> float:
    """A whole command: token, idempotency, transaction, event, span."""
    teacher = notify.teacher().headers
    return await posted(notify.client, lambda: {**teacher, "idempotency-key": str(uuid4())})


async def commanded_bare(url: str) -> float:
    """A bare FastAPI route that stores one outbox row by a SQLModel session."""
    engine, app = engine_of(url, pool_size=6, name="bench"), FastAPI()
    sessions: Any = async_sessionmaker(engine, class_=AsyncSession)

    @app.post("/requests", status_code=201)
    async def store() -> dict[str, str]:
        async with sessions.begin() as session:
            await session.execute(select(1))
            body = envelope_of(probe.seats(), subject=uuid4()).model_dump_json().encode()
            await session.execute(insert(outbox).values(event_id=uuid4(), topic=TOPIC, body=body))
        return {"stored": "yes"}

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bare") as client:
        rate = await posted(client, dict)
    await engine.dispose()
    return rate
