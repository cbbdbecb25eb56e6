"""Engines and sessions, and the column shapes that all services share."""

import asyncio
from typing import Any

from sqlalchemy import ColumnElement, false, or_, true
from sqlalchemy import event as hooks
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel import Session
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.access import Caller
from shared.clock import Clock

Sessions = async_sessionmaker[AsyncSession]


def engine_of(url: str, *, pool_size: int, name: str) -> AsyncEngine:
    """An engine whose every wait is bounded."""
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=2,
        pool_timeout=5,
        pool_pre_ping=True,
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
