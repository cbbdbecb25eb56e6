"""What protects what is asked for, how it is switched off, and the harm that is seen then: '' when there is none."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.enrollment.commands import moves, seats
from services.enrollment.rules.seats import shift
from services.enrollment.tables.applications import Seats
from shared import edge
from shared.contracts.notify import RequestOpened
from tests.chaos.protections.rig import Rig
from tests.service.enrollment.story import Region


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


async def leaked(rig: Rig) -> str:
    """Somebody who holds a seat goes."""
    region = await Region(await rig.start("enrollment")).begin(approvals=[])
    teacher = await region.teacher()
    application = await region.accepted(teacher)
    await region.post(f"/applications/{application['id']}/withdrawal", teacher, expect=200)
    counted, people = await region.seats(), await region.recount()
    return "" if people["held"] == counted["held"] else f"{counted['held']} seats are held by {people['held']} people"


def without_release(patch: pytest.MonkeyPatch) -> None:
    def staying(*, before: Any, after: Any) -> Any:
        return shift(before=(None, None), after=after)

    patch.setattr(moves, "shift", staying)


async def store(session: AsyncSession, group_id: Any, counts: dict[str, Any]) -> Seats:
    written = update(Seats).where(col(Seats.group_id) == group_id).values(**counts).returning(Seats)
    stored: Seats = (await session.execute(written, execution_options={"populate_existing": True})).scalar_one()
    return stored


def counted_then_written(patch: pytest.MonkeyPatch) -> None:
    async def naively(session: AsyncSession, group_id: Any, change: Any) -> Seats | None:
        row = select(Seats).where(col(Seats.group_id) == group_id)
        found: Seats = (await session.execute(row, execution_options={"populate_existing": True})).scalar_one()
        if change.used > 0 and found.held + found.taken + change.used > found.capacity:
            return None
        after = {"held": found.held + change.held, "taken": found.taken + change.taken, "revision": found.revision + 1}
        await asyncio.sleep(0.01)  # opens the gap between reading and writing, in which others read the same
        return await store(session, group_id, after)

    patch.setattr(seats, "counted", naively)


def counted_blindly(patch: pytest.MonkeyPatch) -> None:
    async def blindly(session: AsyncSession, group_id: Any, change: Any) -> Seats | None:
        more = {"held": seats.held + change.held, "taken": seats.taken + change.taken, "revision": col(Seats.revision) + 1}
        return await store(session, group_id, more)

    patch.setattr(seats, "counted", blindly)
