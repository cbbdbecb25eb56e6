"""`./dpo doctor` compares what is bound on the broker with the event map, in words."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import aio_pika
import pytest_asyncio
from aio_pika.abc import AbstractChannel

from deploy.commands import doctor, subscriber
from deploy.given import GivenBroker
from deploy.ports import free_port
from deploy.suite import Places
from deploy.topology import of_the_suite
from shared.messaging.topology import EVENTS, declare
from tests.service.deploy.conftest import PERMITTED, named

TOPIC = "enrollment.seats_changed.v1"
QUEUE = f"catalog:{TOPIC}"


@pytest_asyncio.fixture
async def channel(places: Places) -> AsyncIterator[AbstractChannel]:
    """The administrator's, on a virtual host where the whole suite's topology stands."""
    async with await aio_pika.connect(places.broker.url(places.vhost)) as connection:
        opened = await connection.channel()
        await declare(opened, of_the_suite({}))
        yield opened


async def complaints(places: Places) -> list[str]:
    return [text for well, text in await doctor.queues(places) if not well]


async def test_a_lost_and_a_stray_binding_are_named_until_the_map_holds_again(places: Places, channel: AbstractChannel) -> None:
    assert await complaints(places) == []
    queue = await channel.get_queue(QUEUE)
    await queue.unbind(EVENTS, TOPIC)
    await queue.bind(EVENTS, "#")
    lost, stray = await complaints(places)
    assert lost == f"нет привязки {EVENTS} → {QUEUE} [{TOPIC}]: выполните ./dpo down и ./dpo up"
    assert stray == f"лишняя привязка {EVENTS} → {QUEUE} [#]: её нет ни в карте событий, ни у получателей"
    await queue.unbind(EVENTS, "#")
    await declare(channel, of_the_suite({}))
    assert await complaints(places) == []


async def test_a_queue_that_is_gone_is_told_once_and_not_with_all_its_bindings(places: Places, channel: AbstractChannel) -> None:
    await channel.queue_delete(QUEUE)
    (only,) = await complaints(places)
    assert only.startswith(f"на RabbitMQ нет: {QUEUE};")


async def test_a_subscribers_queue_is_compared_with_what_it_was_permitted(places: Places, channel: AbstractChannel) -> None:
    name = f"e{uuid4().hex[:8]}"
    await subscriber.add(places, named(name))
    assert await complaints(places) == []
    queue = await channel.get_queue(subscriber.queue_of(name))
    await queue.unbind(EVENTS, PERMITTED)
    await queue.bind(EVENTS, TOPIC)
    lost, stray = await complaints(places)
    assert f"нет привязки {EVENTS} → {subscriber.queue_of(name)} [{PERMITTED}]" in lost
    assert "./dpo subscriber" in lost
    assert f"лишняя привязка {EVENTS} → {subscriber.queue_of(name)} [{TOPIC}]" in stray
    await subscriber.remove(places, named(name))
    assert await complaints(places) == []


async def test_where_bindings_can_not_be_seen_it_is_said(places: Places, channel: AbstractChannel) -> None:
    blind = replace(places, broker=GivenBroker(places.broker.url(places.vhost), f"http://127.0.0.1:{free_port()}"))
    (only,) = await complaints(blind)
    assert only.startswith("привязок не видно, управление RabbitMQ не отвечает")
    assert "DPO_BROKER_MANAGEMENT_URL" in only
