"""Every protection is switched off once, and then its harm must be seen: a guard that nobody has seen fail is not a guard."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aio_pika
import pytest
import pytest_asyncio
from aio_pika.abc import AbstractChannel
from sqlalchemy import func, select, text, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog import subscribers as catalog
from services.catalog.commands import copies
from services.enrollment.commands import seats
from services.enrollment.tables.applications import Seats
from shared import edge
from shared.contracts.enrollment import SeatsChanged
from shared.contracts.notify import RequestOpened
from shared.messaging import consumer, relay, topology, wire
from shared.messaging.consumer import Consumer
from shared.messaging.outbox import emit
from shared.messaging.tables import outbox
from shared.service import service
from tests.service.enrollment.story import Region
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
            await topology.declare(channel, topology.topology_of({"notify": probe.HEARS}, retry_seconds=(1, 2, 4)))
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


async def repeated_effect(rig: Rig) -> str:
    await rig.begin()
    await rig.say(fact(), times=3)
    await rig.was_handled(3)
    return "" if (count := await rig.heard()) == 1 else f"one event took effect {count} times"


def without_inbox(patch: pytest.MonkeyPatch) -> None:
    async def always(*_: Any) -> bool:
        return True

    patch.setattr(consumer, "first_time", always)


async def lost_on_failure(rig: Rig) -> str:
    await rig.begin()
    probe.failures.append(RuntimeError("it heals"))
    await rig.say(fact())
    with suppress(AssertionError):
        await eventually(rig.heard, equals=1, within=6)
    return "" if await rig.heard() == 1 else "an event was lost because its handler failed once"


def claimed_ahead(patch: pytest.MonkeyPatch) -> None:
    """The claim is committed before the effect is tried."""
    first_time = consumer.first_time

    async def ahead(session: AsyncSession, handler: str, envelope: Any) -> bool:
        async with AsyncSession(session.bind) as other, other.begin():
            return await first_time(other, handler, envelope)

    patch.setattr(consumer, "first_time", ahead)


async def nothing_done(*_: Any, **__: Any) -> None:
    return None


def without_retry(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Consumer, "retry", nothing_done)


async def vanished_poison(rig: Rig) -> str:
    await rig.begin()
    await rig.say(b"poison")
    await rig.was_handled(1)
    return "" if (await rig.notify.app.state.consumer.depth())[topology.parked_of("notify")] else "a poisoned message vanished"


def without_parking(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Consumer, "park", nothing_done)


async def lost_by_a_full_broker(rig: Rig) -> str:
    """A queue that refuses most of what it is offered: only what the broker confirmed may count as sent."""
    notify = await rig.begin()
    arrived = set[str]()
    async with rig.channel() as channel:
        limits: dict[str, Any] = {"x-max-length": 1, "x-overflow": "reject-publish"}
        queue = await channel.declare_queue(f"narrow-{uuid4()}", durable=True, arguments=limits)
        await queue.bind(topology.EVENTS, RequestOpened.topic)
        for _ in range(12):
            assert (await notify.call("POST", "/requests", notify.teacher())).status_code == 201

        async def drained() -> bool:
            while (message := await queue.get(fail=False)) is not None:
                arrived.add(str(message.message_id))
                await message.ack()
            return await rig.unsent() == 0

        await eventually(drained, within=60)
        await drained()
        await queue.delete(if_empty=False)
    return "" if len(arrived) == 12 else f"{12 - len(arrived)} of 12 events were marked sent and never arrived"


def marked_before_confirm(patch: pytest.MonkeyPatch) -> None:
    send = relay.send

    async def hoping(*arguments: Any) -> None:
        with suppress(Exception):
            await send(*arguments)

    patch.setattr(relay, "send", hoping)


async def lost_on_the_way(rig: Rig) -> str:
    line = wire.Wire(rig.stage.service_broker_url("notify"))
    try:
        await line.publish(topology.home_of("notify"), wire.message_of(b"{}", event_id="1", topic="x", headers={}), "notify:nowhere")
    except aio_pika.exceptions.PublishError:
        return ""
    finally:
        await line.drop()
    return "a message that no queue takes was taken for delivered"


def without_mandatory(patch: pytest.MonkeyPatch) -> None:
    publish = aio_pika.Exchange.publish

    async def careless(self: Any, message: Any, routing_key: str, **options: Any) -> Any:
        return await publish(self, message, routing_key, **{**options, "mandatory": False})

    patch.setattr(aio_pika.Exchange, "publish", careless)


async def lost_with_the_broker(rig: Rig) -> str:
    """A subscriber's classic queue, and a power cut."""
    broker = rig.stage.rabbitmq
    assert broker is not None, "only a broker of our own may be killed"
    name = f"classic-{uuid4()}"
    async with rig.channel() as channel:
        await channel.declare_queue(name, durable=True)
        for number in range(20):
            message = wire.message_of(b"{}", event_id=str(number), topic="x", headers={})
            await channel.default_exchange.publish(message, name)
    broker.kill()
    broker.start()
    async with rig.channel() as channel:
        queue = await channel.declare_queue(name, durable=True, passive=True)
        left = int(queue.declaration_result.message_count or 0)
        await queue.delete(if_empty=False)
    return "" if left == 20 else f"{20 - left} of 20 confirmed messages died with the broker"


def transient(patch: pytest.MonkeyPatch) -> None:
    message_of = wire.message_of

    def forgettable(*arguments: Any, **facts: Any) -> aio_pika.Message:
        message = message_of(*arguments, **facts)
        message.delivery_mode = aio_pika.DeliveryMode.NOT_PERSISTENT
        return message

    patch.setattr(wire, "message_of", forgettable)


async def doubled_intent(rig: Rig) -> str:
    notify = await rig.begin()
    teacher = notify.teacher()
    answers = await asyncio.gather(*(notify.call("POST", "/requests", teacher, key="one intent") for _ in range(6)))
    assert {answer.status_code for answer in answers} == {201}
    return "" if (count := len(await notify.told(RequestOpened))) == 1 else f"one intent took effect {count} times"


def without_idempotency(patch: pytest.MonkeyPatch) -> None:
    async def every_time(request: Any, route: str, key: str, run: edge.Run) -> Any:
        async with request.app.state.sessions.begin() as request.state.session:
            return await run(request)

    patch.setattr(edge, "once", every_time)


async def ghost(rig: Rig) -> str:
    notify = await rig.begin()
    assert (await notify.call("POST", "/requests?fail=true", notify.teacher())).status_code == 409
    return "" if await notify.told() == [] else "refused work was told"


def said_at_once(patch: pytest.MonkeyPatch) -> None:
    """An event is stored in a transaction of its own."""

    async def at_once(session: AsyncSession, event: Any, **about: Any) -> Any:
        async with AsyncSession(session.bind) as other, other.begin():
            other.info.update(session.info)
            return await emit(other, event, **about)

    patch.setattr(probe, "emit", at_once)


async def oversold(rig: Rig, *, constraint: bool = True) -> str:
    """Thirty acceptances at once for ten seats."""
    region = await Region(await rig.start("enrollment")).begin(capacity=10, approvals=[])
    if not constraint:
        async with region.service.app.state.engine.begin() as connection:
            await connection.execute(text("ALTER TABLE seats DROP CONSTRAINT seats_never_oversold"))
    applications = [await region.apply(await region.teacher()) for _ in range(30)]
    path, accept = "/applications/{}/decisions", {"decision": "accept"}
    await asyncio.gather(*(region.patiently("POST", path.format(one["id"]), region.lecturer, accept) for one in applications))
    counted, people = await region.seats(), await region.recount()
    if people["held"] > counted["capacity"] or people["held"] != counted["held"]:
        return f"{people['held']} people hold the {counted['capacity']} seats, of which {counted['held']} are counted"
    return ""


def counted_then_written(patch: pytest.MonkeyPatch) -> None:
    async def naively(session: AsyncSession, group_id: Any, change: Any) -> Seats | None:
        row = select(Seats).where(col(Seats.group_id) == group_id)
        found: Seats = (await session.execute(row, execution_options={"populate_existing": True})).scalar_one()
        if change.used > 0 and found.held + found.taken + change.used > found.capacity:
            return None
        after = {"held": found.held + change.held, "taken": found.taken + change.taken, "revision": found.revision + 1}
        await asyncio.sleep(0.01)  # what a slower machine would do by itself
        written = update(Seats).where(col(Seats.group_id) == group_id).values(**after).returning(Seats)
        stored: Seats = (await session.execute(written, execution_options={"populate_existing": True})).scalar_one()
        return stored

    patch.setattr(seats, "counted", naively)


async def older_over_newer(rig: Rig) -> str:
    register, event = await rig.start("catalog"), probe.seats()
    newer, older = event.model_copy(update={"taken": 7}), event.model_copy(update={"taken": 3})
    await register.hear(*(envelope_of(one, subject=event.group_id, revision=place) for one, place in ((newer, 3), (older, 2))))
    async with register.app.state.engine.connect() as connection:
        shown = await connection.scalar(text("SELECT taken FROM seat_count WHERE group_id = :group"), {"group": event.group_id})
    return "" if shown == 7 else "an older state is shown over a newer one"


def without_revisions(patch: pytest.MonkeyPatch) -> None:
    keep_newest = copies.keep_newest

    async def keep_last(session: AsyncSession, table: Any, key: Any, row: Any, *, by: str) -> bool:
        await session.execute(update(table).values({by: -1}).filter_by(**key))
        return await keep_newest(session, table, key, row, by=by)

    patch.setattr(catalog, "keep_newest", keep_last)


Off = Callable[[pytest.MonkeyPatch], None]
Harm = Callable[[Rig], Awaitable[str]]
PROTECTIONS: dict[str, tuple[Off, Harm]] = {
    "the inbox claim": (without_inbox, repeated_effect),
    "claim and effect in one transaction": (claimed_ahead, lost_on_failure),
    "the retry ladder": (without_retry, lost_on_failure),
    "the parking place": (without_parking, vanished_poison),
    "only the confirmed is marked sent": (marked_before_confirm, lost_by_a_full_broker),
    "mandatory publishing": (without_mandatory, lost_on_the_way),
    "the idempotency claim": (without_idempotency, doubled_intent),
    "the outbox in the command's transaction": (said_at_once, ghost),
    "the conditional seat update": (counted_then_written, oversold),
    "the guard of revisions": (without_revisions, older_over_newer),
    "persistent messages": (transient, lost_with_the_broker),
}
"""How each is switched off, and how its harm is looked for: '' when there is none."""


@pytest_asyncio.fixture
async def rig(start: Start, stage: Servers, monkeypatch: pytest.MonkeyPatch) -> Rig:
    return Rig(start, stage, monkeypatch)


@pytest.mark.parametrize("name", PROTECTIONS)
async def test_with_the_protection_no_harm_is_seen(rig: Rig, name: str) -> None:
    _, harm = PROTECTIONS[name]
    assert await harm(rig) == ""


@pytest.mark.parametrize("name", PROTECTIONS)
async def test_without_the_protection_its_harm_is_seen(rig: Rig, name: str) -> None:
    off, harm = PROTECTIONS[name]
    off(rig.patch)
    assert await harm(rig) != "", "the test that guards this protection can not fail"


@pytest.mark.parametrize("constraint", [True, False])
async def test_the_constraint_holds_where_the_update_forgets_to(rig: Rig, constraint: bool) -> None:
    """The second net under the seats, and what falls through without it."""

    async def blindly(session: AsyncSession, group_id: Any, change: Any) -> Seats | None:
        more = {"held": seats.held + change.held, "taken": seats.taken + change.taken, "revision": col(Seats.revision) + 1}
        written = update(Seats).where(col(Seats.group_id) == group_id).values(**more).returning(Seats)
        stored: Seats = (await session.execute(written, execution_options={"populate_existing": True})).scalar_one()
        return stored

    rig.patch.setattr(seats, "counted", blindly)
    assert (await oversold(rig, constraint=constraint) == "") == constraint
