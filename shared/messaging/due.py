"""What happens later: a durable row per kind and subject, served when its time has come."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from opentelemetry.trace import SpanKind
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import telemetry
from shared.clock import Clock
from shared.database import Sessions
from shared.messaging.tables import due

log = structlog.get_logger()
Serve = Callable[[AsyncSession, UUID, dict[str, Any], datetime], Awaitable[None]]
Dues = Mapping[str, Serve]
"""Handlers by kind: `(session, subject, facts, now)`, in the transaction that removes the row."""


async def schedule(session: AsyncSession, kind: str, subject: UUID, *, at: datetime, **facts: Any) -> None:
    """Let `kind` happen to `subject` at a time; a later call moves it."""
    row = {"at": at, "facts": facts, "attempts": 0, "traceparent": telemetry.traceparent()}
    stored = insert(due).values(kind=kind, subject=subject, **row)
    await session.execute(stored.on_conflict_do_update(index_elements=["kind", "subject"], set_=row))


async def forget(session: AsyncSession, kind: str, subject: UUID) -> None:
    """It need not happen any more."""
    await session.execute(delete(due).where(due.c.kind == kind, due.c.subject == subject))


async def serve_one(sessions: Sessions, dues: Dues, now: datetime) -> bool:
    """Serve the oldest row that is due; False when none is. A failing row is put off, not lost."""
    async with sessions.begin() as session:
        ripe = select(due).where(due.c.at <= now, due.c.kind.in_(list(dues))).order_by(due.c.at).limit(1).with_for_update(skip_locked=True)
        row = (await session.execute(ripe)).first()
        if row is None:
            return False
        mine = (due.c.kind == row.kind) & (due.c.subject == row.subject)
        with telemetry.span(f"due {row.kind}", parent=telemetry.context_of(row.traceparent), kind=SpanKind.CONSUMER):
            try:
                async with session.begin_nested():
                    await session.execute(delete(due).where(mine))
                    await dues[row.kind](session, row.subject, row.facts, now)
            except Exception as problem:
                log.warning("due_failed", kind=row.kind, attempts=row.attempts + 1, error=type(problem).__name__, exc_info=problem)
                later = now + timedelta(seconds=min(5 * 2**row.attempts, 3600))
                await session.execute(update(due).where(mine).values(at=later, attempts=row.attempts + 1))
    return True


async def serve(sessions: Sessions, dues: Dues, clock: Clock) -> None:
    """Serve for ever, looking once a second."""
    while True:
        try:
            while await serve_one(sessions, dues, clock()):
                pass
        except (Exception, asyncio.CancelledError) as problem:
            if (task := asyncio.current_task()) and task.cancelling():
                raise
            log.warning("due_table_away", error=type(problem).__name__)
        await asyncio.sleep(1)
