"""What asking the driver directly must not break: whatever interrupts it, what is committed afterwards is there."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select

from shared import database
from shared.clock import real_time
from shared.database import driven, engine_of, named
from shared.messaging.outbox import sessions_of
from shared.messaging.tables import inbox
from tests.support.servers import Servers

CLAIM = insert(inbox).values(named(inbox, "handler", "event_id")).returning(inbox.c.event_id)
LAST = 60
"""Steps of the event loop after which a claim has surely been committed."""


async def test_whoever_is_cancelled_leaves_no_connection_in_which_commits_do_not_count(stage: Servers) -> None:
    """aiormq cancels its consumers' tasks when a connection is lost; a transaction half begun must not outlive that in the pool."""
    url = await stage.database("notify")
    engine, others = engine_of(url, pool_size=1, name="cancelled"), engine_of(url, pool_size=1, name="others")
    sessions = sessions_of(engine, service="notify", clock=real_time, wake=asyncio.Event())

    async def claim(handler: str) -> None:
        async with sessions.begin() as session:
            await driven(session, CLAIM, {"handler": handler, "event_id": uuid4()})

    await claim("warm")
    for steps in range(LAST):
        interrupted = asyncio.create_task(claim("interrupted"))
        for _ in range(steps):
            await asyncio.sleep(0)  # one step of the loop, wherever that leads
        interrupted.cancel()
        await asyncio.gather(interrupted, return_exceptions=True)
        await claim(f"after {steps}")
        async with others.begin() as tx:
            there = await tx.scalar(select(func.count()).select_from(inbox).where(inbox.c.handler == f"after {steps}"))
        assert there == 1, f"lost after a cancellation at step {steps}"
    await engine.dispose()
    await others.dispose()


async def test_connections_that_are_not_needed_rest_and_one_that_the_server_ended_serves_nobody(
    stage: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An idle suite does not hold the memory of its busiest minute."""
    monkeypatch.setattr(database, "IDLE_MILLISECONDS", 300)
    engine = engine_of(await stage.database("notify"), pool_size=3, name="resting")

    async def backend() -> int:
        async with engine.connect() as connection:
            return int(await connection.scalar(select(func.pg_backend_pid())) or 0)

    async def asked_together() -> set[int]:
        async with engine.connect() as one, engine.connect() as other:
            return {int(await each.scalar(select(func.pg_backend_pid())) or 0) for each in (one, other)}

    first = await asked_together()
    assert len({await backend() for _ in range(4)}) == 1  # the others rest
    await asyncio.sleep(1)  # longer than the server lets anybody rest
    assert not await asked_together() & first
    await engine.dispose()
