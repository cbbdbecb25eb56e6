"""Groups: what opens soon, and announcing, changing and cancelling."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog import commands, queries
from services.catalog.api.callers import Announcer, Historian, Since, Visitor
from services.catalog.api.public import Public
from services.catalog.api.readiness import ClashOut, GroupReadiness
from services.catalog.api.shapes.groups import GroupOut, GroupPage
from services.catalog.rules.fields import Day, Facts, Reason
from services.catalog.rules.groups import GroupFacts
from services.catalog.rules.search import WantedGroups
from services.catalog.tables import Group
from shared.clock import today
from shared.edge import Now, Tx

router = APIRouter(route_class=Public, tags=["groups"])


class GroupChange(GroupFacts):
    """All facts of the group as they are to be, and why they change."""

    reason: Reason

    @property
    def facts(self) -> GroupFacts:
        return GroupFacts.model_validate({field: getattr(self, field) for field in GroupFacts.model_fields})


class Cancellation(Facts):
    reason: Reason


class Repetition(Facts):
    """When a copy begins; without a day, on the same weekday of the next year."""

    starts: Day | None = None


class GroupAnswer(GroupOut):
    """A group as it stands now, with a warning for each teacher or room that it wants at somebody else's time."""

    clashes: list[ClashOut]


async def answered(tx: AsyncSession, group_id: UUID, now: datetime) -> dict[str, Any]:
    card = await queries.groups.group_card(tx, group_id, today=today(now))
    return {**card, "clashes": await queries.readiness.clashes_of(tx, await tx.get_one(Group, group_id))}


@router.get("/groups", response_model=GroupPage)
async def list_groups(wanted: Annotated[WantedGroups, Query()], caller: Visitor, tx: Tx, now: Now) -> Any:
    return await queries.groups.groups_listed(tx, wanted, today=today(now))


@router.get("/groups/{group_id}", response_model=GroupOut)
async def show_group(group_id: UUID, caller: Visitor, tx: Tx, now: Now) -> Any:
    return await queries.groups.group_card(tx, group_id, today=today(now))


@router.post("/programmes/{programme_id}/groups", status_code=201, response_model=GroupAnswer)
async def announce_group(programme_id: UUID, body: GroupFacts, caller: Announcer, tx: Tx, now: Now) -> Any:
    group_id = await commands.groups.announce_group(tx, programme_id, body, caller=caller, now=now)
    return await answered(tx, group_id, now)


@router.put("/groups/{group_id}", response_model=GroupAnswer)
async def change_group(group_id: UUID, body: GroupChange, caller: Announcer, since: Since, tx: Tx, now: Now) -> Any:
    await commands.groups.change_group(tx, group_id, body.facts, reason=body.reason, caller=caller, now=now, revision=since)
    return await answered(tx, group_id, now)


@router.post("/groups/{group_id}/cancellation", response_model=GroupOut)
async def cancel_group(group_id: UUID, body: Cancellation, caller: Announcer, tx: Tx, now: Now) -> Any:
    await commands.groups.cancel_group(tx, group_id, reason=body.reason, caller=caller, now=now)
    return await queries.groups.group_card(tx, group_id, today=today(now))


@router.post("/groups/{group_id}/copy", status_code=201, response_model=GroupAnswer)
async def copy_group(group_id: UUID, body: Repetition, caller: Announcer, tx: Tx, now: Now) -> Any:
    """Announce a former group again, its timetable moved with it."""
    return await answered(tx, await commands.groups.copy_group(tx, group_id, starts=body.starts, caller=caller, now=now), now)


@router.get("/groups/{group_id}/readiness", response_model=GroupReadiness)
async def group_readiness(group_id: UUID, caller: Historian, tx: Tx) -> Any:
    """What the group needs before its enrolment opens."""
    return await queries.readiness.group_checklist(tx, group_id, caller=caller)
