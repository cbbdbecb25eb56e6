"""What a learner does with an application: submits, confirms, answers, takes an offer, withdraws."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import exists, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.enrollment.commands import suggestions
from services.enrollment.commands.moves import By, acting, lock, move
from services.enrollment.commands.reference import (
    calendar_of,
    cancelled_among,
    demand_reason,
    groups_of,
    has_consent,
    programme_is_open,
    workplace_of,
)
from services.enrollment.commands.seats import settle
from services.enrollment.rules.guards import may_apply, may_seat
from services.enrollment.rules.moves import LIVE
from services.enrollment.rules.refusals import AlreadyApplied, ConsentMissing, WorkplaceMissing
from services.enrollment.tables.applications import Application
from services.enrollment.tables.people import Learner
from services.enrollment.tables.register import Programme, StudyGroup
from shared.access import Caller
from shared.clock import today as day_of
from shared.contracts.enrollment import ApplicationSubmitted
from shared.errors import NotFound
from shared.messaging.outbox import emit

Channel = Literal["portal", "suggestion", "appointment", "import"]


async def submit_application(
    session: AsyncSession, *, programme_id: UUID, group_ids: Sequence[UUID], caller: Caller, now: datetime
) -> Application:
    """Apply for the caller; `group_ids` is ranked, the wanted one first."""
    if caller.person_id is None:
        raise NotFound()
    by = By("learner", str(caller.person_id))
    learner = await consenting(session, caller.person_id)
    return await apply(session, learner, programme_id, group_ids, by=by, channel="portal", now=now)


async def apply(
    session: AsyncSession,
    learner: Learner,
    programme_id: UUID,
    group_ids: Sequence[UUID],
    *,
    by: By,
    channel: Channel,
    now: datetime,
    passed: Sequence[str] = (),
) -> Application:
    """Write an application down and make its first step; a suggestion for the same programme is answered by it."""
    programme, groups = await open_offer(session, programme_id, group_ids, now=now)
    workplace = await workplace_of(session, learner.organisation_id)
    if workplace is None or workplace.oktmo is None:
        raise WorkplaceMissing()
    await demand_no_other(session, learner.person_id, programme_id)
    origin = await suggestions.answered(session, learner.person_id, programme_id, now=now)
    application = Application(
        number=await next_number(session, year=day_of(now).year),
        person_id=learner.person_id,
        programme_id=programme_id,
        provider_id=programme.provider_id,
        groups=[group.id for group in groups],
        group_id=groups[0].id,
        organisation_id=workplace.id,
        oktmo=workplace.oktmo[:8],
        agency_id=workplace.agency_id,
        approvals=programme.approvals,
        passed=sorted(passed),
        channel=channel,
        suggestion_id=origin.suggestion_id,
        route_id=origin.route_id,
        step_id=origin.step_id,
        status="provider_review",  # its first move says where it stands
        holder_role="nobody",
        submitted_at=now,
        revision=0,
    )
    told = {"number", "person_id", "programme_id", "provider_id", "groups", "organisation_id", "oktmo"}
    from_route = {"suggestion_id", "route_id", "step_id", "channel"}
    facts = application.model_dump(include=told | from_route)
    await emit(session, ApplicationSubmitted(application_id=application.id, **facts), subject=application.id, revision=1)
    action: Literal["appoint", "submit"] = "appoint" if channel == "appointment" else "submit"
    await move(session, application, action, by=by, now=now, calendar=await calendar_of(session))
    return application


async def open_offer(
    session: AsyncSession, programme_id: UUID, group_ids: Sequence[UUID], *, now: datetime
) -> tuple[Programme, list[StudyGroup]]:
    """A programme and its wanted groups, all of which take applications today."""
    programme = await session.get(Programme, programme_id, with_for_update={"read": True})  # a withdrawal waits for us, or we see it
    if programme is None:
        raise NotFound()
    groups = await groups_of(session, programme_id, dict.fromkeys(group_ids))
    cancelled = await cancelled_among(session, group_ids)
    is_open = await programme_is_open(session, programme)
    for group in groups:
        may_apply(
            today=day_of(now),
            opens=group.enrolment_opens,
            closes=group.enrolment_closes,
            cancelled=group.id in cancelled,
            programme_open=is_open,
        )
    return programme, groups


async def consenting(session: AsyncSession, person_id: UUID) -> Learner:
    """A learner with an active consent to training, locked against withdrawing it meanwhile."""
    row = select(Learner).where(Learner.person_id == person_id, col(Learner.erased_at).is_(None)).with_for_update(key_share=True)
    learner = (await session.exec(row)).one_or_none()
    if learner is None or not await has_consent(session, person_id):
        raise ConsentMissing()
    return learner


async def demand_no_other(session: AsyncSession, person_id: UUID, programme_id: UUID) -> None:
    """Refuse a second live application to a programme; the learner's row is locked, so nobody slips in between."""
    mine = col(Application.person_id) == person_id, col(Application.programme_id) == programme_id
    if await session.scalar(exists().where(*mine, col(Application.status).in_(LIVE)).select()):
        raise AlreadyApplied()


async def next_number(session: AsyncSession, *, year: int) -> str:
    """The year's next number. A sequence makes nobody wait; a refused application may leave a gap."""
    number = await session.scalar(select(func.nextval(f"application_number_{year}")))
    return f"ДПО-{year}-{number:06d}"


async def withdraw_application(
    session: AsyncSession, application_id: UUID, *, reason: str | None, caller: Caller, now: datetime
) -> Application:
    """Take an application back; any seat it held goes to the next one."""
    application = await lock(session, application_id, caller=caller)
    by = acting(caller, application, "withdraw")
    await demand_reason(session, reason, action="withdraw", today=day_of(now))
    shift = await move(session, application, "withdraw", by=by, now=now, calendar=await calendar_of(session), reason=reason)
    await settle(session, shift, now=now)
    return application


async def answer_clarification(session: AsyncSession, application_id: UUID, *, words: str, caller: Caller, now: datetime) -> Application:
    """Answer what was asked; the application goes back to whoever asked."""
    application = await lock(session, application_id, caller=caller)
    by = acting(caller, application, "answer")
    await move(session, application, "answer", by=by, now=now, calendar=await calendar_of(session), remark=words)
    return application


async def confirm_application(session: AsyncSession, application_id: UUID, *, caller: Caller, now: datetime) -> Application:
    """Agree to a training that the school or the municipality proposed."""
    if caller.person_id is None:
        raise NotFound()
    await consenting(session, caller.person_id)  # a person is locked before their applications, here as everywhere
    application = await lock(session, application_id, caller=caller)
    by = acting(caller, application, "confirm")
    await move(session, application, "confirm", by=by, now=now, calendar=await calendar_of(session))
    return application


async def answer_offer(session: AsyncSession, application_id: UUID, *, accept: bool, caller: Caller, now: datetime) -> Application:
    """Take the seat on offer, or leave it and the queue with it."""
    application = await lock(session, application_id, caller=caller)
    action: Literal["take", "withdraw"] = "take" if accept else "withdraw"
    by = acting(caller, application, "take")  # there is no offer to answer in any other status
    if accept and application.seat_group_id:
        group = await session.get_one(StudyGroup, application.seat_group_id)
        may_seat(today=day_of(now), ends=group.ends, cancelled=bool(await cancelled_among(session, [group.id])))
    reason = None if accept else "offer_declined"
    shift = await move(session, application, action, by=by, now=now, calendar=await calendar_of(session), reason=reason)
    await settle(session, shift, now=now)
    return application
