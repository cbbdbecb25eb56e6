"""One step of an application: decided by the table of moves, written into its history, told, and counted."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.enrollment.commands.reference import group_of
from services.enrollment.commands.suggestions import SUGGESTS
from services.enrollment.queries.applications import stands
from services.enrollment.rules import moves
from services.enrollment.rules.calendar import Calendar, end_of
from services.enrollment.rules.moves import Action, Actor
from services.enrollment.rules.refusals import OwnApplication
from services.enrollment.rules.seats import PLACES, Shift, shift
from services.enrollment.rules.standing import ROLE_OF
from services.enrollment.rules.terms import due_of
from services.enrollment.tables.applications import Application, Remark, SignedOrder, Transition
from shared import telemetry
from shared.access import Caller
from shared.clock import today as day_of
from shared.contracts.enrollment import FINAL, Holder, Status, StatusChanged
from shared.database import append
from shared.errors import NotFound
from shared.messaging.due import forget, schedule
from shared.messaging.outbox import emit

DUE = "application_due"


@dataclass(frozen=True, slots=True)
class By:
    """Who makes a move: what the table of moves knows them as, and the id that history keeps."""

    actor: Actor
    id: str


SYSTEM = By("system", "system")


async def lock(session: AsyncSession, application_id: UUID, *, caller: Caller) -> Application:
    """An application within the caller's reach, locked for this transaction; any other is `NotFound`."""
    row = select(Application).where(Application.id == application_id).with_for_update(key_share=True)
    application = (await session.exec(row, execution_options={"populate_existing": True})).one_or_none()
    if application is None or not stands(caller, application):
        raise NotFound()
    telemetry.annotate(dpo__application__id=application.number)
    return application


async def lock_many(session: AsyncSession, application_ids: list[UUID], *, caller: Caller) -> list[Application]:
    """Several applications, locked in one order whoever asks; raises `NotFound` unless the caller reaches them all."""
    wanted = sorted(set(application_ids))
    rows = select(Application).where(col(Application.id).in_(wanted)).order_by(col(Application.id)).with_for_update(key_share=True)
    found = list(await session.exec(rows, execution_options={"populate_existing": True}))
    if len(found) != len(wanted) or not all(stands(caller, application) for application in found):
        raise NotFound()
    return found


def acting(caller: Caller, application: Application, action: Action) -> By:
    """The caller as the one who may make a move; raises `NotYours`, `MovedOn` or `OwnApplication` when none of their roles may."""
    known_as = stands(caller, application)
    if caller.person_id == application.person_id and "learner" not in known_as:
        raise OwnApplication()
    move = moves.MOVES[application.status].get(action)
    fitting = [actor for actor in known_as if move and moves.may(move, by=actor, holder=application.holder_role)]
    actor = (fitting or known_as)[0]
    moves.move_for(status=application.status, action=action, by=actor, holder=application.holder_role)
    return By(actor, caller.subject if actor != "learner" else str(application.person_id))


async def move(
    session: AsyncSession,
    application: Application,
    action: Action,
    *,
    by: By,
    now: datetime,
    calendar: Calendar,
    group_id: UUID | None = None,
    reason: str | None = None,
    remark: str | None = None,
    order: SignedOrder | None = None,
) -> Shift:
    """Make one move; `group_id` is the group it is about when that is another one. Returns what to add to the counters of seats."""
    telemetry.annotate(dpo__application__id=application.number)
    new = application.revision == 0
    was: Status | None = None if new else application.status
    taken = moves.move_for(status=was, action=action, by=by.actor, holder=application.holder_role if not new else "nobody")
    before = (was, application.seat_group_id)
    application.passed = sorted({*application.passed, *moves.passed_by(status=was, action=action)})
    to = moves.destination(taken, status=was, chain=application.approvals, passed=application.passed, returns_to=application.returns_to)
    application.status = to
    application.revision += 1
    application.moved_at = now
    if to != was:
        application.returns_to = was if to in ("clarification", "seat_offered") else None
    stand(application, action, group_id=group_id, now=now)
    if order is not None and action == "enrol":
        application.order_id = order.id
    application.holder_role = moves.next_holder(
        action=action, to=to, holder=application.holder_role, agency=application.agency_id is not None
    )
    application.holder_scope = scope_of(application)
    await set_due(session, application, now=now, calendar=calendar)
    await write(session, application, action, was=was, by=by, now=now, reason=reason, remark=remark, order=order)
    return shift(before=before, after=(to, application.seat_group_id))


def stand(application: Application, action: Action, *, group_id: UUID | None, now: datetime) -> None:
    """Put the application into the group, and the counter, that its new status stands in."""
    if action in ("accept", "waitlist", "regroup", "transfer") and group_id is not None:
        application.group_id = group_id
    if action == "take" and application.seat_group_id is not None:
        application.group_id = application.seat_group_id
    if action == "lapse":
        application.offers_lapsed += 1
    if application.status == "waiting_list" and application.waiting_since is None:
        application.waiting_since = now
    if application.status not in PLACES:
        application.seat_group_id = None
    elif action == "offer":
        application.seat_group_id = group_id or application.group_id
    elif action in ("accept", "waitlist", "lapse", "transfer"):
        application.seat_group_id = application.group_id


def scope_of(application: Application) -> str | None:
    """The id of the scope that the holder acts in."""
    scopes = {
        "learner": application.person_id,
        "school": application.organisation_id,
        "municipality": application.oktmo,
        "agency": application.agency_id,
        "provider": application.provider_id,
    }
    scope = scopes.get(application.holder_role)
    return None if scope is None else str(scope)


async def set_due(session: AsyncSession, application: Application, *, now: datetime, calendar: Calendar) -> None:
    """Work out the last day to act, and let something happen when it has passed."""
    group = await group_of(session, application.seat_group_id or application.group_id)
    application.due = due_of(
        status=application.status,
        holder=application.holder_role,
        today=day_of(now),
        starts=group.starts,
        ends=group.ends,
        calendar=calendar,
    )
    later = moves.when_due(status=application.status, holder=application.holder_role, offers_lapsed=application.offers_lapsed)
    if application.due and later:
        await schedule(session, DUE, application.id, at=end_of(application.due), revision=application.revision)
    elif application.revision > 1:
        await forget(session, DUE, application.id)


async def write(
    session: AsyncSession,
    application: Application,
    action: Action,
    *,
    was: Status | None,
    by: By,
    now: datetime,
    reason: str | None,
    remark: str | None,
    order: SignedOrder | None,
) -> None:
    """Add the step to the history and tell it."""
    role = ROLE_OF[by.actor]
    standing_in = application.seat_group_id or application.group_id
    session.add(application)
    await append(
        session,
        Transition,
        application_id=application.id,
        revision=application.revision,
        action=action,
        from_status=was,
        to_status=application.status,
        group_id=standing_in,
        actor_role=role,
        actor=by.id,
        reason=reason,
        holder_role=application.holder_role,
        holder_scope=application.holder_scope,
        due=application.due,
        order_id=order.id if order else None,
        at=now,
    )
    if remark:
        session.add(Remark(application_id=application.id, revision=application.revision, words=remark))
    told = {"number", "person_id", "programme_id", "provider_id", "organisation_id", "oktmo", "route_id", "step_id", "due"}
    event = StatusChanged(
        **application.model_dump(include=told),
        application_id=application.id,
        group_id=standing_in,
        from_status=was,
        to_status=application.status,
        actor_role=role,
        reason=reason,
        holder=Holder(role=application.holder_role, scope=application.holder_scope),
        order_number=order.number if order else None,
        changed_at=now,
    )
    await emit(session, event, subject=application.id, revision=application.revision)
    if application.status in FINAL and application.route_id:
        await schedule(session, SUGGESTS, application.route_id, at=now)
