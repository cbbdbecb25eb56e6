"""routes over HTTP: a teacher's own route, its acceptance, its change, and the answers to «почему»."""

import asyncio
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.routes import queries, rules
from services.routes.commands import planning, progress
from services.routes.planner.frontier import frontier
from services.routes.planner.reasons import NoRoute
from services.routes.planner.why_not import why_not
from services.routes.tables import Route
from shared.access import Caller, allow
from shared.clock import today
from shared.edge import Edge, Now, Tx
from shared.errors import NotFound

router = APIRouter(route_class=Edge, tags=["routes"])
Teacher = Annotated[Caller, allow("routes.own", "teacher")]


class WishesIn(BaseModel):
    """What to plan within: academic hours, roubles, programmes left out, groups pinned."""

    model_config = ConfigDict(extra="forbid")
    hours: Annotated[int, Field(ge=16, le=500)] | None = None
    fee: Annotated[int, Field(ge=0, le=500_000)] = 0
    excluded_programmes: Annotated[list[UUID], Field(max_length=50)] = []
    pinned_groups: Annotated[list[UUID], Field(max_length=6)] = []


class ShareOut(BaseModel):
    competence: str
    title: str
    share: float


class ResidualOut(ShareOut):
    reason: str


class GroupOut(BaseModel):
    group_id: UUID
    starts: date
    ends: date
    form: str
    place: str | None
    oktmo: str | None
    enrolment_closes: date
    free: int | None


class WhyOut(BaseModel):
    """Shapley shares of what the route closes, and what would be lost without the step."""

    fair: dict[str, float] = {}
    loss_share: float | None = None
    instead: list[UUID] = []


class StepOut(BaseModel):
    step_id: UUID
    position: int
    programme_id: UUID
    code: str | None
    title: str | None
    kind: str | None
    form: str | None
    provider_id: UUID | None
    document_kind: str | None
    hours: int
    starts: date | None
    ends: date | None
    status: rules.StepStatus
    application_id: UUID | None
    closes: list[ShareOut]
    reason: WhyOut
    groups: list[GroupOut]


class ChangeOut(BaseModel):
    competence: str
    title: str
    before: float
    after: float
    difference_error: float
    verdict: str


class RouteOut(BaseModel):
    route_id: UUID
    attempt_id: UUID
    procedure_id: UUID
    status: str
    wishes: dict[str, Any]
    hours: int
    objective: float
    bound: float
    gap: float
    proven: bool
    solver: str
    inputs_hash: str
    planned_at: AwareDatetime
    accepted_at: AwareDatetime | None
    studied_on: date | None
    completed_at: AwareDatetime | None
    steps: list[StepOut]
    residual: list[ResidualOut]
    changes: list[ChangeOut]


class AlternativeOut(BaseModel):
    """The best route within a budget of hours; no programmes when none fits."""

    hours_budget: int
    hours: int
    objective: float
    programmes: list[UUID]
    titles: list[str]


class WhyNotOut(BaseModel):
    """What keeps a group out of the route, and what taking it would cost of the objective."""

    group_id: UUID
    reason: str
    loss: float | None


@router.get("/me/route", response_model=RouteOut)
async def my_route(caller: Teacher, tx: Tx) -> dict[str, Any]:
    """The live route, else the newest one."""
    route = await queries.newest_route(tx, caller.scopes("person")[0])
    if route is None:
        raise NotFound("Маршрута пока нет: он появится после диагностики.")
    return await queries.shown(tx, route)


@router.get("/routes/{route_id}", response_model=RouteOut)
async def one_route(route_id: UUID, caller: Teacher, tx: Tx) -> dict[str, Any]:
    return await queries.shown(tx, await progress.own_route(tx, route_id, caller))


@router.post("/routes/{route_id}/acceptance", response_model=RouteOut)
async def accept_route(route_id: UUID, caller: Teacher, tx: Tx, now: Now) -> dict[str, Any]:
    return await queries.shown(tx, await progress.accept(tx, route_id=route_id, caller=caller, now=now))


@router.post("/routes/{route_id}/plan", response_model=RouteOut)
async def plan_route(route_id: UUID, body: WishesIn, caller: Teacher, tx: Tx, now: Now) -> dict[str, Any]:
    wishes = rules.Wishes(body.hours, body.fee, frozenset(map(str, body.excluded_programmes)), frozenset(map(str, body.pinned_groups)))
    return await queries.shown(tx, await progress.change(tx, route_id=route_id, wishes=wishes, caller=caller, now=now))


@router.get("/routes/{route_id}/alternatives", response_model=list[AlternativeOut])
async def route_alternatives(route_id: UUID, caller: Teacher, tx: Tx, now: Now) -> list[dict[str, Any]]:
    """What 36, 72, 108 and 144 hours would give."""
    route = await progress.own_route(tx, route_id, caller)
    person, offered = await planning.inputs(tx, route, now=now)
    points = await asyncio.to_thread(frontier, person, offered, today=today(now))
    known = await queries.programmes(tx, [UUID(step.programme) for point in points if point.plan for step in point.plan.steps])
    return [
        {
            "hours_budget": point.hours,
            "hours": point.plan.hours if point.plan else 0,
            "objective": point.plan.objective if point.plan else 0.0,
            "programmes": [step.programme for step in point.plan.steps] if point.plan else [],
            "titles": [known[UUID(step.programme)]["title"] for step in point.plan.steps] if point.plan else [],
        }
        for point in points
    ]


@router.get("/routes/{route_id}/explanations", response_model=list[WhyNotOut])
async def explain_route(route_id: UUID, programme_id: UUID, caller: Teacher, tx: Tx, now: Now) -> list[dict[str, Any]]:
    """Why the groups of a programme are not in the route."""
    route: Route = await progress.own_route(tx, route_id, caller)
    try:
        solved = await planning.solved(tx, route, now=now)
    except NoRoute as refusal:
        raise rules.CannotStandTogether() from refusal
    asked = [each.group for each in solved.prepared.problem.candidates if each.programme == str(programme_id)]
    asked += [each.candidate.group for each in solved.prepared.excluded if each.candidate.programme == str(programme_id)]
    left_out = [group for group in asked if group not in solved.plan.groups]
    found = [await asyncio.to_thread(why_not, solved.prepared, solved.plan, group) for group in left_out]
    return [{"group_id": one.group, "reason": one.reason.code, "loss": one.loss} for one in found]
