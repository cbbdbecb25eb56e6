"""Counters of groups: one conditional UPDATE per group and command, and the event that says it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, true
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from services.enrollment.commands.reference import cancelled_among
from services.enrollment.rules.refusals import CapacityBelowSeats, GroupGone
from services.enrollment.rules.seats import Count, Shift, change_of, changed
from services.enrollment.tables.applications import Seats
from shared.contracts.enrollment import SeatsChanged
from shared.messaging.due import schedule
from shared.messaging.outbox import emit

held, taken, waiting, capacity = col(Seats.held), col(Seats.taken), col(Seats.waiting), col(Seats.capacity)


async def settle(session: AsyncSession, shift: Shift, *, now: datetime) -> None:
    """Bring the counters to what a command's moves made of them; groups in a fixed order, so that two commands never wait for each other.

    Raises what `rules.seats.changed` raises, and then the command's whole transaction is undone.
    """
    for group_id in sorted({group_id for group_id, _ in shift}):
        change = change_of(shift, group_id)
        if change.held or change.taken or change.waiting:
            await change_seats(session, group_id, change, now=now)


async def change_seats(session: AsyncSession, group_id: UUID, change: Count, *, now: datetime) -> None:
    seats = await counted(session, group_id, change)
    if seats is None:
        await demand_room(session, group_id, change)
        seats = await counted(session, group_id, change)  # a seat came free meanwhile, and the row is ours now
    if seats is not None:
        await tell(session, seats, now=now)


async def counted(session: AsyncSession, group_id: UUID, change: Count) -> Seats | None:
    """The counters after a change, or None when they do not allow it."""
    room = held + taken + change.used <= capacity if change.used > 0 else true()
    in_turn = waiting == 0 if change.accepts else true()
    for_something = or_(held + taken >= capacity, waiting > 0) if change.queues else true()
    statement = (
        update(Seats)
        .where(col(Seats.group_id) == group_id, room, in_turn, for_something)
        .values(held=held + change.held, taken=taken + change.taken, waiting=waiting + change.waiting, revision=col(Seats.revision) + 1)
        .returning(Seats)
    )
    seats: Seats | None = (await session.execute(statement, execution_options={"populate_existing": True})).scalar_one_or_none()
    return seats


async def demand_room(session: AsyncSession, group_id: UUID, change: Count) -> None:
    """Lock the counters and say why they do not allow a change, if they still do not."""
    row = select(Seats).where(Seats.group_id == group_id).with_for_update(key_share=True)
    seats = (await session.exec(row, execution_options={"populate_existing": True})).one()
    changed(Count(seats.held, seats.taken, seats.waiting), change, capacity=seats.capacity)


async def tell(session: AsyncSession, seats: Seats, *, now: datetime) -> None:
    """Say the counters, and let free seats go to those who wait."""
    if seats.waiting and seats.held + seats.taken < seats.capacity:
        await schedule(session, "seats_free", seats.group_id, at=now)
    facts = seats.model_dump(include={"group_id", "programme_id", "capacity", "held", "taken", "waiting"})
    await emit(session, SeatsChanged(**facts), subject=seats.group_id, revision=seats.revision)


async def choose_capacity(session: AsyncSession, group_id: UUID, wanted: int, *, now: datetime) -> None:
    """Set the capacity in force; it may not fall below the seats in use. A cancelled group has no seats to choose."""
    if await cancelled_among(session, [group_id]):
        raise GroupGone()
    chosen = (
        update(Seats)
        .where(col(Seats.group_id) == group_id, held + taken <= wanted)
        .values(capacity=wanted, chosen=True, revision=col(Seats.revision) + 1)
        .returning(Seats)
    )
    seats = (await session.execute(chosen, execution_options={"populate_existing": True})).scalar_one_or_none()
    if seats is None:
        raise CapacityBelowSeats()
    await tell(session, seats, now=now)
