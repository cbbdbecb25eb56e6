"""What surrounds one application: its history, its holder's people, its place in the queue, other trainings of the person."""

from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select, tuple_
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.enrollment.queries.shapes import PersonInRole, StepShown
from services.enrollment.rules import words
from services.enrollment.rules.notices import Period
from services.enrollment.tables.applications import Application, Remark, SignedOrder, Training, Transition
from services.enrollment.tables.register import Programme, Reason, RoleGrant, StudyGroup
from shared.words import HOLDERS, STATUSES


async def history_of(session: AsyncSession, application_id: UUID) -> list[StepShown]:
    """Every step, oldest first, in the words of the day."""
    same_step = (col(Remark.application_id) == Transition.application_id) & (col(Remark.revision) == Transition.revision)
    steps = (
        select(Transition, col(Reason.text), col(Remark.words), col(SignedOrder.number))
        .outerjoin(Reason, col(Reason.code) == Transition.reason)
        .outerjoin(Remark, same_step)
        .outerjoin(SignedOrder, col(SignedOrder.id) == Transition.order_id)
        .where(col(Transition.application_id) == application_id)
        .order_by(col(Transition.revision))
    )
    told = {"revision", "action", "from_status", "to_status", "actor_role", "reason", "holder_role", "due", "at"}
    return [
        StepShown(
            **step.model_dump(include=told),
            words=words.DONE[step.action],
            state=STATUSES[step.to_status],
            actor_words=words.ROLES[step.actor_role],
            reason_words=reason,
            remark=remark,
            holder_words=HOLDERS.get(step.holder_role, ""),
            order_number=number,
        )
        for step, reason, remark, number in (await session.execute(steps))
    ]


async def people_of(session: AsyncSession, application: Application, *, role: str | None, today: date) -> list[PersonInRole]:
    """The people whom a grant lets act for the holder today; deputies after those they stand in for."""
    if application.holder_role == "learner":
        return [PersonInRole(person_id=application.person_id, deputy=False)]
    grants = select(col(RoleGrant.person_id), func.bool_and(col(RoleGrant.deputy_of).is_not(None)).label("deputy")).where(
        col(RoleGrant.role) == role,
        col(RoleGrant.scope) == application.holder_scope,
        col(RoleGrant.revoked).is_(False),
        col(RoleGrant.valid_from) <= today,
        or_(col(RoleGrant.valid_until).is_(None), col(RoleGrant.valid_until) >= today),
        col(RoleGrant.person_id).is_not(None),
    )
    found = await session.execute(grants.group_by(col(RoleGrant.person_id)).order_by("deputy", col(RoleGrant.person_id)).limit(10))
    return [PersonInRole(person_id=person_id, deputy=deputy) for person_id, deputy in found if person_id]


async def place_in_queue(session: AsyncSession, application: Application) -> int | None:
    """The place in the waiting list, the first being 1; None for an application that does not wait."""
    if application.status != "waiting_list":
        return None
    order = tuple_(col(Application.offers_lapsed), col(Application.waiting_since), col(Application.number))
    mine = tuple_(application.offers_lapsed, application.waiting_since, application.number)
    ahead = select(func.count()).where(
        col(Application.status) == "waiting_list", col(Application.group_id) == application.group_id, order < mine
    )
    return 1 + (await session.scalar(ahead) or 0)


async def clashes_of(session: AsyncSession, application: Application) -> list[Period]:
    """The person's other trainings with a seat."""
    others = (
        select(col(Programme.title), col(StudyGroup.starts), col(StudyGroup.ends))
        .select_from(Application)
        .join(StudyGroup, col(StudyGroup.id) == Application.seat_group_id)
        .join(Programme, col(Programme.id) == Application.programme_id)
        .where(
            col(Application.person_id) == application.person_id,
            col(Application.id) != application.id,
            col(Application.status).in_(["accepted", "enrolled", "seat_offered"]),
        )
    )
    return [Period(title, starts, ends) for title, starts, ends in (await session.execute(others))]


async def last_passed(session: AsyncSession, application: Application) -> date | None:
    """When the person last passed the same programme."""
    passed = select(func.max(col(Training.ended_on))).where(
        col(Training.person_id) == application.person_id,
        col(Training.programme_id) == application.programme_id,
        col(Training.outcome) == "completed",
    )
    day: date | None = await session.scalar(passed)
    return day
