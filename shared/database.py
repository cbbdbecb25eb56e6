"""Engines and sessions, which rows a caller reaches, and copies as new as their revision."""

import asyncio
import time
from typing import Any

from sqlalchemy import ColumnElement, false, inspect, or_, true
from sqlalchemy import event as hooks
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel import Session, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.access import Caller
from shared.clock import Clock

Sessions = async_sessionmaker[AsyncSession]
FRESH_SECONDS = 0.5


def engine_of(url: str, *, pool_size: int, name: str) -> AsyncEngine:
    """An engine whose every wait is bounded and whose connections are known to live."""
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=2,
        pool_timeout=5,
        hide_parameters=True,
        connect_args={
            "timeout": 5,
            "command_timeout": 15,
            "server_settings": {
                "application_name": name,
                "statement_timeout": "10000",
                "lock_timeout": "6000",
                "idle_in_transaction_session_timeout": "30000",
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


def sessions_of(engine: AsyncEngine, *, service: str, clock: Clock, wake: asyncio.Event) -> Sessions:
    """Sessions that know whose they are and what time it is; `wake` is set when one that told something has committed."""

    class Telling(Session):
        """Sessions of this service only, so that the hook below wakes this service's relay."""

    @hooks.listens_for(Telling, "after_commit")
    def told(session: Session) -> None:
        if not session.in_nested_transaction() and session.info.pop("told", False):
            wake.set()

    info = {"service": service, "clock": clock}
    return async_sessionmaker(engine, class_=AsyncSession, sync_session_class=Telling, expire_on_commit=False, info=info)


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
