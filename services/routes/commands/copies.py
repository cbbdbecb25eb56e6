"""Keeping what happened, once, and forgetting a person."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel, col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.routes.tables import Application, Erased, Learner, Measurement, Route, Step, Training
from shared.contracts import Envelope
from shared.contracts.erasure import RoutesPersonErased
from shared.messaging.outbox import emit


async def record(session: AsyncSession, table: type[SQLModel], **row: Any) -> bool:
    """Keep a fact once; return whether it is new."""
    columns = table.__table__.c  # type: ignore[attr-defined]
    stored = insert(table).values(**row).on_conflict_do_nothing()
    return (await session.execute(stored.returning(*columns.values()[:1]))).first() is not None


async def hold(session: AsyncSession, person_id: UUID) -> bool:
    """Have a person alone until the transaction ends, so that of two facts told at once none misses the other; False for one erased."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(person_id), 0))))
    return not await is_erased(session, person_id)


async def is_erased(session: AsyncSession, person_id: UUID) -> bool:
    return await session.get(Erased, person_id) is not None


async def erase(session: AsyncSession, envelope: Envelope, *, person_id: UUID, request_id: UUID) -> None:
    """Delete a person's routes and copies, leave a tombstone, and say so once."""
    await hold(session, person_id)
    if not await record(session, Erased, person_id=person_id, request_id=request_id, erased_at=envelope.time):
        return
    mine = select(col(Route.route_id)).where(col(Route.person_id) == person_id)
    erased = {"step": await gone(session, Step, col(Step.route_id).in_(mine))}
    tables: tuple[type[Any], ...] = (Route, Measurement, Application, Training, Learner)
    for table in tables:
        erased[table.__name__.lower()] = await gone(session, table, col(table.person_id) == person_id)
    fact = RoutesPersonErased(request_id=request_id, service="routes", person_id=person_id, erased=erased)
    await emit(session, fact, subject=request_id, revision=1)


async def gone(session: AsyncSession, table: type[SQLModel], which: Any) -> int:
    columns = table.__table__.c  # type: ignore[attr-defined]
    return len((await session.execute(delete(table).where(which).returning(*columns.values()[:1]))).all())
