"""A rebuild from the archive equals the live tables (G7), brings nobody back, loses nothing told meanwhile, and is all or nothing."""

import asyncio
import os
import random
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import aio_pika
import pytest_asyncio
from sqlalchemy import func, select, text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.reports.commands import gate
from services.reports.subscribers import HEARS
from shared import migrations
from shared.contracts import Envelope
from shared.contracts.assessment import AssessmentCompleted
from shared.contracts.enrollment import ConsentWithdrawn, LearnerChanged, TrainingCompleted
from shared.contracts.erasure import ReportsPersonErased
from shared.messaging import topology
from shared.messaging.tables import inbox
from shared.messaging.wire import message_of
from tests.service.reports.conftest import Reports
from tests.service.reports.streams import Story, golden_story, said
from tests.support.servers import Servers
from tests.support.stage import Start, eventually

ROOT = Path(__file__).parents[3]
COMMAND = (sys.executable, "-m", "services.reports.rebuild")


@dataclass
class Bus:
    """A virtual host of its own, so that its archive holds only what this test tells."""

    url: str
    vhost: str

    async def tell(self, envelopes: Iterable[Envelope], *, pause: float = 0) -> None:
        connection = await aio_pika.connect(self.url)
        async with connection:
            channel = await connection.channel(on_return_raises=True)
            exchange = await channel.get_exchange(topology.EVENTS)
            for one in envelopes:
                message = message_of(one.model_dump_json().encode(), event_id=str(one.id), topic=one.type, headers={})
                await exchange.publish(message, one.type, mandatory=True)
                await asyncio.sleep(pause)


@pytest_asyncio.fixture
async def bus(stage: Servers) -> Bus:
    vhost = await asyncio.to_thread(stage.create_vhost, f"archive{uuid4().hex[:6]}")
    made = Bus(stage.broker.url(vhost), vhost)
    connection = await aio_pika.connect(made.url)
    async with connection:
        everything = topology.topology_of({"reports": HEARS}, retry_seconds=(1, 2, 4))
        await topology.declare(await connection.channel(), everything)
    return made


@pytest_asyncio.fixture
async def live(start: Start, stage: Servers, bus: Bus) -> Reports:
    """reports on the bus with its live consumer."""
    return Reports(await start("reports", REPORTS_BROKER_URL=stage.service_broker_url("reports", bus.vhost)))


async def heard(live: Reports) -> int:
    async with live.service.app.state.engine.connect() as connection:
        return int(await connection.scalar(select(func.count()).select_from(inbox)) or 0)


async def rebuild(live: Reports) -> dict[str, Any]:
    """Ask for a rebuild and wait for its end."""
    begun = await live.service.call("POST", "/reports/rebuild", live.operator)
    assert begun.status_code == 202, begun.text
    return await ended(live, begun.json()["rebuild_id"])


async def ended(live: Reports, rebuild_id: str) -> dict[str, Any]:
    async def over() -> dict[str, Any] | None:
        told = (await live.service.call("GET", "/reports/rebuild", live.operator)).json()
        return told if told["rebuild_id"] == rebuild_id and told["state"] != "reading" else None

    told: dict[str, Any] = await eventually(over, within=60)
    return told


async def test_a_rebuild_equals_the_live_tables_twice(live: Reports, bus: Bus, stage: Servers) -> None:
    told = [*golden_story(), *Story(random.Random(1)).told(), *Story(random.Random(2)).told()]
    await bus.tell(random.Random(3).sample(told, len(told)))
    await bus.tell(told[:40])
    await eventually(lambda: heard(live), equals=len(told), within=60)
    before, answers = await live.checksum(), len(await live.service.told(ReportsPersonErased))
    assert answers > 0
    for _ in range(2):
        done = await rebuild(live)
        assert (done["state"], done["events"] >= len(told) + 40, done["skipped"], done["problem"]) == ("done", True, 0, None)
        assert await live.checksum() == before
    assert len(await live.service.told(ReportsPersonErased)) == answers, "a rebuild answers nobody"
    await migrations.check("reports", str(live.service.app.state.engine.url.render_as_string(hide_password=False)))


async def test_a_rebuild_does_not_bring_an_erased_person_back(live: Reports, bus: Bus) -> None:
    person = uuid4()
    facts = [
        said(LearnerChanged, person_id=person),
        said(AssessmentCompleted, attempt_id=uuid4(), person_id=person),
        said(TrainingCompleted, application_id=uuid4(), person_id=person),
        said(ConsentWithdrawn, request_id=uuid4(), person_id=person, erase=True),
    ]
    await bus.tell(facts)
    await eventually(lambda: heard(live), equals=4)
    before = await live.checksum()
    assert (await rebuild(live))["state"] == "done"
    assert await live.checksum() == before
    assert await live.mentions(person) == {"identity", "erasure"}


async def test_what_is_told_while_a_rebuild_runs_is_not_lost(live: Reports, bus: Bus) -> None:
    early = Story(random.Random(4)).told()
    late = [said(AssessmentCompleted, attempt_id=uuid4(), person_id=uuid4()) for _ in range(200)]
    await bus.tell(early)
    await eventually(lambda: heard(live), equals=len(early), within=60)
    telling = asyncio.create_task(bus.tell(late, pause=0.01))
    while not telling.done():
        assert (await rebuild(live))["state"] == "done"
    await telling
    await eventually(lambda: heard(live), equals=len(early) + len(late), within=60)
    before = await live.checksum()
    assert (await rebuild(live))["state"] == "done"
    assert await live.checksum() == before, "the whole archive holds nothing that the live tables lack"
    assert int(before["measurement"].partition(":")[0]) >= 3 * len(late)


async def test_a_fact_that_the_archive_lacks_stops_the_swap(live: Reports, bus: Bus) -> None:
    await bus.tell(golden_story())
    await eventually(lambda: heard(live), equals=len(golden_story()))
    await live.service.hear(said(AssessmentCompleted, attempt_id=uuid4(), person_id=uuid4()))  # not by the bus
    before = await live.checksum()
    done = await rebuild(live)
    assert (done["state"], done["problem"]) == ("failed", "archive_behind")
    assert await live.checksum() == before


async def test_an_archive_that_lost_its_beginning_rebuilds_nothing(live: Reports, bus: Bus) -> None:
    connection = await aio_pika.connect(bus.url)
    async with connection:
        channel = await connection.channel()
        await channel.queue_delete(topology.ARCHIVE)
        sizes: dict[str, Any] = {"x-queue-type": "stream", "x-max-length-bytes": 100_000, "x-stream-max-segment-size-bytes": 50_000}
        archive = await channel.declare_queue(topology.ARCHIVE, durable=True, arguments=sizes)
        await archive.bind(await channel.get_exchange(topology.EVENTS), "#")
    story = golden_story()
    for _ in range(12):
        await bus.tell(story)
    await eventually(lambda: heard(live), equals=len(story))
    before = await live.checksum()
    done = await rebuild(live)
    assert (done["state"], done["problem"]) == ("failed", "archive_incomplete")
    assert await live.checksum() == before


async def test_broken_messages_in_the_archive_are_skipped(live: Reports, bus: Bus) -> None:
    connection = await aio_pika.connect(bus.url)
    async with connection:
        exchange = await (await connection.channel()).get_exchange(topology.EVENTS)
        for body in (b"\x00", b'{"type": "x"}'):
            await exchange.publish(message_of(body, event_id="broken", topic="enrollment.seats_changed.v1", headers={}), "x.y.v1")
    too_long = said(TrainingCompleted, application_id=uuid4(), hours=2**70)
    await bus.tell([too_long, *golden_story()])
    await eventually(lambda: heard(live), equals=len(golden_story()))
    before = await live.checksum()
    done = await rebuild(live)
    assert (done["state"], done["skipped"], done["problem"]) == ("done", 3, None)
    assert await live.checksum() == before


@asynccontextmanager
async def shared_gate(live: Reports) -> AsyncIterator[None]:
    """Somebody reads the figures for a long time, so that no tables can be swapped."""
    async with AsyncSession(live.service.app.state.engine) as session, session.begin():
        await gate.enter(session)
        yield


async def waits_at_the_gate(live: Reports) -> bool:
    async with live.service.app.state.engine.connect() as connection:
        waiting = text(f"SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = {gate.GATE} AND NOT granted)")
        return bool(await connection.scalar(waiting))


async def test_a_rebuild_killed_before_its_last_step_leaves_everything_as_it_was(live: Reports, bus: Bus, stage: Servers) -> None:
    told = Story(random.Random(5)).told()
    await bus.tell(told)
    await eventually(lambda: heard(live), equals=len(told), within=60)
    before = await live.checksum()
    url = live.service.app.state.engine.url.render_as_string(hide_password=False)
    places = {"REPORTS_DATABASE_URL": url, "REPORTS_BROKER_URL": stage.service_broker_url("reports", bus.vhost)}
    async with shared_gate(live):
        process = await asyncio.create_subprocess_exec(*COMMAND, cwd=ROOT, env={**os.environ, **places})
        try:
            await eventually(lambda: waits_at_the_gate(live), within=60)
            assert (await live.service.call("POST", "/reports/rebuild", live.operator)).json()["type"] == "rebuild_runs"
        finally:
            process.kill()
            await process.wait()
    shown = await ended(live, (await live.service.call("GET", "/reports/rebuild", live.operator)).json()["rebuild_id"])
    assert (shown["state"], shown["problem"], shown["events"] >= len(told)) == ("failed", "interrupted", True)
    assert await live.checksum() == before
    assert (await rebuild(live))["state"] == "done"
    assert await live.checksum() == before


async def test_the_launchers_command_rebuilds(live: Reports, bus: Bus, stage: Servers) -> None:
    await bus.tell(golden_story())
    await eventually(lambda: heard(live), equals=len(golden_story()))
    before = await live.checksum()
    url = live.service.app.state.engine.url.render_as_string(hide_password=False)
    places = {"REPORTS_DATABASE_URL": url, "REPORTS_BROKER_URL": stage.service_broker_url("reports", bus.vhost)}
    done = await asyncio.to_thread(subprocess.run, COMMAND, cwd=ROOT, env={**os.environ, **places}, capture_output=True, text=True)
    assert (done.returncode, "Отчёты пересобраны" in done.stdout) == (0, True), done.stderr
    assert await live.checksum() == before


async def test_only_the_operator_rebuilds(reports: Reports) -> None:
    for role in ("auditor", "ministry", "municipal_specialist"):
        answer = await reports.service.call("POST", "/reports/rebuild", reports.service.staff(role, "75742000"))
        assert answer.status_code == 403
    assert (await reports.service.call("GET", "/reports/rebuild", reports.operator)).status_code == 404
