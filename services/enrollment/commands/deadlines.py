"""What happens by itself: a deadline passes, a seat comes free, a group or programme is gone.

What somebody is just deciding about is left alone and looked at a moment later. Seats are waited for last, as by every command,
and applications only by whoever holds their learner, so that no two wait for each other.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.enrollment.commands.learners import follow_learner, tell_learner
from services.enrollment.commands.moves import SYSTEM, move
from services.enrollment.commands.reference import calendar_of, cancelled_among, group_of, programme_is_open, workplace_of
from services.enrollment.commands.seats import settle
from services.enrollment.commands.suggestions import refresh_routes_with
from services.enrollment.rules.moves import LIVE, MOVES, Action, when_due
from services.enrollment.rules.seats import Shift
from services.enrollment.rules.terms import A_MOMENT, due_of
from services.enrollment.tables.applications import Application, Seats
from services.enrollment.tables.people import Learner
from services.enrollment.tables.register import Programme, StudyGroup
from shared.clock import today as day_of
from shared.messaging.due import schedule

SILENCE = {"clarification": "no_answer", "teacher_confirmation": "no_answer", "seat_offered": "no_answer", "waiting_list": "no_seat"}
"""Why an application in this status expires; in any other nobody decided."""


async def pass_deadline(session: AsyncSession, application_id: UUID, facts: dict[str, Any], now: datetime) -> None:
    """Nobody moved the application in time: it goes to the next holder, or expires."""
    row = select(Application).where(Application.id == application_id).with_for_update(skip_locked=True, key_share=True)
    application = (await session.exec(row)).one_or_none()
    if application is None:
        await schedule(session, "application_due", application_id, at=now + A_MOMENT, **facts)
        return
    if application.revision != facts["revision"]:
        return
    action = when_due(status=application.status, holder=application.holder_role, offers_lapsed=application.offers_lapsed)
    if action is None:
        return
    reason = None if action == "finish" else SILENCE.get(application.status, "no_decision")
    shift = await move(session, application, action, by=SYSTEM, now=now, calendar=await calendar_of(session), reason=reason)
    await settle(session, shift, now=now)


async def offer_free_seats(session: AsyncSession, group_id: UUID, facts: dict[str, Any], now: datetime) -> None:
    """Offer the free seats of a group to those who wait longest; who let an offer lapse stands behind the others."""
    row = select(Seats).where(Seats.group_id == group_id).with_for_update(skip_locked=True, key_share=True)
    seats = (await session.exec(row)).one_or_none()
    if seats is None:
        await schedule(session, "seats_free", group_id, at=now + A_MOMENT)
        return
    free = min(seats.waiting, seats.capacity - seats.held - seats.taken)
    group = await group_of(session, group_id)
    if free <= 0 or day_of(now) >= group.starts or await cancelled_among(session, [group_id]):
        return
    waiting = select(Application).where(Application.group_id == group_id, Application.status == "waiting_list")
    first = waiting.order_by(col(Application.offers_lapsed), col(Application.waiting_since), col(Application.number)).limit(free)
    applications = list(await session.exec(first.with_for_update(skip_locked=True, key_share=True)))
    calendar, shift = await calendar_of(session), Shift()
    for application in applications:
        shift.update(await move(session, application, "offer", by=SYSTEM, now=now, calendar=calendar, reason="seat_freed"))
    await settle(session, shift, now=now)
    if len(applications) < free:  # somebody is just deciding about one who waits
        await schedule(session, "seats_free", group_id, at=now + A_MOMENT)


async def follow_group(session: AsyncSession, group_id: UUID, facts: dict[str, Any], now: datetime) -> None:
    """A group was announced, changed or cancelled: its applications and suggestions follow."""
    group = await session.get(StudyGroup, group_id)
    if group is None:
        return
    await refresh_routes_with(session, at=now, group_id=group_id)
    if await cancelled_among(session, [group_id]):
        stands = func.coalesce(col(Application.seat_group_id), col(Application.group_id)) == group_id
        if not await cancel_where(session, stands, reason="group_cancelled", now=now):
            await schedule(session, "group_changed", group_id, at=now + A_MOMENT)
        return
    shift, calendar = Shift(), await calendar_of(session)
    applications, complete = await live_where(session, col(Application.seat_group_id) == group_id)
    for application in applications:
        due = due_of(
            status=application.status,
            holder=application.holder_role,
            today=day_of(application.moved_at),  # the day its deadline was set: unless the dates moved, neither does the deadline
            starts=group.starts,
            ends=group.ends,
            calendar=calendar,
        )
        if due != application.due and "reschedule" in MOVES[application.status]:
            shift.update(await move(session, application, "reschedule", by=SYSTEM, now=now, calendar=calendar, reason="dates_changed"))
    await settle(session, shift, now=now)
    if not complete:
        await schedule(session, "group_changed", group_id, at=now + A_MOMENT)


async def follow_programme(session: AsyncSession, programme_id: UUID, facts: dict[str, Any], now: datetime) -> None:
    """A programme was published or withdrawn: suggestions follow; applications to a withdrawn one end, trainings under way go on."""
    programme = await session.get(Programme, programme_id)
    if programme is None:
        return
    await refresh_routes_with(session, at=now, programme_id=programme_id)
    if not await programme_is_open(session, programme):
        before_training = (col(Application.programme_id) == programme_id) & (col(Application.status) != "enrolled")
        if not await cancel_where(session, before_training, reason="programme_withdrawn", now=now):
            await schedule(session, "programme_changed", programme_id, at=now + A_MOMENT)


async def cancel_where(session: AsyncSession, condition: ColumnElement[bool], *, reason: str, now: datetime) -> bool:
    """End these applications, or let them go on to the next group of their own list; return whether that was all of them."""
    shift, calendar = Shift(), await calendar_of(session)
    applications, complete = await live_where(session, condition)
    for application in applications:
        regroups = reason == "group_cancelled" and "regroup" in MOVES[application.status]
        fallback = await next_group(session, application, now=now) if regroups else None
        action: Action = "regroup" if fallback else "cancel"
        shift.update(await move(session, application, action, by=SYSTEM, now=now, calendar=calendar, group_id=fallback, reason=reason))
    await settle(session, shift, now=now)
    return complete


async def next_group(session: AsyncSession, application: Application, *, now: datetime) -> UUID | None:
    """The next group that the learner asked for and that has not begun."""
    cancelled = await cancelled_among(session, application.groups)
    rows = await session.exec(select(StudyGroup.id).where(col(StudyGroup.id).in_(application.groups), col(StudyGroup.starts) > day_of(now)))
    ahead = set(rows) - cancelled - {application.group_id}
    return next((group_id for group_id in application.groups if group_id in ahead), None)


async def live_where(session: AsyncSession, condition: ColumnElement[bool]) -> tuple[list[Application], bool]:
    """The live applications that fulfil a condition, locked, but for those just being decided; and whether there are none of these."""
    wanted = condition & col(Application.status).in_(LIVE)
    number = await session.scalar(select(func.count()).select_from(Application).where(wanted))
    rows = select(Application).where(wanted).order_by(col(Application.id)).with_for_update(skip_locked=True, key_share=True)
    applications = list(await session.exec(rows))
    return applications, len(applications) == number


async def follow_workplace(session: AsyncSession, organisation_id: UUID, facts: dict[str, Any], now: datetime) -> None:
    """An organisation moved to another municipality or agency: the people who work there, and their applications, follow."""
    workplace = await workplace_of(session, organisation_id)
    if workplace is None:
        return
    works_here = (col(Learner.organisation_id) == organisation_id) & col(Learner.erased_at).is_(None)
    number = await session.scalar(select(func.count()).select_from(Learner).where(works_here))
    people = select(Learner).where(works_here).order_by(col(Learner.person_id)).with_for_update(skip_locked=True, key_share=True)
    learners = list(await session.exec(people))
    for learner in learners:
        if learner.oktmo != workplace.oktmo:
            await tell_learner(session, learner)
        await follow_learner(session, learner, now=now)
    if len(learners) != number:
        await schedule(session, "organisation_changed", organisation_id, at=now + A_MOMENT)
