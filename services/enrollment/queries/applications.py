"""Applications as people see them: what to do next, who holds it, until when, and how it came there."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, tuple_
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.enrollment.queries.history import clashes_of, history_of, last_passed, people_of, place_in_queue
from services.enrollment.queries.pages import cursor_after, key_in
from services.enrollment.queries.shapes import (
    ActionShown,
    GroupShown,
    HolderShown,
    LearnerShown,
    NoticeShown,
    OrderShown,
    ProgrammeShown,
    Shown,
    StepShown,
    WorkplaceShown,
    action_shown,
    notices_shown,
)
from services.enrollment.rules import words
from services.enrollment.rules.moves import Actor, allowed
from services.enrollment.rules.notices import Period, audience_warnings, clash_warnings, register_warning, repeat_warning
from services.enrollment.rules.register import gaps
from services.enrollment.rules.standing import ROLE_OF, standing
from services.enrollment.tables.applications import Application, SignedOrder
from services.enrollment.tables.people import Learner
from services.enrollment.tables.register import Organisation, Programme, StudyGroup
from shared import telemetry
from shared.access import Caller
from shared.clock import today as day_of
from shared.contracts.enrollment import FINAL
from shared.database import within
from shared.errors import NotFound
from shared.words import HOLDERS, STATUSES

FAR = date.max


class ApplicationLine(Shown):
    """An application in a list."""

    id: UUID
    number: str
    learner: LearnerShown
    programme: ProgrammeShown
    group: GroupShown
    workplace: WorkplaceShown
    status: str
    label: str
    state: str
    holder: HolderShown
    due: date | None
    overdue: bool
    channel: str
    submitted_at: datetime
    moved_at: datetime
    order: OrderShown | None
    warnings: list[NoticeShown]
    allowed: list[ActionShown]


class ApplicationCard(ApplicationLine):
    """An application with its history; `place` is its place in the waiting list."""

    provider_id: UUID
    groups: list[UUID]
    suggestion_id: UUID | None
    route_id: UUID | None
    step_id: UUID | None
    place: int | None
    revision: int
    history: list[StepShown]


class ApplicationPage(Shown):
    """A page of a queue; `total` counts all pages."""

    items: list[ApplicationLine]
    total: int
    next: str | None


def reach(caller: Caller) -> ColumnElement[bool]:
    """The applications that a caller may see."""
    return within(
        caller,
        person=col(Application.person_id),
        organisation=col(Application.organisation_id),
        municipality=col(Application.oktmo),
        agency=col(Application.agency_id),
        provider=col(Application.provider_id),
    )


def held_by(caller: Caller) -> ColumnElement[bool]:
    """The applications that wait for a caller."""
    role, scope = col(Application.holder_role), col(Application.holder_scope)
    kinds = (("school", "organisation"), ("municipality", "municipality"), ("agency", "agency"), ("provider", "provider"))
    held = [and_(role == holder, scope.in_([str(one) for one in caller.scopes(kind)])) for holder, kind in kinds if caller.scopes(kind)]
    if any(grant.role == "operator" for grant in caller.grants):
        held.append(role == "operator")
    return or_(false(), *held)


def rows() -> Select[Application, Programme, StudyGroup, Learner, str, UUID, str, date]:
    seat_or_wish = func.coalesce(Application.seat_group_id, Application.group_id)
    found = select(
        Application,
        Programme,
        StudyGroup,
        Learner,
        col(Organisation.short_name),
        col(SignedOrder.id),
        col(SignedOrder.number),
        col(SignedOrder.dated),
    )
    return (
        found.join(Programme, col(Programme.id) == Application.programme_id)
        .join(StudyGroup, col(StudyGroup.id) == seat_or_wish)
        .join(Learner, col(Learner.person_id) == Application.person_id)
        .outerjoin(Organisation, col(Organisation.id) == Application.organisation_id)
        .outerjoin(SignedOrder, col(SignedOrder.id) == Application.order_id)
    )


async def my_applications(session: AsyncSession, *, caller: Caller, now: datetime) -> list[ApplicationLine]:
    """The caller's own applications: live ones by deadline, then the ended ones, newest first."""
    mine = rows().where(col(Application.person_id).in_(caller.scopes("person")))
    ended = col(Application.status).in_(FINAL)
    found = (await session.execute(mine.order_by(ended, col(Application.due).nulls_last(), col(Application.number).desc()))).all()
    return [line(row, caller=caller, today=day_of(now)) for row in found]


async def application_lines(session: AsyncSession, ids: list[UUID], *, caller: Caller, now: datetime) -> list[ApplicationLine]:
    """These applications, as far as the caller reaches them, by number."""
    chosen = rows().where(col(Application.id).in_(ids), reach(caller)).order_by(col(Application.number))
    return [line(row, caller=caller, today=day_of(now)) for row in (await session.execute(chosen)).all()]


async def queue(
    session: AsyncSession,
    *,
    mine: bool,
    statuses: list[str],
    group_id: UUID | None,
    number: str | None,
    cursor: str | None,
    limit: int,
    caller: Caller,
    now: datetime,
) -> ApplicationPage:
    """The applications that wait for the caller, by deadline; or all within reach, newest first."""
    asked = [reach(caller), *([held_by(caller)] if mine else [])]
    if statuses:
        asked.append(col(Application.status).in_(statuses))
    if group_id:
        asked.append(or_(col(Application.group_id) == group_id, col(Application.seat_group_id) == group_id))
    if number:
        asked.append(matching(number))
    total = await session.scalar(select(func.count()).select_from(Application).where(*asked)) or 0
    due = func.coalesce(Application.due, FAR)
    page = rows().where(*asked).limit(limit + 1)
    if mine:
        page = page.order_by(due, col(Application.number))
        if cursor:
            page = page.where(tuple_(due, col(Application.number)) > tuple_(*key_in(cursor, date.fromisoformat, str)))
    else:
        page = page.order_by(col(Application.number).desc())
        if cursor:
            page = page.where(col(Application.number) < key_in(cursor, str)[0])
    found = (await session.execute(page)).all()
    items = [line(row, caller=caller, today=day_of(now)) for row in found[:limit]]
    if len(found) <= limit:
        return ApplicationPage(items=items, total=total, next=None)
    key = (items[-1].due or FAR, items[-1].number) if mine else (items[-1].number,)
    return ApplicationPage(items=items, total=total, next=cursor_after(*key))


def matching(number: str) -> ColumnElement[bool]:
    """Applications by their number, or by its digits alone."""
    wanted = number.strip().upper()
    if wanted.isdecimal():
        return col(Application.number).endswith(f"-{int(wanted):06d}")
    return col(Application.number) == wanted


def line(row: Any, *, caller: Caller, today: date) -> ApplicationLine:
    return ApplicationLine(**facts(row, caller=caller, today=today))


def stands(caller: Caller, application: Application) -> list[Actor]:
    """Everything that a caller is to an application."""
    return standing(
        caller,
        person=application.person_id,
        organisation=application.organisation_id,
        municipality=application.oktmo,
        agency=application.agency_id,
        provider=application.provider_id,
    )


def facts(row: Any, *, caller: Caller, today: date) -> dict[str, Any]:
    """What a list says of an application."""
    application, programme, group, learner, short_name, order_id, order_number, dated = row
    actors = stands(caller, application)
    audience = audience_warnings(
        position=learner.position,
        subjects=learner.subjects,
        levels=learner.levels,
        wanted_positions=programme.positions,
        wanted_subjects=programme.subjects,
        wanted_levels=programme.levels,
    )
    if caller.person_id == application.person_id:
        actors = [actor for actor in actors if actor == "learner"]  # nobody decides about themselves
    live = application.status not in FINAL
    holder_words = HOLDERS.get(application.holder_role, "") if "learner" not in actors else words.own(application.holder_role)
    return {
        **application.model_dump(include={"id", "number", "status", "due", "channel", "submitted_at", "moved_at"}),
        "learner": LearnerShown(person_id=application.person_id, position=learner.position, subjects=learner.subjects),
        "programme": ProgrammeShown.model_validate(programme),
        "group": GroupShown.model_validate(group),
        "workplace": WorkplaceShown(id=application.organisation_id, short_name=short_name, oktmo=application.oktmo),
        "label": words.next_step(application.status, holder=application.holder_role),
        "state": STATUSES[application.status],
        "holder": HolderShown(role=application.holder_role, scope=application.holder_scope, words=holder_words),
        "overdue": bool(live and application.due and application.due < today),
        "order": OrderShown(id=order_id, number=order_number, dated=dated) if order_id else None,
        "warnings": notices_shown(audience, register_warning(gaps(learner.model_dump()))) if live else [],
        "allowed": [
            action_shown(action)
            for action in allowed(status=application.status, by=actors, holder=application.holder_role)
            if action in words.ACTIONS
        ],
    }


async def application_card(session: AsyncSession, application_id: UUID, *, caller: Caller, now: datetime) -> ApplicationCard:
    """An application within the caller's reach; any other is `NotFound`."""
    row = (await session.execute(rows().where(col(Application.id) == application_id, reach(caller)))).one_or_none()
    if row is None:
        raise NotFound()
    application, programme, group, *_ = row
    telemetry.annotate(dpo__application__id=application.number)
    shown = facts(row, caller=caller, today=day_of(now))
    if application.status not in FINAL:
        wanted = Period(programme.title, group.starts, group.ends)
        passed = await last_passed(session, application)
        clashes = clash_warnings(wanted, await clashes_of(session, application))
        shown["warnings"] += notices_shown(clashes, repeat_warning(passed, today=day_of(now)))
    people = await people_of(session, application, role=ROLE_OF.get(application.holder_role), today=day_of(now))
    shown["holder"] = shown["holder"].model_copy(update={"people": people})
    more = {"provider_id", "groups", "suggestion_id", "route_id", "step_id", "revision"}
    return ApplicationCard(
        **shown,
        **application.model_dump(include=more),
        place=await place_in_queue(session, application),
        history=await history_of(session, application_id),
    )
