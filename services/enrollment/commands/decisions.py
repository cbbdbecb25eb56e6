"""What a school, a municipality, an agency or a provider decides about applications, one or many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.enrollment.commands.moves import acting, lock, lock_many, move
from services.enrollment.commands.reference import calendar_of, cancelled_among, demand_reason, groups_of
from services.enrollment.commands.seats import settle
from services.enrollment.rules.calendar import Calendar
from services.enrollment.rules.guards import explained, may_seat
from services.enrollment.rules.refusals import OtherGroup
from services.enrollment.rules.seats import Shift
from services.enrollment.tables.applications import Application
from shared.access import Caller
from shared.clock import today as day_of
from shared.errors import DomainError

Verdict = Literal["approve", "reject", "clarify", "accept", "waitlist", "offer"]
VERDICTS = get_args(Verdict)


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict, the reason's code, words of the person who decides, and the group it is about when that is another one."""

    verdict: Verdict
    reason: str | None = None
    remark: str | None = None
    group_id: UUID | None = None


async def decide_application(
    session: AsyncSession, application_id: UUID, decision: Decision, *, caller: Caller, now: datetime
) -> Application:
    """Decide one application."""
    application = await lock(session, application_id, caller=caller)
    await demand_reason(session, decision.reason, action=decision.verdict, today=day_of(now))
    shift = await decide(session, application, decision, caller=caller, now=now, calendar=await calendar_of(session))
    await settle(session, shift, now=now)
    return application


async def decide_applications(
    session: AsyncSession, application_ids: Sequence[UUID], decision: Decision, *, caller: Caller, now: datetime
) -> list[Application]:
    """Decide many applications alike: all or none; a refusal names the application that it is about."""
    applications = await lock_many(session, list(application_ids), caller=caller)
    await demand_reason(session, decision.reason, action=decision.verdict, today=day_of(now))
    calendar = await calendar_of(session)
    shift: Shift = Shift()
    for application in applications:
        try:
            shift.update(await decide(session, application, decision, caller=caller, now=now, calendar=calendar))
        except DomainError as refusal:
            refusal.facts |= {"application_id": str(application.id), "number": application.number}
            raise
    await settle(session, shift, now=now)
    return applications


async def decide(
    session: AsyncSession, application: Application, decision: Decision, *, caller: Caller, now: datetime, calendar: Calendar
) -> Shift:
    by = acting(caller, application, decision.verdict)
    explained(action=decision.verdict, reason=decision.reason, remark=decision.remark)
    if decision.verdict in ("accept", "waitlist") and decision.group_id not in (None, *application.groups):
        raise OtherGroup("В этот поток педагог не просился: предложите ему место.")
    if decision.verdict in ("accept", "waitlist", "offer"):
        await demand_group(session, application, decision.group_id or application.group_id, now=now)
    return await move(
        session,
        application,
        decision.verdict,
        by=by,
        now=now,
        calendar=calendar,
        group_id=decision.group_id,
        reason=decision.reason,
        remark=decision.remark,
    )


async def demand_group(session: AsyncSession, application: Application, group_id: UUID, *, now: datetime) -> None:
    """Refuse a seat in a group that is not the programme's, is cancelled or is over."""
    [group] = await groups_of(session, application.programme_id, [group_id])
    may_seat(today=day_of(now), ends=group.ends, cancelled=bool(await cancelled_among(session, [group_id])))
