"""Seats, rosters and orders of groups, and the dictionary of reasons."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.enrollment.queries.shapes import NoticeShown, OrderShown, Shown, notices_shown
from services.enrollment.rules import words
from services.enrollment.rules.notices import register_warning
from services.enrollment.rules.register import gaps
from services.enrollment.rules.seats import PLACES
from services.enrollment.tables.applications import Application, OrderLine, Seats, SignedOrder, Training
from services.enrollment.tables.people import Learner
from services.enrollment.tables.register import Organisation, Reason, StudyGroup
from shared.access import Caller
from shared.clock import today as day_of
from shared.errors import NotFound
from shared.words import STATUSES


class SeatsShown(Shown):
    """A group's seats now."""

    group_id: UUID
    capacity: int
    held: int
    taken: int
    waiting: int
    free: int
    revision: int


class RosterLine(Shown):
    """Someone who has a seat in a group or waits for one; the gateway adds the name."""

    application_id: UUID
    number: str
    person_id: UUID
    organisation_id: UUID
    organisation: str | None
    oktmo: str
    position: str | None
    status: str
    state: str
    label: str
    order: OrderShown | None
    outcome: str | None
    warnings: list[NoticeShown]


class Roster(Shown):
    """A group's people in the order of their numbers, with its seats and dates."""

    group_id: UUID
    programme_id: UUID
    starts: date
    ends: date
    seats: SeatsShown
    lines: list[RosterLine]


class OrderLineShown(Shown):
    """One application of an order; warnings say what the federal register will ask for."""

    application_id: UUID
    number: str
    person_id: UUID
    status: str
    outcome: str | None
    warnings: list[NoticeShown]


class OrderCard(Shown):
    """An order and whom it is about."""

    id: UUID
    kind: str
    number: str
    dated: date
    provider_id: UUID
    group_id: UUID
    signed_at: datetime
    lines: list[OrderLineShown]


class ReasonShown(Shown):
    """A reason to choose from."""

    code: str
    text: str
    actions: list[str]


async def seats_of(session: AsyncSession, group_id: UUID) -> SeatsShown:
    """A group's seats; raises `NotFound` for a group never announced."""
    seats = (await session.execute(select(Seats).where(col(Seats.group_id) == group_id))).scalar_one_or_none()
    if seats is None:
        raise NotFound()
    return SeatsShown(**seats.model_dump(exclude={"programme_id", "chosen"}), free=seats.capacity - seats.held - seats.taken)


async def provider_of(session: AsyncSession, group_id: UUID, *, caller: Caller) -> UUID:
    """The provider of a group within the caller's reach; any other group is `NotFound`."""
    provider_id: UUID | None = await session.scalar(select(col(StudyGroup.provider_id)).where(col(StudyGroup.id) == group_id))
    if provider_id is None or not caller.reaches(provider=provider_id):
        raise NotFound()
    return provider_id


async def roster(session: AsyncSession, group_id: UUID, *, caller: Caller) -> Roster:
    """Everybody who has a seat in a group or waits for one."""
    await provider_of(session, group_id, caller=caller)
    group = (await session.execute(select(StudyGroup).where(col(StudyGroup.id) == group_id))).scalar_one()
    standing = col(Application.seat_group_id) == group_id, col(Application.status).in_(PLACES)
    people = (
        select(
            Application,
            Learner,
            col(Organisation.short_name),
            col(SignedOrder.id),
            col(SignedOrder.number),
            col(SignedOrder.dated),
            col(Training.outcome),
        )
        .join(Learner, col(Learner.person_id) == Application.person_id)
        .outerjoin(Organisation, col(Organisation.id) == Application.organisation_id)
        .outerjoin(SignedOrder, col(SignedOrder.id) == Application.order_id)
        .outerjoin(Training, col(Training.application_id) == Application.id)
        .where(*standing)
        .order_by(col(Application.number))
    )
    lines = [
        RosterLine(
            **application.model_dump(include={"number", "person_id", "organisation_id", "oktmo", "status"}),
            application_id=application.id,
            organisation=short_name,
            position=learner.position,
            state=STATUSES[application.status],
            label=words.next_step(application.status, holder=application.holder_role),
            order=OrderShown(id=order_id, number=number, dated=dated) if order_id else None,
            outcome=outcome,
            warnings=notices_shown(register_warning(gaps(learner.model_dump()))),
        )
        for application, learner, short_name, order_id, number, dated, outcome in (await session.execute(people))
    ]
    facts = group.model_dump(include={"programme_id", "starts", "ends"})
    return Roster(group_id=group_id, **facts, seats=await seats_of(session, group_id), lines=lines)


async def order_card(session: AsyncSession, order_id: UUID, *, caller: Caller) -> OrderCard:
    """An order of a provider within the caller's reach; any other is `NotFound`."""
    order = (await session.execute(select(SignedOrder).where(col(SignedOrder.id) == order_id))).scalar_one_or_none()
    if order is None or not caller.reaches(provider=order.provider_id):
        raise NotFound()
    people = (
        select(col(OrderLine.outcome), Application, Learner)
        .join(Application, col(Application.id) == OrderLine.application_id)
        .join(Learner, col(Learner.person_id) == Application.person_id)
        .where(col(OrderLine.order_id) == order_id)
        .order_by(col(Application.number))
    )
    lines = [
        OrderLineShown(
            **application.model_dump(include={"number", "person_id", "status"}),
            application_id=application.id,
            outcome=outcome,
            warnings=notices_shown(register_warning(gaps(learner.model_dump()))),
        )
        for outcome, application, learner in (await session.execute(people))
    ]
    return OrderCard(**order.model_dump(exclude={"year", "signed_by"}), lines=lines)


async def reasons_for(session: AsyncSession, action: str | None, *, now: datetime) -> list[ReasonShown]:
    """The reasons that may be chosen today, for one action or for all."""
    today = day_of(now)
    valid = select(Reason).where(col(Reason.valid_from) <= today, (col(Reason.valid_to).is_(None)) | (col(Reason.valid_to) > today))
    chosen = valid.where(col(Reason.actions).contains([action])) if action else valid.where(func.cardinality(col(Reason.actions)) > 0)
    return [ReasonShown.model_validate(one) for one in (await session.execute(chosen.order_by(col(Reason.place)))).scalars()]
