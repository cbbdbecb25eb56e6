"""G6: a poisoned message blocks nobody and waits with its reason, an outage parks nothing, and parked messages may be replayed twice."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC, datetime
from statistics import quantiles
from typing import Any
from uuid import UUID, uuid4

import aio_pika
import pytest
import pytest_asyncio
from aio_pika.abc import AbstractChannel

from deploy.suite import VHOST
from shared.contracts.enrollment import SeatsChanged
from shared.messaging.parked import ParkingPlace
from shared.messaging.topology import EVENTS, parked_of, queue_of
from shared.messaging.wire import Wire, message_of
from tests.support.service import envelope_of
from tests.support.stage import eventually
from tests.support.suite import Suite

HEARERS = {"catalog": "seat_count", "routes": "seats", "reports": "seats"}
"""Who hears of seats, and where each keeps them."""
OUTAGE_SECONDS, GOOD, POISON = 60, 4950, 50


@pytest_asyncio.fixture(loop_scope="session")
async def channel(suite: Suite) -> AsyncIterator[AbstractChannel]:
    """The administrator's channel, with confirms."""
    await suite.recovered()
    async with await aio_pika.connect(suite.broker.url(VHOST)) as connection:
        yield await connection.channel(publisher_confirms=True)


async def say(channel: AbstractChannel, bodies: Iterable[tuple[str, bytes]]) -> dict[str, datetime]:
    """Publish messages; return when each was."""
    exchange, at = await channel.get_exchange(EVENTS), {}
    for event_id, body in bodies:
        at[event_id] = datetime.now(UTC)
        await exchange.publish(message_of(body, event_id=event_id, topic=SeatsChanged.topic, headers={}), SeatsChanged.topic)
    return at


def seats(count: int) -> dict[UUID, tuple[str, bytes]]:
    """Facts about groups that nobody has heard of before, by group."""
    told = {}
    for _ in range(count):
        event = SeatsChanged(group_id=uuid4(), programme_id=uuid4(), capacity=20, held=1, taken=2, waiting=0)
        envelope = envelope_of(event, subject=event.group_id, at=datetime.now(UTC))
        told[event.group_id] = str(envelope.id), envelope.model_dump_json().encode()
    return told


async def known(suite: Suite, groups: Iterable[UUID]) -> dict[str, int]:
    """How many of the groups each hearer knows."""
    count = "SELECT count(*) FROM {} WHERE group_id = ANY($1)"
    return {name: await suite.value(name, count.format(table), list(groups)) for name, table in HEARERS.items()}


async def parked(suite: Suite) -> dict[str, int]:
    depths = await suite.depths()
    return {name: depths[parked_of(name)] for name in HEARERS}


async def replay(suite: Suite, service: str) -> int:
    wire = Wire(suite.broker.url(VHOST))
    try:
        return await ParkingPlace(service, wire).replay()
    finally:
        await wire.drop()


async def p95(suite: Suite, said: Mapping[str, datetime]) -> float:
    """Seconds from saying an event to its effect in the reports, for 95 of 100."""
    handled = "SELECT event_id::text AS id, handled_at FROM inbox WHERE event_id = ANY($1)"
    rows = await suite.sql("reports", handled, [UUID(event_id) for event_id in said])
    waits: list[float] = [(row["handled_at"] - said[row["id"]]).total_seconds() for row in rows]
    return quantiles(waits, n=20)[-1]


async def heard(suite: Suite, channel: AbstractChannel, poison: Iterable[tuple[str, bytes]] = ()) -> float:
    """The p95 of thousands of good events, with poison strewn among them."""
    good = seats(GOOD)
    mixed = [*good.values()]
    for place, one in enumerate(poison):
        mixed.insert(place * GOOD // POISON, one)
    said = await say(channel, mixed)
    await eventually(lambda: known(suite, good), equals=dict.fromkeys(HEARERS, GOOD), within=180)
    return await p95(suite, {event_id: said[event_id] for event_id, _ in good.values()})


async def test_poison_waits_with_its_reason_and_blocks_nobody(suite: Suite, channel: AbstractChannel) -> None:
    """One in a hundred of five thousand."""
    broken = b'{"specversion": "1.0", "type": "enrollment.seats_changed.v1", "data": {"capacity": -1}}'
    poison = [(str(uuid4()), broken) for _ in range(POISON)]
    clean = await heard(suite, channel)
    among_poison = await heard(suite, channel, poison)
    print(f"\np95 {among_poison:.2f} s with poison, {clean:.2f} s without")
    assert among_poison < 2 * clean
    await eventually(lambda: parked(suite), equals=dict.fromkeys(HEARERS, POISON), within=60)
    wire = Wire(suite.broker.url(VHOST))
    shown = await ParkingPlace("reports", wire).look()
    await wire.drop()
    assert {(one.message_id, one.origin, one.reason) for one in shown} == {
        (event_id, queue_of("reports", SeatsChanged.topic), "Permanent") for event_id, _ in poison
    }
    for _ in range(2):  # poison stays poison, and is still not lost
        assert await replay(suite, "reports") == POISON
        await eventually(lambda: parked(suite), equals=dict.fromkeys(HEARERS, POISON), within=60)
    for service in HEARERS:
        await (await channel.get_queue(parked_of(service))).purge()


async def test_an_outage_of_the_database_parks_nothing_and_loses_nothing(suite: Suite, channel: AbstractChannel) -> None:
    told = seats(60)
    suite.pause_database()
    try:
        await say(channel, told.values())
        await asyncio.sleep(OUTAGE_SECONDS)  # the length of the outage is the test, not a wait for something
    finally:
        suite.resume_database()
    await eventually(lambda: patiently(known(suite, told)), equals=dict.fromkeys(HEARERS, 60), within=120)
    await suite.quiet()
    assert await parked(suite) == dict.fromkeys(HEARERS, 0)


async def patiently(asked: Any) -> Any:
    """The answer, or None while the database still wakes up."""
    try:
        return await asked
    except (OSError, TimeoutError):
        return None


@pytest.mark.parametrize("times", [1, 2])
async def test_replaying_parked_messages_changes_nothing_that_stands(suite: Suite, channel: AbstractChannel, times: int) -> None:
    """Facts that were heard long ago lie in the parking place, as after a restored backup."""
    await suite.quiet()
    bodies = [bytes(row[0]) for row in await suite.sql("enrollment", "SELECT body FROM outbox WHERE topic = $1", SeatsChanged.topic)]
    before = await standing(suite)
    place = await channel.get_exchange(parked_of("reports"))
    for body in bodies:
        facts = {"x-origin": queue_of("reports", SeatsChanged.topic), "x-reason": "RuntimeError", "x-attempt": 3}
        await place.publish(message_of(body, event_id=json.loads(body)["id"], topic=SeatsChanged.topic, headers=facts), "")
    for _ in range(times):
        await replay(suite, "reports")
    await suite.quiet()
    assert await parked(suite) == dict.fromkeys(HEARERS, 0)
    assert await standing(suite) == before


async def standing(suite: Suite) -> list[tuple[Any, ...]]:
    return sorted(tuple(map(str, row.values())) for row in await suite.sql("reports", "SELECT * FROM seats"))
