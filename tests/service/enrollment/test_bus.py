"""Through the real broker: what others say is heard, what happens here is told."""

from typing import Any

import aio_pika

from shared.contracts import Envelope, Event
from shared.contracts.catalog import GroupAnnounced, OrganisationChanged, ProgrammePublished
from shared.messaging.topology import EVENTS
from shared.messaging.wire import message_of
from tests.contract.flows.wire import like
from tests.service.enrollment.story import OKTMO, Region, day
from tests.support.servers import Servers
from tests.support.service import Running, envelope_of
from tests.support.stage import eventually


async def test_an_application_lives_on_what_the_catalogue_said_over_the_bus(shared_service: Running, stage: Servers) -> None:
    region = Region(shared_service)  # alone at its queues: a second process would take turns at hearing
    connection = await aio_pika.connect(stage.broker_url)
    async with connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange(EVENTS, ensure=False)
        ears = await channel.declare_queue(exclusive=True)
        await ears.bind(exchange, "enrollment.status_changed.v1")

        async def say(event: Event, subject: Any) -> None:
            envelope = envelope_of(event, subject=subject)
            body = envelope.model_dump_json(exclude_none=True).encode()
            for _ in range(2):  # at least once
                await exchange.publish(message_of(body, event_id=str(envelope.id), topic=event.topic, headers={}), event.topic)

        group = {"group_id": region.group, "programme_id": region.programme, "provider_id": region.provider, "capacity_asked": 3}
        dates = {"starts": day(20), "ends": day(40), "enrolment_opens": day(-5), "enrolment_closes": day(15)}
        await say(like(GroupAnnounced, **group, **dates), region.group)
        programme = like(ProgrammePublished, programme_id=region.programme, provider_id=region.provider, approvals=["school"])
        await say(programme, region.programme)
        await say(like(OrganisationChanged, organisation_id=region.school, oktmo=OKTMO), region.school)

        async def heard() -> bool:
            answers = [
                await region.service.call("GET", f"/groups/{region.group}/seats", region.service.guest()),
                await region.service.call("GET", f"/groups/{region.group}/roster", region.lecturer),
            ]
            wanted = {"programme": region.programme, "school": region.school}
            both = "SELECT id FROM programme WHERE id = :programme UNION ALL SELECT id FROM organisation WHERE id = :school"
            return all(answer.status_code == 200 for answer in answers) and len(await region.rows(both, **wanted)) == 2

        await eventually(heard)
        application = await region.accepted()

        told: list[Envelope] = []

        async def all_told() -> list[str]:
            while message := await ears.get(fail=False, no_ack=True):
                told.append(Envelope.read(message.body))
            return [one.data["to_status"] for one in told if str(one.subject) == application["id"]]

        await eventually(all_told, equals=["school_review", "provider_review", "accepted"])
        assert await region.seats() == {"capacity": 3, "held": 1, "taken": 0, "waiting": 0}
