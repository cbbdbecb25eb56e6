"""From a teacher's click to the figure in a report, while the bus carries a hundred events a second."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import median, quantiles
from typing import Any
from uuid import UUID, uuid4

import aio_pika
import aiohttp
import uvloop

from shared.contracts import Event
from shared.contracts.catalog import GroupAnnounced, OrganisationChanged, ProgrammePublished
from shared.contracts.enrollment import SeatsChanged
from shared.messaging.topology import EVENTS
from shared.messaging.wire import message_of
from tests.bench import sessions
from tests.bench.measure import Row
from tests.bench.stand import Stand, stand
from tests.contract.flows.wire import like
from tests.service.enrollment.story import OKTMO, day, snils
from tests.support.service import KEY, Person, envelope_of

CLICKS, RATE, GOAL_SECONDS = 40, 100, 1.0
POLL_SECONDS = 0.01


def run() -> list[Row]:
    """Median and 95th percentile in seconds; the baseline is the second that is promised."""
    waits = uvloop.run(measured())
    return [row("click to report, median", median(waits)), row("click to report, 95th percentile", quantiles(waits, n=20)[18])]


def row(bench: str, seconds: float) -> Row:
    return {"bench": bench, "ours": seconds, "baseline": GOAL_SECONDS, "ratio": GOAL_SECONDS / seconds, "unit": "s", "goal": 1.0}


async def measured() -> list[float]:
    async with stand() as here:
        enrollment = await here.service("enrollment", "services.enrollment.main")
        reports = await here.service("reports", "services.reports.main")
        upstreams = json.dumps({"enrollment": enrollment, "reports": reports})
        told = {"GATEWAY_PUBLIC_URL": sessions.ORIGIN, "GATEWAY_UPSTREAMS": upstreams, "GATEWAY_ISSUERS": "[]"}
        told |= {"GATEWAY_SIGNING_KEY": json.dumps(KEY.as_dict(private=True)), "GATEWAY_PERSON_BURST": "1000000"}
        door = await here.service("gateway", "gateway.main", told)
        async with aiohttp.ClientSession(door, cookie_jar=aiohttp.DummyCookieJar()) as http:
            offer = await announced(here, http)
            async with here.database("gateway") as database:
                operator = await sessions.opened(database, role=("operator", "region", None))
                people = [await registered(http, enrollment, offer["school"], number) for number in range(CLICKS + 1)]
                teachers = [await sessions.opened(database, person=person) for person in people]
            async with busy(here, offer):
                wanted = {"programme_id": str(offer["programme"]), "group_ids": [str(offer["group"])]}
                return [await clicked(http, one, operator, wanted, number) for number, one in enumerate(teachers, 1)][1:]


async def announced(here: Stand, http: aiohttp.ClientSession) -> dict[str, UUID]:
    """A school, and a provider's programme with a group; returns when seats can be taken."""
    ids = {name: uuid4() for name in ("school", "provider", "programme", "group")}
    named: dict[str, Any] = {"programme_id": ids["programme"], "provider_id": ids["provider"]}
    dates = {"starts": day(20), "ends": day(40), "enrolment_opens": day(-5), "enrolment_closes": day(15)}
    facts = [
        (ids["school"], like(OrganisationChanged, organisation_id=ids["school"], kind="school", oktmo=OKTMO)),
        (ids["provider"], like(OrganisationChanged, organisation_id=ids["provider"], kind="provider", oktmo=OKTMO)),
        (ids["programme"], like(ProgrammePublished, approvals=[], **named)),
        (ids["group"], like(GroupAnnounced, group_id=ids["group"], capacity_asked=1000, **named, **dates)),
    ]
    async with await aio_pika.connect(here.servers.service_broker_url("catalog")) as bus:
        exchange = await (await bus.channel()).get_exchange(EVENTS, ensure=False)
        for subject, event in facts:
            await say(exchange, event, subject, revision=1)
    while (await http.get(f"/api/v1/groups/{ids['group']}/seats")).status != 200:
        await asyncio.sleep(0.05)
    return ids


async def say(exchange: aio_pika.abc.AbstractExchange, event: Event, subject: UUID, *, revision: int) -> None:
    envelope = envelope_of(event, subject=subject, revision=revision)
    body = envelope.model_dump_json(exclude_none=True).encode()
    await exchange.publish(message_of(body, event_id=str(envelope.id), topic=event.topic, headers={}), event.topic, mandatory=True)


async def registered(http: aiohttp.ClientSession, enrollment: str, school: UUID, number: int) -> UUID:
    """A learner of the school, as the gateway registers one."""
    body = {
        "issuer": sessions.ISSUER,
        "subject": f"teacher-{number}",
        "family_name": "Иванова",
        "given_name": "Мария",
        "middle_name": "Сергеевна",
        "birth_date": "1985-04-12",
        "snils": snils(100_000_000 + number),
        "organisation_id": str(school),
        "position": "teacher",
        "subjects": ["mathematics"],
        "levels": ["basic_general"],
        "consents": [{"purpose": purpose, "text_version": 1} for purpose in ("training", "assessment", "notifications")],
    }
    gateway = Person("enrollment", grants=[{"role": "gateway"}], subject="gateway")
    async with http.post(f"{enrollment}/learners", json=body, headers=gateway.headers) as answer:
        answer.raise_for_status()
        return UUID((await answer.json())["person_id"])


@asynccontextmanager
async def busy(here: Stand, offer: dict[str, UUID]) -> AsyncIterator[None]:
    """A hundred events a second that reports has to write down."""

    async def babble() -> None:
        async with await aio_pika.connect(here.servers.service_broker_url("enrollment")) as bus:
            exchange = await (await bus.channel()).get_exchange(EVENTS, ensure=False)
            groups, loop = [uuid4() for _ in range(50)], asyncio.get_running_loop()
            began, said = loop.time(), 0
            while True:
                group = groups[said % len(groups)]
                event = like(SeatsChanged, group_id=group, programme_id=offer["programme"])
                await say(exchange, event, group, revision=1 + said // len(groups))
                said += 1
                await asyncio.sleep(began + said / RATE - loop.time())

    babbling = asyncio.create_task(babble())
    yield
    if babbling.done():
        babbling.result()
    babbling.cancel()
    await asyncio.gather(babbling, return_exceptions=True)


async def clicked(
    http: aiohttp.ClientSession, teacher: dict[str, str], operator: dict[str, str], wanted: dict[str, Any], number: int
) -> float:
    """Seconds until the report counts the application that a teacher submits."""
    began = time.perf_counter()
    async with http.post("/api/v1/applications", json=wanted, headers={**teacher, "idempotency-key": str(uuid4())}) as answer:
        if answer.status != 201:
            raise AssertionError(f"{answer.status} {await answer.text()}")
    while True:
        async with http.get("/api/v1/reports/funnel", headers=operator) as answer:
            answer.raise_for_status()
            if (await answer.json())["total"] >= number:
                return time.perf_counter() - began
        await asyncio.sleep(POLL_SECONDS)


if __name__ == "__main__":
    for line in run():
        print(line)
