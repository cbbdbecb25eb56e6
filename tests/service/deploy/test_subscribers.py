"""Other systems at the events: they get what they were permitted, nothing more, and a slow one loses only its own oldest."""

import json
from collections.abc import AsyncIterator
from uuid import uuid4

import aio_pika
import pytest
import pytest_asyncio
from aio_pika.abc import AbstractConnection
from aiormq.exceptions import ChannelAccessRefused

from deploy.commands.subscriber import add, queue_of, remove, replay
from deploy.console import Refusal
from deploy.paths import ROOT
from deploy.suite import Places
from shared.messaging.topology import EVENTS, declare, topology_of
from shared.messaging.wire import message_of
from tests.service.deploy.conftest import PERMITTED, named

OTHER = "catalog.programme_withdrawn.v1"
ENVELOPE = json.loads((ROOT / "shared/contracts/golden/catalog.programme_withdrawn.v1.json").read_text("utf-8"))


@pytest_asyncio.fixture
async def admin(places: Places) -> AsyncIterator[AbstractConnection]:
    async with await aio_pika.connect(places.broker.url(places.vhost)) as connection:
        await declare(await connection.channel(), topology_of({}, retry_seconds=()))
        yield connection


async def publish(admin: AbstractConnection, topic: str, count: int) -> list[str]:
    """Say events as a service's relay would; returns their ids."""
    exchange = await (await admin.channel(publisher_confirms=True)).get_exchange(EVENTS, ensure=False)
    ids = [str(uuid4()) for _ in range(count)]
    for event_id in ids:
        body = json.dumps({**ENVELOPE, "id": event_id, "type": topic}).encode()
        await exchange.publish(message_of(body, event_id=event_id, topic=topic, headers={}), topic, mandatory=True)
    return ids


async def read(places: Places, name: str) -> list[str]:
    """The ids of all that waits, taken with the subscriber's own account."""
    url = places.broker.url(places.vhost, user=queue_of(name), password=places.keys.password(queue_of(name)))
    found = []
    async with await aio_pika.connect(url) as connection:
        queue = await (await connection.channel()).get_queue(queue_of(name), ensure=False)
        while message := await queue.get(fail=False):
            await message.ack()
            found.append(str(message.message_id))
    return found


async def test_a_subscriber_gets_the_permitted_topics_and_no_others(places: Places, admin: AbstractConnection) -> None:
    name = f"a{uuid4().hex[:8]}"
    await add(places, named(name))
    await publish(admin, OTHER, 2)
    said = await publish(admin, PERMITTED, 3)
    assert await read(places, name) == said
    with pytest.raises(Refusal, match="уже есть"):
        await add(places, named(name))
    await remove(places, named(name))


async def test_a_slow_subscriber_loses_the_oldest_and_catches_up_by_replay(places: Places, admin: AbstractConnection) -> None:
    slow, other = f"b{uuid4().hex[:8]}", f"c{uuid4().hex[:8]}"
    await add(places, named(slow, limit=3))
    await add(places, named(other))
    said = await publish(admin, PERMITTED, 5)
    await publish(admin, OTHER, 1)
    assert await read(places, slow) == said[2:]
    assert await read(places, other) == said
    await replay(places, named(other))
    assert await read(places, other) == said
    assert await read(places, slow) == []
    for name in (slow, other):
        await remove(places, named(name))


async def test_what_is_no_event_does_not_end_a_replay(
    places: Places, admin: AbstractConnection, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"e{uuid4().hex[:8]}"
    exchange = await (await admin.channel(publisher_confirms=True)).get_exchange(EVENTS, ensure=False)
    for body in (b"not json", b"[]"):
        await exchange.publish(message_of(body, event_id="odd", topic=PERMITTED, headers={}), PERMITTED, mandatory=True)
    said = await publish(admin, PERMITTED, 2)
    await add(places, named(name))
    await replay(places, named(name))
    assert (await read(places, name))[-2:] == said
    assert "Пропущено непонятых сообщений: 2." in capsys.readouterr().out
    await remove(places, named(name))


async def test_a_subscriber_can_do_nothing_but_read_its_queue(places: Places, admin: AbstractConnection) -> None:
    name = f"d{uuid4().hex[:8]}"
    await add(places, named(name))
    url = places.broker.url(places.vhost, user=queue_of(name), password=places.keys.password(queue_of(name)))
    async with await aio_pika.connect(url) as connection:
        with pytest.raises(ChannelAccessRefused):
            await (await (await connection.channel()).get_queue(queue_of(name), ensure=False)).bind(EVENTS, "#")
        with pytest.raises(ChannelAccessRefused):
            await (await connection.channel()).declare_queue(queue_of("other"))
        exchange = await (await connection.channel()).get_exchange(EVENTS, ensure=False)
        with pytest.raises(ChannelAccessRefused):
            await exchange.publish(aio_pika.Message(b"forged"), PERMITTED, mandatory=False)
    await remove(places, named(name))
    with pytest.raises(aio_pika.exceptions.AMQPConnectionError):
        await read(places, name)
