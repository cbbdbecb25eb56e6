"""Seats: never oversold, never leaked, whoever asks at the same time."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.contracts.enrollment import SeatsChanged
from tests.service.enrollment.story import Region, day
from tests.support.stage import Start, eventually


async def crowd(start: Start, size: int) -> tuple[Region, list[dict[str, Any]]]:
    """Applications that wait for the provider of ten seats."""
    region = await Region(await start("enrollment")).begin(capacity=10, approvals=[])
    return region, [await region.apply(await region.teacher()) for _ in range(size)]


async def verdict(region: Region, application: dict[str, Any], decision: str) -> tuple[int, str]:
    body = {"decision": decision} | ({"reason": "no_seats"} if decision == "reject" else {})
    answer = await region.patiently("POST", f"/applications/{application['id']}/decisions", region.lecturer, body)
    return answer.status_code, answer.json().get("type", answer.json().get("status"))


DECISIONS = ("accept", "waitlist", "offer", "reject")


async def decide(region: Region, application: dict[str, Any], decision: str) -> None:
    status, _ = await verdict(region, application, decision)
    assert status in (200, 403, 409)


async def capacity(region: Region, seats: int) -> None:
    answer = await region.patiently("PUT", f"/groups/{region.group}/capacity", region.lecturer, {"capacity": seats})
    assert answer.status_code in (200, 409)


async def withdraw(region: Region, application: dict[str, Any]) -> None:
    person = region.service.teacher(UUID(application["learner"]["person_id"]))
    answer = await region.patiently("POST", f"/applications/{application['id']}/withdrawal", person)
    assert answer.status_code in (200, 404, 409)


async def order(region: Region, application: dict[str, Any]) -> None:
    ordered = {"kind": "enrolment", "number": f"{uuid4()}"[:20], "dated": str(day(0)), "group_id": str(region.group)}
    answer = await region.patiently("POST", "/orders", region.lecturer, ordered | {"application_ids": [application["id"]]})
    assert answer.status_code in (201, 403, 409)


async def test_sixty_acceptances_at_once_fill_ten_seats(start: Start) -> None:
    region, applications = await crowd(start, 60)
    answers = await asyncio.gather(*(verdict(region, one, "accept") for one in applications))
    assert sorted(answers) == [(200, "accepted")] * 10 + [(409, "group_full")] * 50
    assert await region.seats() == {"capacity": 10, "held": 10, "taken": 0, "waiting": 0}
    assert await region.recount() == {"held": 10, "taken": 0, "waiting": 0}
    told = [one.dporevision for one in await region.service.told(SeatsChanged)]
    assert told == list(range(1, 12))  # one for the announcement, one for every seat


ANY_OTHER = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1
"""


@asynccontextmanager
async def connections_die(region: Region) -> AsyncIterator[list[bool]]:
    """Ten times a second some connection of the service to its database is ended; what was seen of the seats meanwhile."""
    seen: list[bool] = []
    url = region.service.app.state.settings.database_url.unicode_string().replace("+asyncpg", "")
    database = await asyncpg.connect(url)

    async def strike() -> None:
        while True:
            await database.fetchval(ANY_OTHER)
            seen.append(await database.fetchval("SELECT bool_and(held + taken <= capacity) FROM seats"))
            await asyncio.sleep(0.1)  # the pace of the deaths, not a wait for something

    striking = asyncio.create_task(strike())
    try:
        yield seen
    finally:
        striking.cancel()
        await asyncio.gather(striking, return_exceptions=True)
        await database.close()


async def test_a_storm_of_everything_while_connections_die_leaves_the_counters_true(start: Start) -> None:
    """G5: 500 commands over 20 connections."""
    region, applications = await crowd(start, 40)
    chance = random.Random(20261110)

    work = [decide(region, chance.choice(applications), chance.choice(["accept", *DECISIONS])) for _ in range(360)]
    work += [withdraw(region, chance.choice(applications)) for _ in range(50)]
    work += [capacity(region, chance.randrange(4, 16)) for _ in range(50)]
    work += [order(region, chance.choice(applications)) for _ in range(40)]
    chance.shuffle(work)
    gate = asyncio.Semaphore(20)

    async def through(one: Any) -> None:
        async with gate:
            await one

    async with connections_die(region) as seen:
        await asyncio.gather(*(through(one) for one in work))
    assert len(seen) > 5
    assert all(seen)

    async def calm() -> bool:
        [left] = await region.rows("SELECT count(*) FROM due WHERE kind = 'seats_free'")
        return bool(left[0] == 0)

    await eventually(calm)
    seats = await region.seats()
    assert await region.recount() == {name: seats[name] for name in ("held", "taken", "waiting")}
    assert seats["held"] + seats["taken"] <= seats["capacity"]
    assert seats["held"] + seats["taken"] + seats["waiting"] > 0
    last = (await region.service.told(SeatsChanged))[-1].data
    [newest] = await region.rows("SELECT revision FROM seats WHERE group_id = :id", id=region.group)
    told = {one.dporevision: one.data for one in await region.service.told(SeatsChanged)}
    assert sorted(told) == list(range(1, newest.revision + 1))
    assert {name: told[newest.revision][name] for name in ("held", "taken", "waiting")} == await region.recount()
    assert last["capacity"] > 0


STEP = st.one_of(
    st.tuples(st.sampled_from(DECISIONS), st.integers(0, 3)),
    st.tuples(st.sampled_from(["withdraw", "order"]), st.integers(0, 3)),
    st.tuples(st.just("capacity"), st.integers(1, 3)),
)


async def test_after_any_step_of_any_story_the_counters_are_those_of_the_applications(start: Start) -> None:
    """G5: stories that Hypothesis makes up, the shortest that breaks it is told."""
    region = await Region(await start("enrollment")).begin(capacity=1, approvals=[])
    loop = asyncio.get_running_loop()

    async def told(steps: list[tuple[str, int]]) -> None:
        applications = [await region.apply(await region.teacher()) for _ in range(4)]
        await capacity(region, 1)
        for what, which in steps:
            match what:
                case "capacity":
                    await capacity(region, which)
                case "withdraw":
                    await withdraw(region, applications[which])
                case "order":
                    await order(region, applications[which])
                case decision:
                    await decide(region, applications[which], decision)
            seats = await region.seats()
            assert await region.recount() == {name: seats[name] for name in ("held", "taken", "waiting")}, steps
            assert seats["held"] + seats["taken"] <= seats["capacity"], steps
        for application in applications:
            await withdraw(region, application)

    @settings(max_examples=20, deadline=None, derandomize=True, database=None)
    @given(st.lists(STEP, min_size=10, max_size=24))
    def stories(steps: list[tuple[str, int]]) -> None:
        asyncio.run_coroutine_threadsafe(told(steps), loop).result()

    await asyncio.to_thread(stories)


async def test_the_database_itself_refuses_an_oversold_group(region: Region) -> None:
    async with region.service.app.state.engine.begin() as connection:
        with pytest.raises(IntegrityError, match="seats_never_oversold"):
            await connection.execute(text("UPDATE seats SET held = capacity + 1"))


async def test_every_exit_gives_the_seat_back(region: Region) -> None:
    teacher = await region.teacher()
    application = await region.accepted(teacher)
    assert (await region.seats())["held"] == 1
    await region.post(f"/applications/{application['id']}/withdrawal", teacher, {"reason": "plans_changed"}, expect=200)
    assert await region.seats() == {"capacity": 10, "held": 0, "taken": 0, "waiting": 0}

    other = await region.accepted()
    await region.decide(other, region.lecturer, "reject", reason="no_documents")
    assert (await region.seats())["held"] == 0

    third = await region.accepted()
    await region.order("enrolment", third)
    await region.order("expulsion", third, reason="own_request")
    assert await region.seats() == {"capacity": 10, "held": 0, "taken": 0, "waiting": 0}


async def test_a_provider_sets_the_capacity_but_not_below_the_seats_in_use(region: Region) -> None:
    await region.accepted()

    async def choose(seats: int) -> Any:
        path = f"/groups/{region.group}/capacity"
        return (await region.service.call("PUT", path, region.lecturer, json={"capacity": seats})).json()

    assert (await choose(0))["type"] == "capacity_below_seats"
    assert (await choose(1))["free"] == 0
    await region.hear_group(region.group, revision=2, capacity=30)
    assert (await region.seats())["capacity"] == 1  # what was chosen here stands against the announcement


async def test_an_announcement_changes_the_capacity_until_one_is_chosen(region: Region) -> None:
    await region.accepted()
    await region.accepted()
    await region.hear_group(region.group, revision=3, capacity=30)
    assert (await region.seats())["capacity"] == 30
    await region.hear_group(region.group, revision=4, capacity=1)
    assert (await region.seats())["capacity"] == 2
    await region.hear_group(region.group, revision=2, capacity=50)
    assert (await region.seats())["capacity"] == 2
