"""Engines and sessions, which rows a caller reaches, and copies as new as their revision."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from functools import cache, lru_cache
from typing import Any, cast

import asyncpg
from sqlalchemy import BindParameter, ClauseElement, ColumnElement, Executable, FromClause, bindparam, false, inspect, make_url, or_, true
from sqlalchemy import event as hooks
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import Session, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import telemetry
from shared.access import Caller
from shared.clock import Clock

Sessions = async_sessionmaker[AsyncSession]
FRESH_SECONDS, IDLE_MILLISECONDS = 0.5, 60_000
DRIVEN = make_url("postgresql+asyncpg://").get_dialect()()


def engine_of(url: str, *, pool_size: int, name: str) -> AsyncEngine:
    """An engine whose every wait is bounded and whose connections are known to live."""
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=2,
        pool_timeout=5,
        pool_use_lifo=True,  # so that those not needed rest until the server ends them
        hide_parameters=True,
        connect_args={
            "timeout": 5,
            "command_timeout": 15,
            "max_cacheable_statement_size": 0,  # of any size
            "server_settings": {
                "application_name": name,
                "statement_timeout": "10000",
                "lock_timeout": "6000",
                "idle_in_transaction_session_timeout": "30000",
                "idle_session_timeout": str(IDLE_MILLISECONDS),
                "jit": "off",
            },
        },
    )
    ping_rested(engine)
    return engine


def ping_rested(engine: AsyncEngine) -> None:
    """Let the pool replace dead connections: one seen closed at once, one that rested after a ping, which takes three round trips."""
    pool, dialect = engine.sync_engine.pool, engine.dialect

    @hooks.listens_for(pool, "checkin")
    def laid_down(connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @hooks.listens_for(pool, "checkout")
    def taken_up(connection: Any, record: Any, _: Any) -> None:
        since = record.info.get("rests_since")  # None when just opened
        if (since is None or time.monotonic() - since < FRESH_SECONDS) and not record.driver_connection.is_closed():
            return
        try:
            connection.ping()
        except dialect.loaded_dbapi.Error as problem:
            if dialect.is_disconnect(problem, connection, None):
                raise InvalidatePoolError() from problem
            raise


def reads_of(engine: AsyncEngine, *, service: str, clock: Clock) -> Sessions:
    """Sessions that only read: every statement sees what is committed, as in a transaction, without the two round trips of one."""

    class Reading(Session):
        """Sessions of reads only, so that the hook below refuses nobody else's writes."""

    @hooks.listens_for(Reading, "before_flush")
    def refused(session: Session, *_: Any) -> None:
        raise RuntimeError("a safe request writes")

    at_once = engine.execution_options(isolation_level="AUTOCOMMIT")
    info = {"service": service, "clock": clock}
    return async_sessionmaker(at_once, class_=AsyncSession, sync_session_class=Reading, expire_on_commit=False, info=info)


Row: Any = type("Row", (asyncpg.Record,), {"__getattr__": asyncpg.Record.__getitem__})
"""A row of the driver's whose columns are attributes."""


@lru_cache(1024)
def as_driven(statement: ClauseElement) -> tuple[str, Sequence[str], Mapping[str, Any]]:
    """A statement as the driver takes it: its text, the names of its values in their order, and those of them that are fixed."""
    compiled = cast(SQLCompiler, statement.compile(dialect=DRIVEN))
    fixed = {name: value for name, value in compiled.params.items() if not compiled.binds[name].required}
    return str(compiled), compiled.positiontup or (), fixed


async def driven(session: AsyncSession, statement: Executable, values: Mapping[str, Any]) -> Sequence[Any]:
    """The rows of a statement that is put together once and executed often; it names each of its values.

    The driver is asked directly: what SQLAlchemy does for every execution costs several times what the driver needs.
    A session of ours is one transaction, so its connection stays the same.
    """
    if session.new or session.dirty or session.deleted:
        await session.flush()
    held: Any = session.info.get("held")
    if held is None:
        connection = await session.connection()
        held = session.info["held"] = (await connection.get_raw_connection()).dbapi_connection
    text, names, fixed = as_driven(statement)
    bound = {**fixed, **values}
    try:
        if held._transaction is None:
            await held._start_transaction()  # as SQLAlchemy's own first statement would, there is no public way; none in a session of reads
        with nullcontext() if "bookkeeping" in statement.get_execution_options() else telemetry.statement(text):
            rows: list[Any] = await held.driver_connection.fetch(text, *(bound[name] for name in names), record_class=Row)
    except (asyncio.CancelledError, TimeoutError):
        # a transaction half begun would stay in the pool, and who comes next would commit but a savepoint of it
        await (await session.connection()).invalidate()
        raise
    return rows


def named(table: FromClause, *columns: str) -> dict[str, BindParameter[Any]]:
    """Values to come for these columns, each under its column's name."""
    return {name: bindparam(name, type_=table.c[name].type) for name in columns}


@cache
def appending(table: type[SQLModel]) -> Executable:
    shape = inspect(table)
    row = insert(table).values(named(shape.local_table, *shape.columns.keys()))
    return row.returning(*shape.primary_key).execution_options(bookkeeping=True)


async def append(session: AsyncSession, table: type[SQLModel], **row: Any) -> None:
    """Add a row, every column of it named, to a table that only grows, such as a history: nothing is to become of an object."""
    await driven(session, appending(table), row)


def within(caller: Caller, **columns: Any) -> ColumnElement[bool]:
    """The rows a caller's grants reach; the keywords name a scope and its column: `organisation`, `municipality`, `provider`, `person`…"""
    if caller.everywhere:
        return true()
    reached = [column.in_(scopes) for kind, column in columns.items() if (scopes := caller.scopes(kind))]
    return or_(*reached) if reached else false()


async def keep_newest(session: AsyncSession, table: type[SQLModel], *, by: str = "revision", **row: Any) -> bool:
    """Store a row under its primary key unless a newer one is there, as the column `by` tells; return whether it was stored."""
    shape, stored = inspect(table), insert(table).values(**row)
    key = [column.name for column in shape.primary_key]
    said = {name: stored.excluded[name] for name in row if name not in key}
    newer = stored.on_conflict_do_update(index_elements=key, set_=said, where=shape.columns[by] < stored.excluded[by])
    return (await session.execute(newer.returning(*shape.primary_key))).first() is not None
