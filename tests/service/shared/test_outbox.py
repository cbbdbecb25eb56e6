"""What telling promises: exactly what a transaction commits is told, in its order and one statement, whatever it undid on the way."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import orjson
import pytest_asyncio
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.clock import real_time
from shared.contracts.notify import RequestOpened
from shared.database import engine_of
from shared.messaging.outbox import emit, sessions_of
from shared.messaging.tables import outbox
from tests.support.servers import Servers


@pytest_asyncio.fixture
async def engine(stage: Servers) -> AsyncIterator[AsyncEngine]:
    engine = engine_of(await stage.database("notify"), pool_size=2, name="telling")
    yield engine
    await engine.dispose()


async def tell(session: AsyncSession, word: str) -> None:
    request_id = uuid4()
    await emit(session, RequestOpened(request_id=request_id, category=word), subject=request_id, revision=1)


async def told(engine: AsyncEngine) -> list[str]:
    async with engine.connect() as connection:
        bodies = await connection.scalars(select(outbox.c.body).order_by(outbox.c.id))
    return [orjson.loads(body)["data"]["category"] for body in bodies]


@contextmanager
def storing(engine: AsyncEngine) -> Iterator[list[str]]:
    """The statements that store events meanwhile."""
    said: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement.startswith("INSERT INTO outbox"):
            said.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    yield said
    event.remove(engine.sync_engine, "before_cursor_execute", note)


async def test_what_a_transaction_tells_is_stored_at_its_end_in_one_statement_and_wakes_the_relay(engine: AsyncEngine) -> None:
    sessions = sessions_of(engine, service="notify", clock=real_time, wake=(wake := asyncio.Event()))
    words = [f"word-{number}" for number in range(30)]
    with storing(engine) as statements:
        async with sessions.begin() as session:
            for word in words:
                await tell(session, word)
            assert not wake.is_set()
    assert wake.is_set()
    assert len(statements) == 1
    assert await told(engine) == words


async def test_what_is_undone_to_a_savepoint_is_not_told_and_the_rest_is(engine: AsyncEngine) -> None:
    sessions = sessions_of(engine, service="notify", clock=real_time, wake=(wake := asyncio.Event()))
    async with sessions.begin() as session:
        await tell(session, "before")
        undone = await session.begin_nested()
        await tell(session, "undone")
        await undone.rollback()
        async with session.begin_nested():
            await tell(session, "kept")
        await tell(session, "after")
    assert sorted(await told(engine)) == ["after", "before", "kept"]
    assert wake.is_set()


async def test_what_is_told_only_within_a_savepoint_wakes_the_relay(engine: AsyncEngine) -> None:
    sessions = sessions_of(engine, service="notify", clock=real_time, wake=(wake := asyncio.Event()))
    async with sessions.begin() as session, session.begin_nested():
        await tell(session, "due")
    assert await told(engine) == ["due"]
    assert wake.is_set()


async def test_what_a_transaction_undid_is_not_told_by_the_next_one_of_its_session(engine: AsyncEngine) -> None:
    sessions = sessions_of(engine, service="notify", clock=real_time, wake=(wake := asyncio.Event()))
    async with sessions() as session:
        await tell(session, "undone")
        await session.connection()
        await session.rollback()
        await tell(session, "kept")
        await session.commit()
    assert await told(engine) == ["kept"]
    assert wake.is_set()
