"""What readiness tells of the broker: a binding that is gone, a broker that is gone, and ears that had to begin again."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aio_pika
import httpx
import pytest
import pytest_asyncio
import structlog
from aio_pika.abc import AbstractChannel
from faststream.rabbit.subscriber.usecase import RabbitSubscriber
from sqlalchemy.ext.asyncio import async_sessionmaker
from sqlmodel.ext.asyncio.session import AsyncSession
from structlog.testing import CapturingLogger

from deploy.rights import definitions
from deploy.servers import RabbitMQ
from shared.contracts.enrollment import SeatsChanged
from shared.contracts.notify import RequestOpened
from shared.messaging import consumer
from shared.messaging.bindings import bound
from shared.messaging.consumer import Hears
from shared.messaging.topology import EVENTS, Topology, declare, home_of, queue_of, retry_of, topology_of
from shared.service import service
from tests.service.shared import probe
from tests.support.servers import Servers, server_folder
from tests.support.service import Running, running
from tests.support.stage import Start, eventually

QUEUE, RETRY_SECONDS = queue_of("notify", SeatsChanged.topic), (1, 2, 4)


def stands(*more: Any) -> Topology:
    return topology_of({"notify": [*probe.HEARS, *more]}, retry_seconds=RETRY_SECONDS)


@pytest_asyncio.fixture
async def channel(stage: Servers) -> AsyncIterator[AbstractChannel]:
    """The administrator's, on a broker where everything stands before and after the test."""
    async with await aio_pika.connect(stage.broker_url) as connection:
        opened = await connection.channel()
        await declare(opened, stands())
        yield opened
        await declare(await connection.channel(), stands())


@pytest.fixture
def rabbitmq() -> Iterator[RabbitMQ]:
    """A broker of the test's own, to be frozen and killed."""
    with server_folder() as folder:
        server = RabbitMQ(folder / "rabbitmq", password="p", definitions=definitions("dpo", {"notify": "n"}))
        server.start()
        yield server
        server.resume()
        server.kill()


def probing() -> Any:
    return service("notify", probe.Settings, routes=[probe.router], hears=probe.HEARS)


async def ready(notify: Running) -> bool:
    return (await notify.client.get("/readyz")).status_code == 200


async def wrong(notify: Running) -> str:
    """What is wrong in the service's own words; empty when it is ready."""
    return "; ".join((await notify.client.get("/readyz")).json()["wrong"])


async def consumers(url: str, queue: str) -> int:
    async with await aio_pika.connect(url) as connection:
        asked = await (await connection.channel()).declare_queue(queue, passive=True)
        return asked.declaration_result.consumer_count or 0


async def heard_by_one(url: str) -> bool:
    return await consumers(url, QUEUE) == 1


@pytest.mark.parametrize(
    ("exchange", "queue", "key"),
    [
        (EVENTS, QUEUE, SeatsChanged.topic),
        (home_of("notify"), QUEUE, QUEUE),
        (retry_of("notify", 2), retry_of("notify", 2), ""),
    ],
    ids=["events", "home", "retry"],
)
async def test_a_binding_that_is_gone_turns_readiness_red_until_it_is_back(
    start: Start, stage: Servers, channel: AbstractChannel, exchange: str, queue: str, key: str
) -> None:
    notify = await start("notify", probing(), DPO_BROKER_MANAGEMENT_URL=stage.broker.management)
    await eventually(lambda: ready(notify))
    assert (await notify.client.get("/readyz")).json()["bindings_seen"]
    await (await channel.get_queue(queue)).unbind(exchange, key)

    async def named() -> bool:
        return "bindings gone" in (said := await wrong(notify)) and f"{exchange} → {queue}" in said

    await eventually(named)
    await (await channel.get_queue(queue)).bind(exchange, key)
    await eventually(lambda: ready(notify))


async def test_without_an_address_readiness_says_that_it_sees_no_bindings(start: Start, channel: AbstractChannel) -> None:
    notify = await start("notify", probing())
    await eventually(lambda: ready(notify))
    assert (await notify.client.get("/readyz")).json()["bindings_seen"] is False


async def test_an_account_that_sees_bindings_administers_nothing(stage: Servers, channel: AbstractChannel) -> None:
    url = stage.service_broker_url("notify")
    assert QUEUE in {one.queue for one in await asyncio.to_thread(bound, stage.broker.management, url, timeout=5)}
    async with httpx.AsyncClient(base_url=stage.broker.management, auth=(f"{stage.prefix}notify", stage.password)) as api:
        assert (await api.get("/api/users")).status_code == 401
        bind = f"/api/bindings/{stage.vhost}/e/{EVENTS}/q/{QUEUE}"
        assert (await api.post(bind, json={"routing_key": "#"})).status_code in (401, 403)
        assert (await api.delete(f"/api/queues/{stage.vhost}/reports.parked")).status_code in (401, 403)


async def test_ears_that_half_started_and_could_not_be_stopped_begin_again_with_one_consumer_each(
    start: Start, stage: Servers, channel: AbstractChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def on_request_opened(event: RequestOpened, envelope: object, session: object) -> None: ...

    hears: Hears = {**probe.HEARS, RequestOpened: on_request_opened}
    await declare(channel, stands(RequestOpened))
    said, begin, end = CapturingLogger(), RabbitSubscriber.start, RabbitSubscriber.stop
    begun, ended = list[RabbitSubscriber](), list[RabbitSubscriber]()

    async def starts(subscriber: RabbitSubscriber) -> None:
        begun.append(subscriber)
        if len(begun) == 2:  # the first has its consumer by now
            raise ConnectionError
        await begin(subscriber)

    async def stops(subscriber: RabbitSubscriber) -> None:
        ended.append(subscriber)
        if len(ended) <= len(hears):
            raise ConnectionError
        await end(subscriber)

    monkeypatch.setattr(consumer, "log", structlog.wrap_logger(said, processors=[]))
    monkeypatch.setattr(RabbitSubscriber, "start", starts)
    monkeypatch.setattr(RabbitSubscriber, "stop", stops)
    notify = await start("notify", service("notify", probe.Settings, routes=[probe.router], hears=hears))
    await eventually(lambda: ready(notify))
    assert [call.kwargs["event"] for call in said.calls] == ["broker_away", "broker_left_early"]
    for event in hears:
        assert await consumers(stage.broker_url, queue_of("notify", event.topic)) == 1


@pytest.mark.parametrize("seconds", [0, 0.01, 0.02, 0.04, 0.08])
async def test_ears_that_stop_while_they_begin_leave_no_connection(stage: Servers, channel: AbstractChannel, seconds: float) -> None:
    """FastStream's connection, once it is made, shrugs off being cancelled: an event loop that has one left never ends."""

    def factories() -> int:
        return sum("connection_factory" in str(task.get_coro()) for task in asyncio.all_tasks())

    before, sessions = factories(), async_sessionmaker(class_=AsyncSession)
    url, retries = stage.service_broker_url("notify"), RETRY_SECONDS
    ears = consumer.Consumer("notify", probe.HEARS, sessions, url=url, prefetch=1, handlers=1, retry_seconds=retries)
    begun = asyncio.create_task(ears.start())
    await asyncio.sleep(seconds)  # the moment of the stop is the test, not a wait for something
    begun.cancel()
    await asyncio.wait({begun})
    await ears.stop()
    assert factories() == before


async def test_a_broker_that_freezes_or_dies_turns_readiness_red_at_once_and_its_return_green(
    rabbitmq: RabbitMQ, servers: Servers, tmp_path: Path
) -> None:
    async with await aio_pika.connect(rabbitmq.url()) as connection:
        await declare(await connection.channel(), stands())
    own = rabbitmq.url(user="notify", password="n")
    told = {"DPO_RETRY_SECONDS": "[1,2,4]", "DPO_BROKER_MANAGEMENT_URL": rabbitmq.management}
    at = await servers.database("notify")
    async with running("notify", probing(), database_url=at, broker_url=own, folder=tmp_path, environment=told) as notify:

        async def away() -> bool:
            return "broker: not connected" in await wrong(notify)

        await eventually(lambda: ready(notify))
        rabbitmq.pause()
        await eventually(away, within=8)
        rabbitmq.resume()
        await eventually(lambda: ready(notify))
        rabbitmq.kill()
        await eventually(away, within=8)
        rabbitmq.spawn()
        await asyncio.to_thread(rabbitmq.wait_ready)
        await eventually(lambda: ready(notify), within=30)
        await eventually(lambda: heard_by_one(rabbitmq.url()))
