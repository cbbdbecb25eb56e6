"""What protects what is sent, how it is switched off, and the harm that is seen then: '' when there is none."""

from contextlib import suppress
from typing import Any
from uuid import uuid4

import aio_pika
import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from deploy.servers import RabbitMQ
from deploy.suite import VHOST
from shared.contracts.notify import RequestOpened
from shared.messaging import relay, topology, wire
from shared.messaging.outbox import emit
from tests.chaos.protections.rig import Rig
from tests.service.shared import probe
from tests.support.servers import server_folder
from tests.support.stage import eventually


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
    """A subscriber's classic queue on a broker that may be killed, and a power cut."""
    with server_folder() as folder:
        broker = RabbitMQ(folder / "rabbitmq", password=uuid4().hex, definitions={"vhosts": [{"name": VHOST}]})
        try:
            broker.start()
            async with await aio_pika.connect(broker.url(VHOST)) as connection:
                channel = await connection.channel(publisher_confirms=True)
                await channel.declare_queue("classic", durable=True)
                for number in range(20):
                    message = wire.message_of(b"{}", event_id=str(number), topic="x", headers={})
                    await channel.default_exchange.publish(message, "classic")
            broker.kill()
            broker.start()
            async with await aio_pika.connect(broker.url(VHOST)) as connection:
                queue = await (await connection.channel()).declare_queue("classic", durable=True, passive=True)
                left = int(queue.declaration_result.message_count or 0)
        finally:
            broker.kill()
    return "" if left == 20 else f"{20 - left} of 20 confirmed messages died with the broker"


def transient(patch: pytest.MonkeyPatch) -> None:
    message_of = wire.message_of

    def forgettable(*arguments: Any, **facts: Any) -> aio_pika.Message:
        message = message_of(*arguments, **facts)
        message.delivery_mode = aio_pika.DeliveryMode.NOT_PERSISTENT
        return message

    patch.setattr(wire, "message_of", forgettable)


async def ghost(rig: Rig) -> str:
    notify = await rig.begin()
    assert (await notify.call("POST", "/requests?fail=true", notify.teacher())).status_code == 409
    return "" if await notify.told() == [] else "refused work was told"


def said_at_once(patch: pytest.MonkeyPatch) -> None:
    """An event is stored in a transaction of its own."""

    async def at_once(session: AsyncSession, event: Any, **about: Any) -> Any:
        own = {name: session.info[name] for name in ("service", "clock")}
        async with AsyncSession(session.bind, sync_session_class=type(session.sync_session), info=own) as other, other.begin():
            return await emit(other, event, **about)

    patch.setattr(probe, "emit", at_once)
