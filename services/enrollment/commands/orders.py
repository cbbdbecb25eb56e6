"""Numbered orders of providers: they enrol, transfer, end and expel, all applications of an order or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.enrollment.commands.learners import tell_learner
from services.enrollment.commands.moves import acting, lock_many, move
from services.enrollment.commands.reference import calendar_of, cancelled_among
from services.enrollment.commands.seats import settle
from services.enrollment.rules.guards import may_end, may_seat
from services.enrollment.rules.moves import Action
from services.enrollment.rules.orders import ACTIONS, Outcome, outcome_of
from services.enrollment.rules.refusals import OrderNumberTaken, OtherGroup
from services.enrollment.rules.seats import Shift
from services.enrollment.tables.applications import Application, OrderLine, SignedOrder, Training
from services.enrollment.tables.people import Learner
from services.enrollment.tables.register import Programme, StudyGroup
from shared.access import Caller
from shared.clock import today as day_of
from shared.contracts.enrollment import OrderSigned, TrainingCompleted
from shared.errors import DomainError, Invalid, NotFound
from shared.messaging.outbox import emit

Kind = Literal["enrolment", "completion", "expulsion", "transfer"]


@dataclass(frozen=True, slots=True)
class OrderText:
    """What an order says: for a transfer `group_id` is where people go; `outcomes` are of a completion, completed unless said otherwise."""

    kind: Kind
    number: str
    dated: date
    group_id: UUID
    application_ids: Sequence[UUID]
    outcomes: Mapping[UUID, Literal["completed", "not_completed"]]
    reason: str | None = None


async def sign_order(session: AsyncSession, text: OrderText, *, caller: Caller, now: datetime) -> SignedOrder:
    """Sign an order and let it take effect."""
    group = await session.get(StudyGroup, text.group_id)
    if group is None or not caller.reaches(provider=group.provider_id):
        raise NotFound()
    demand_sense(text, group, today=day_of(now))
    learners = await lock_learners(session, text) if text.kind != "enrolment" else {}
    applications = await lock_many(session, list(text.application_ids), caller=caller)
    order = await number_order(session, text, group, caller=caller, now=now)
    if text.kind in ("enrolment", "transfer"):
        may_seat(today=day_of(now), ends=group.ends, cancelled=bool(await cancelled_among(session, [group.id])))
    calendar, shift = await calendar_of(session), Shift()
    for application in applications:
        try:
            demand_place(application, text, group)
            outcome = outcome_of(kind=text.kind, stated=text.outcomes.get(application.id))
            action: Action = ACTIONS[text.kind, outcome]
            by = acting(caller, application, action)
        except DomainError as refusal:
            refusal.facts |= {"application_id": str(application.id), "number": application.number}
            raise
        line = OrderLine(order_id=order.id, application_id=application.id, outcome=outcome)
        line.from_group_id = application.seat_group_id if text.kind == "transfer" else None
        session.add(line)
        studied_in = application.seat_group_id or application.group_id
        change = await move(
            session, application, action, by=by, now=now, calendar=calendar, group_id=group.id, order=order, reason=text.reason
        )
        shift.update(change)
        if outcome is not None:
            await end_training(session, application, studied_in, outcome, order, learner=learners.get(application.person_id))
    await settle(session, shift, now=now)
    signed = OrderSigned(
        order_id=order.id,
        number=text.number,
        kind=text.kind,
        dated=text.dated,
        provider_id=group.provider_id,
        group_id=group.id,
        applications=[application.id for application in applications],
    )
    await emit(session, signed, subject=order.id, revision=1)
    return order


def demand_sense(text: OrderText, group: StudyGroup, *, today: date) -> None:
    """Refuse an order of the future, outcomes where none belong, and the end of what has not begun."""
    if text.dated > today:
        raise Invalid("dated", "Подписанный приказ не может быть датирован будущим днём.")
    if unknown := set(text.outcomes) - set(text.application_ids):
        raise Invalid("outcomes", f"Итог указан для заявок не из приказа: {len(unknown)}.")
    if text.outcomes and text.kind != "completion":
        raise Invalid("outcomes", "Итоги указывают только в приказе об окончании обучения.")
    if text.kind == "completion":
        may_end(dated=text.dated, starts=group.starts)


def demand_place(application: Application, text: OrderText, group: StudyGroup) -> None:
    """Refuse an application of another group; of another programme for a transfer."""
    if text.kind == "transfer":
        if application.programme_id != group.programme_id or application.seat_group_id == group.id:
            raise OtherGroup("Перевести можно только в другой поток той же программы.")
    elif application.seat_group_id != group.id:
        raise OtherGroup()


async def lock_learners(session: AsyncSession, text: OrderText) -> dict[UUID, Learner]:
    """The people of an order, locked before their applications, as everywhere."""
    people = select(Application.person_id).where(col(Application.id).in_(text.application_ids))
    rows = select(Learner).where(col(Learner.person_id).in_(people)).order_by(col(Learner.person_id)).with_for_update(key_share=True)
    return {learner.person_id: learner for learner in await session.exec(rows)}


async def number_order(session: AsyncSession, text: OrderText, group: StudyGroup, *, caller: Caller, now: datetime) -> SignedOrder:
    """Store the order; raises `OrderNumberTaken` when the provider has one of that number in the year."""
    order = SignedOrder(
        kind=text.kind,
        number=text.number,
        dated=text.dated,
        year=text.dated.year,
        provider_id=group.provider_id,
        group_id=group.id,
        signed_by=caller.subject,
        signed_at=now,
    )
    claim = insert(SignedOrder).values(order.model_dump()).on_conflict_do_nothing(constraint="signed_order_number")
    if await session.scalar(claim.returning(col(SignedOrder.id))) is None:
        raise OrderNumberTaken()
    return order


async def end_training(
    session: AsyncSession, application: Application, group_id: UUID, outcome: Outcome, order: SignedOrder, *, learner: Learner | None
) -> None:
    """Write down what was studied, and say it; a certificate of study is all that an unfinished training gives."""
    programme, group = await session.get_one(Programme, application.programme_id), await session.get_one(StudyGroup, group_id)
    ended_on = min(max(order.dated, group.starts), group.ends)
    training = Training(
        **application.model_dump(include={"person_id", "programme_id", "provider_id"}),
        application_id=application.id,
        group_id=group_id,
        order_id=order.id,
        outcome=outcome,
        hours=programme.hours if outcome == "completed" else 0,
        started_on=group.starts,
        ended_on=ended_on,
        document_kind=programme.document_kind if outcome == "completed" else "study_certificate",
        position=learner.position if learner else None,
        subject_group=next(iter(learner.subjects), None) if learner else None,
    )
    session.add(training)
    await session.flush()
    facts = training.model_dump(exclude={"order_id"}) | application.model_dump(include={"organisation_id", "oktmo", "route_id", "step_id"})
    await emit(session, TrainingCompleted(**facts), subject=application.id, revision=application.revision)
    if learner and learner.erased_at is None and outcome == "completed":
        await tell_learner(session, learner)
