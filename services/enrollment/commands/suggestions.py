"""Suggestions: the accepted steps of a route that one may apply to today."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.enrollment.commands.reference import has_consent
from services.enrollment.rules.calendar import end_of
from services.enrollment.rules.moves import LIVE
from services.enrollment.rules.refusals import SuggestionClosed
from services.enrollment.rules.suggestions import (
    Known,
    LapseReason,
    Offered,
    Step,
    Window,
    accepted_steps,
    best_group,
    lapse_reason,
    next_opening,
)
from services.enrollment.rules.terms import A_MOMENT
from services.enrollment.tables.applications import Application
from services.enrollment.tables.people import Learner
from services.enrollment.tables.register import GroupCancellation, Programme, ProgrammeWithdrawal, StudyGroup
from services.enrollment.tables.routes import Route, RouteStep, Suggestion
from shared.access import Caller
from shared.clock import today as day_of
from shared.contracts.enrollment import SuggestionLapsed, SuggestionOffered
from shared.errors import NotFound
from shared.messaging.due import schedule
from shared.messaging.outbox import emit

SUGGESTS = "route_suggests"
LEFT = ("withdrawn", "rejected", "expired")
"""How an application ended whose group is not suggested again."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an application came from."""

    suggestion_id: UUID | None = None
    route_id: UUID | None = None
    step_id: UUID | None = None


async def refresh_route(session: AsyncSession, route_id: UUID, facts: dict[str, Any], now: datetime) -> None:
    """Make the suggestions of a route what its newest plan, the groups and the applications known by now allow."""
    route = (await session.exec(select(Route).where(Route.id == route_id).with_for_update(key_share=True))).one_or_none()
    if route is None:
        return
    today = day_of(now)
    standing_now = select(Suggestion).where(Suggestion.route_id == route_id, col(Suggestion.lapsed_at).is_(None))
    number = await session.scalar(select(func.count()).select_from(standing_now.subquery()))
    on_offer = list(await session.exec(standing_now.with_for_update(skip_locked=True, key_share=True)))
    person = select(Learner).where(Learner.person_id == route.person_id)
    learner = (await session.exec(person.with_for_update(skip_locked=True, read=True))).one_or_none()
    if len(on_offer) != number or (learner is None and (await session.exec(person)).one_or_none()):  # they are just deciding
        await schedule(session, SUGGESTS, route_id, at=now + A_MOMENT)
        return
    steps = await agreed_steps(session, route, learner)
    known = await known_about(session, route, steps, on_offer)
    wanted = {step.step_id: best_group(step, known, today=today) for step in steps}
    standing, days = set(), []
    for suggestion in on_offer:
        if reason := lapse_reason(offered(suggestion), wanted=wanted, known=known, today=today):
            await lapse(session, suggestion, reason, now=now)
        else:
            standing.add(suggestion.step_id)
            days.append(suggestion.expires)
    for step in steps:
        group_id = wanted[step.step_id]
        if group_id and step.step_id not in standing:
            suggestion = Suggestion(
                person_id=route.person_id,
                route_id=route.id,
                step_id=step.step_id,
                programme_id=step.programme_id,
                group_id=group_id,
                expires=known.windows[group_id].closes,
                offered_at=now,
            )
            await offer(session, suggestion)
            days.append(suggestion.expires)
    if opening := next_opening(steps, known, today=today):
        days.append(opening - timedelta(days=1))
    if days:
        await schedule(session, SUGGESTS, route_id, at=end_of(min(days)))


async def agreed_steps(session: AsyncSession, route: Route, learner: Learner | None) -> list[Step]:
    """The steps to suggest: a person follows the route planned last, and nobody without consent, or erased, follows any."""
    newest = select(col(Route.id)).where(Route.person_id == route.person_id, col(Route.planned_at).is_not(None))
    current = await session.scalar(newest.order_by(col(Route.planned_at).desc(), col(Route.id)).limit(1))
    if current != route.id or learner is None or learner.erased_at is not None or not await has_consent(session, learner.person_id):
        return []
    rows = await session.exec(select(RouteStep).where(RouteStep.route_id == route.id).order_by(col(RouteStep.place)))
    steps = [Step(row.step_id, row.programme_id, tuple(row.groups)) for row in rows]
    return accepted_steps(status=route.status, steps=steps, agreed=route.agreed)


async def known_about(session: AsyncSession, route: Route, steps: Iterable[Step], on_offer: Iterable[Suggestion]) -> Known:
    programmes = {step.programme_id for step in steps} | {suggestion.programme_id for suggestion in on_offer}
    groups = {group for step in steps for group in step.groups} | {suggestion.group_id for suggestion in on_offer}
    cancelled = set(await session.exec(select(GroupCancellation.group_id).where(col(GroupCancellation.group_id).in_(groups))))
    withdrawal = (col(ProgrammeWithdrawal.programme_id) == Programme.id) & (col(ProgrammeWithdrawal.revision) > Programme.revision)
    published = select(Programme.id).outerjoin(ProgrammeWithdrawal, withdrawal)
    is_open = published.where(col(Programme.id).in_(programmes), col(ProgrammeWithdrawal.programme_id).is_(None))
    applied = select(Application.programme_id).where(Application.person_id == route.person_id)
    left = select(Application.group_id).where(Application.person_id == route.person_id)
    declined = select(Suggestion.group_id).where(Suggestion.route_id == route.id, Suggestion.reason == "declined")
    rows = await session.exec(select(StudyGroup).where(col(StudyGroup.id).in_(groups)))
    return Known(
        windows={group.id: Window(group.enrolment_opens, group.enrolment_closes, group.id in cancelled) for group in rows},
        open_programmes=set(await session.exec(is_open)),
        applied=set(await session.exec(applied.where(col(Application.status).in_([*LIVE, "completed"])))),
        declined={*await session.exec(declined), *await session.exec(left.where(col(Application.status).in_(LEFT)))},
    )


def offered(suggestion: Suggestion) -> Offered:
    return Offered(suggestion.step_id, suggestion.programme_id, suggestion.group_id, suggestion.expires, suggestion.allocated)


async def offer(session: AsyncSession, suggestion: Suggestion) -> None:
    """Put a suggestion on offer until its day."""
    await session.flush()
    session.add(suggestion)
    await session.flush()
    ids = suggestion.model_dump(include={"person_id", "route_id", "step_id", "programme_id", "group_id", "expires"})
    await emit(session, SuggestionOffered(suggestion_id=suggestion.id, **ids), subject=suggestion.id, revision=1)


async def lapse(session: AsyncSession, suggestion: Suggestion, reason: LapseReason, *, now: datetime) -> None:
    """End a suggestion."""
    suggestion.lapsed_at, suggestion.reason = now, reason
    ids = suggestion.model_dump(include={"person_id", "route_id", "step_id"})
    await emit(session, SuggestionLapsed(suggestion_id=suggestion.id, reason=reason, **ids), subject=suggestion.id, revision=2)


async def answered(session: AsyncSession, person_id: UUID, programme_id: UUID, *, now: datetime) -> Origin:
    """End the suggestions that an application to a programme answers; the step it serves, even when nothing was suggested."""
    mine = Suggestion.person_id == person_id, Suggestion.programme_id == programme_id, col(Suggestion.lapsed_at).is_(None)
    answers = list(await session.exec(select(Suggestion).where(*mine).order_by(col(Suggestion.offered_at)).with_for_update(key_share=True)))
    for suggestion in answers:
        await lapse(session, suggestion, "applied", now=now)
    if answers:
        return Origin(answers[0].id, answers[0].route_id, answers[0].step_id)
    steps = select(RouteStep).join(Route, col(Route.id) == RouteStep.route_id).where(Route.person_id == person_id)
    newest = steps.where(RouteStep.programme_id == programme_id).order_by(col(Route.planned_at).desc()).limit(1)
    step = (await session.exec(newest)).one_or_none()
    return Origin(None, step.route_id, step.step_id) if step else Origin()


async def lock_suggestion(session: AsyncSession, suggestion_id: UUID, *, caller: Caller) -> Suggestion:
    """A suggestion of the caller's, locked; any other is `NotFound`."""
    row = select(Suggestion).where(Suggestion.id == suggestion_id).with_for_update(key_share=True)
    suggestion = (await session.exec(row)).one_or_none()
    if suggestion is None or not caller.reaches(person=suggestion.person_id):
        raise NotFound()
    return suggestion


async def refuse_suggestion(session: AsyncSession, suggestion_id: UUID, *, caller: Caller, now: datetime) -> Suggestion:
    """Say no; saying it twice is not an error. Another group of the step may be suggested instead."""
    suggestion = await lock_suggestion(session, suggestion_id, caller=caller)
    if suggestion.reason == "declined":
        return suggestion
    if suggestion.lapsed_at is not None:
        raise SuggestionClosed()
    await lapse(session, suggestion, "declined", now=now)
    await schedule(session, SUGGESTS, suggestion.route_id, at=now)
    return suggestion


async def refresh_routes_with(
    session: AsyncSession, *, at: datetime, group_id: UUID | None = None, programme_id: UUID | None = None
) -> None:
    """Let every route that names a group or a programme look at its suggestions again."""
    named = []
    if group_id:
        named += [col(RouteStep.groups).contains([group_id])]
    if programme_id:
        named += [col(RouteStep.programme_id) == programme_id]
    by_step = select(RouteStep.route_id).where(or_(*named))
    by_offer = select(Suggestion.route_id).where(
        col(Suggestion.lapsed_at).is_(None),
        or_(col(Suggestion.group_id) == group_id, col(Suggestion.programme_id) == programme_id),
    )
    for route_id in sorted({*await session.exec(by_step), *await session.exec(by_offer)}):
        await schedule(session, SUGGESTS, route_id, at=at)


async def refresh_routes_of(session: AsyncSession, person_id: UUID, *, at: datetime) -> None:
    """Let all routes of a person look at their suggestions again."""
    for route_id in await session.exec(select(Route.id).where(Route.person_id == person_id).order_by(col(Route.id))):
        await schedule(session, SUGGESTS, route_id, at=at)
