"""Fixtures: the topology declared once, and running services, each on a fresh migrated database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from importlib import import_module
from pathlib import Path
from typing import Any

import aio_pika
import pytest
import pytest_asyncio

from deploy.suite import HEARING
from shared.messaging.topology import declare, topology_of
from tests.support.servers import Servers
from tests.support.service import Running, package_of, running

RETRY_SECONDS = (1, 2, 4)


def hears_of(service: str) -> list[Any]:
    return list(import_module(f"{package_of(service)}.subscribers").HEARS)


async def declare_all(url: str) -> None:
    connection = await aio_pika.connect(url)
    async with connection:
        topology = topology_of({service: hears_of(service) for service in HEARING}, retry_seconds=RETRY_SECONDS)
        await declare(await connection.channel(), topology)


@pytest.fixture(scope="session")
def stage(servers: Servers) -> Servers:
    """The session's servers with everything declared on the broker."""
    asyncio.run(declare_all(servers.broker_url))
    return servers


Start = Callable[..., Awaitable[Running]]


@pytest_asyncio.fixture
async def start(stage: Servers, tmp_path: Path) -> AsyncIterator[Start]:
    """Start services by name, each on a database of its own; all stop with the test."""
    async with AsyncExitStack() as stack:

        async def begin(name: str, app: Any = None, **environment: str) -> Running:
            await empty_queues(stage.broker_url, name)
            url = await stage.database(name)
            stack.callback(stage.give_back, name, url)
            service = running(
                name,
                app or import_module(f"{package_of(name)}.main").app,
                database_url=url,
                broker_url=stage.service_broker_url(name),
                folder=tmp_path,
                environment={"DPO_RETRY_SECONDS": "[1,2,4]", **environment},
            )
            return await stack.enter_async_context(service)

        yield begin


async def empty_queues(url: str, service: str) -> None:
    """Forget what earlier tests left in a service's queues."""
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel()
        for name in topology_of({service: hears_of(service)}, retry_seconds=RETRY_SECONDS).queues:
            if name.startswith(service):
                await (await channel.get_queue(name, ensure=False)).purge()


async def eventually(ask: Callable[[], Awaitable[Any]], *, within: float = 15, equals: Any = None) -> Any:
    """Wait until a question is answered truly, or equals what is given; fails with the last answer."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while True:
        answer = await ask()
        if (answer == equals) if equals is not None else answer:
            return answer
        if loop.time() > deadline:
            raise AssertionError(f"still {answer!r} after {within} s, wanted {equals if equals is not None else 'something true'!r}")
        await asyncio.sleep(0.05)
