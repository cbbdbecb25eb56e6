"""What `shared` promises about events: told once committed, heard once in effect, retried, parked, never lost."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import aio_pika
import pytest
import pytest_asyncio
from aiormq.exceptions import ChannelAccessRefused
from sqlalchemy import func, select

from shared.contracts import Envelope
from shared.messaging import consumer, topology
from shared.messaging.tables import outbox
from shared.messaging.wire import message_of
from shared.service import service
from tests.service.shared import probe
from tests.support.servers import Servers
from tests.support.service import Running, envelope_of
from tests.support.stage import Start, eventually


@pytest_asyncio.fixture
async def notify(start: Start, stage: Servers) -> AsyncIterator[Running]:
    connection = await aio_pika.connect(stage.broker_url)
    async with connection:
        await topology.declare(await connection.channel(), topology.topology_of({"notify": probe.HEARS}, retry_seconds=(1, 2, 4)))
    app = service("notify", probe.Settings, routes=[probe.router], hears=probe.HEARS)
    running = await start("notify", app)
    async with running.app.state.engine.begin() as connection_:
        await connection_.run_sync(probe.metadata.create_all)
    probe.failures.clear()
    yield running


async def say(stage: Servers, envelope: Envelope, times: int = 1) -> None:
    connection = await aio_pika.connect(stage.broker_url)
    async with connection:
        channel = await connection.channel(on_return_raises=True)
        exchange = await channel.get_exchange(topology.EVENTS)
        for _ in range(times):
            message = message_of(envelope.model_dump_json().encode(), event_id=str(envelope.id), topic=envelope.type, headers={})
            await exchange.publish(message, envelope.type, mandatory=True)


async def heard(notify: Running) -> int:
    async with notify.app.state.engine.connect() as connection:
        return int(await connection.scalar(select(func.count()).select_from(probe.heard)) or 0)


async def parked(notify: Running) -> list[dict[str, object]]:
    operator = notify.staff("operator")
    answer = await notify.call("GET", "/operations/parked", operator)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json()
    return found


async def test_an_event_told_in_a_command_reaches_the_broker_and_is_marked_sent(notify: Running, stage: Servers) -> None:
    answer = await notify.call("POST", "/requests", notify.teacher())
    assert answer.status_code == 201

    async def unsent() -> int:
        async with notify.app.state.engine.connect() as connection:
            return int(await connection.scalar(select(func.count()).select_from(outbox).where(outbox.c.sent_at.is_(None))) or 0)

    await eventually(unsent, equals=0)
    assert len(await notify.told()) == 1


async def test_refused_work_tells_nothing(notify: Running) -> None:
    answer = await notify.call("POST", "/requests?fail=true", notify.teacher())
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert await notify.told() == []


async def test_the_same_intent_twice_is_one_effect_and_one_answer(notify: Running) -> None:
    teacher = notify.teacher()
    first = await notify.call("POST", "/requests", teacher, key="k1")
    again = await notify.call("POST", "/requests", teacher, key="k1")
    other = await notify.call("POST", "/requests?fail=false", teacher, key="k1")
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert other.status_code == 409
    assert len(await notify.told()) == 1


async def test_a_second_delivery_changes_nothing(notify: Running, stage: Servers) -> None:
    envelope = envelope_of(probe.seats(), subject=uuid4())
    await say(stage, envelope, times=3)
    await say(stage, last := envelope_of(probe.seats(), subject=uuid4()))
    await eventually(lambda: heard(notify), equals=2)
    assert last.id != envelope.id


async def test_a_passing_failure_is_retried_later_and_then_heard_once(notify: Running, stage: Servers) -> None:
    probe.failures.append(RuntimeError("a bug that heals"))
    await say(stage, envelope_of(probe.seats(), subject=uuid4()))
    await eventually(lambda: heard(notify), equals=1)
    assert await parked(notify) == []


async def test_a_handler_that_never_ends_is_given_up_and_its_event_heard_later(
    notify: Running, stage: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a few of them would leave a service deaf that looks well."""
    monkeypatch.setattr(consumer, "HANDLE_SECONDS", 0.5)
    handlers = notify.app.state.settings.handlers
    probe.failures.extend(probe.Stuck() for _ in range(handlers))
    for _ in range(handlers + 1):
        await say(stage, envelope_of(probe.seats(), subject=uuid4()))
    await eventually(lambda: heard(notify), equals=handlers + 1)
    assert await parked(notify) == []


@pytest.mark.parametrize("body", [b"\x00 not json", b'{"specversion":"1.0"}', b'{"type": "unknown.thing.v1"}'])
async def test_a_broken_message_is_parked_at_once_and_blocks_nobody(notify: Running, stage: Servers, body: bytes) -> None:
    topic = "enrollment.seats_changed.v1"
    connection = await aio_pika.connect(stage.broker_url)
    async with connection:
        exchange = await (await connection.channel()).get_exchange(topology.EVENTS)
        await exchange.publish(message_of(body, event_id="broken", topic=topic, headers={}), topic)
    await say(stage, envelope_of(probe.seats(), subject=uuid4()))
    await eventually(lambda: heard(notify), equals=1)
    found = await eventually(lambda: parked(notify))
    assert (found[0]["origin"], found[0]["reason"]) == (topology.queue_of("notify", topic), "Permanent")


ODD: list[dict[str, Any]] = [
    {"x-attempt": "abc"},
    {"x-attempt": -5},
    {"x-attempt": 2**63 - 1},
    {"x-attempt": [1], "traceparent": "odd", "x-death": "odd", "x-parked-at": "odd"},
]


@pytest.mark.parametrize("odd", ODD)
async def test_odd_headers_hold_up_no_queue(notify: Running, stage: Servers, odd: dict[str, Any]) -> None:
    """More of them than the prefetch lets in: sound ones are heard, one that fails is tried again, a broken one is parked."""
    topic, many = "enrollment.seats_changed.v1", notify.app.state.settings.prefetch + 5
    probe.failures.append(RuntimeError("a bug that heals"))
    async with await aio_pika.connect(stage.broker_url) as connection:
        exchange = await (await connection.channel()).get_exchange(topology.EVENTS)
        for _ in range(many):
            sound = envelope_of(probe.seats(), subject=uuid4())
            await exchange.publish(message_of(sound.model_dump_json().encode(), event_id="odd", topic=topic, headers=odd), topic)
        await exchange.publish(message_of(b"not json", event_id="broken", topic=topic, headers=odd), topic)
    await eventually(lambda: heard(notify), equals=many)
    [broken] = await eventually(lambda: parked(notify))
    assert (broken["message_id"], broken["attempt"], broken["trace_id"]) == ("broken", 0, "")


async def test_a_message_that_always_fails_climbs_the_ladder_is_parked_and_can_be_replayed(notify: Running, stage: Servers) -> None:
    probe.failures.extend(RuntimeError("still broken") for _ in range(4))
    await say(stage, envelope_of(probe.seats(), subject=uuid4()))
    found = await eventually(lambda: parked(notify), within=20)
    assert (found[0]["attempt"], found[0]["reason"]) == (3, "RuntimeError")
    operator = notify.staff("operator")
    answer = await notify.call("POST", f"/operations/parked/{found[0]['message_id']}/replay", operator)
    assert answer.json() == {"replayed": 1}
    await eventually(lambda: heard(notify), equals=1)
    assert await parked(notify) == []


async def test_a_parked_message_whose_queue_is_gone_stays_and_holds_up_nobody(notify: Running, stage: Servers) -> None:
    """Whatever happens to one message, the others go home, and none is held where nobody sees it."""
    probe.failures.extend(RuntimeError("still broken") for _ in range(4))
    connection = await aio_pika.connect(stage.broker_url)
    async with connection:
        exchange = await (await connection.channel()).get_exchange(topology.parked_of("notify"))
        message = message_of(b"{}", event_id="homeless", topic="x", headers={"x-origin": "notify:gone", "x-reason": "Permanent"})
        await exchange.publish(message, "")
    await say(stage, envelope_of(probe.seats(), subject=uuid4()))
    await eventually(lambda: parked_ids(notify, 2), within=20)
    operator = notify.staff("operator")
    assert (await notify.call("POST", "/operations/parked/replay", operator)).json() == {"replayed": 1}
    await eventually(lambda: heard(notify), equals=1)
    assert [one["message_id"] for one in await parked(notify)] == ["homeless"]
    refused = await notify.call("POST", "/operations/parked/homeless/replay", operator)
    assert (refused.status_code, refused.json()["type"]) == (409, "not_taken_back")
    assert (await notify.call("DELETE", "/operations/parked/homeless", operator)).json() == {"dropped": 1}
    assert await parked(notify) == []


async def parked_ids(notify: Running, count: int) -> list[object]:
    """The ids of the parked messages, once there are so many."""
    found = [one["message_id"] for one in await parked(notify)]
    return found if len(found) == count else []


async def test_a_service_cannot_say_anothers_topic(notify: Running, stage: Servers) -> None:
    connection = await aio_pika.connect(stage.service_broker_url("notify"))
    async with connection:
        channel = await connection.channel(on_return_raises=True)
        exchange = await channel.get_exchange(topology.EVENTS, ensure=False)
        with pytest.raises(ChannelAccessRefused):
            await exchange.publish(message_of(b"{}", event_id="forged", topic="x", headers={}), "enrollment.seats_changed.v1")
