"""Groups: what opens soon, and announcing, changing and cancelling."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.catalog import commands, queries
from services.catalog.api.callers import Announcer, Visitor
from services.catalog.api.public import Public
from services.catalog.api.shapes import GroupOut, GroupPage
from services.catalog.rules.fields import Facts, Reason
from services.catalog.rules.groups import GroupFacts
from services.catalog.rules.search import WantedGroups
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


@router.get("/groups", response_model=GroupPage)
async def list_groups(wanted: Annotated[WantedGroups, Query()], caller: Visitor, tx: Tx, now: Now) -> Any:
    return await queries.groups.groups_listed(tx, wanted, today=today(now))


@router.get("/groups/{group_id}", response_model=GroupOut)
async def show_group(group_id: UUID, caller: Visitor, tx: Tx, now: Now) -> Any:
    return await queries.groups.group_card(tx, group_id, today=today(now))


@router.post("/programmes/{programme_id}/groups", status_code=201, response_model=GroupOut)
async def announce_group(programme_id: UUID, body: GroupFacts, caller: Announcer, tx: Tx, now: Now) -> Any:
    group_id = await commands.groups.announce_group(tx, programme_id, body, caller=caller, now=now)
    return await queries.groups.group_card(tx, group_id, today=today(now))


@router.put("/groups/{group_id}", response_model=GroupOut)
async def change_group(group_id: UUID, body: GroupChange, caller: Announcer, tx: Tx, now: Now) -> Any:
    await commands.groups.change_group(tx, group_id, body.facts, reason=body.reason, caller=caller, now=now)
    return await queries.groups.group_card(tx, group_id, today=today(now))


@router.post("/groups/{group_id}/cancellation", response_model=GroupOut)
async def cancel_group(group_id: UUID, body: Cancellation, caller: Announcer, tx: Tx, now: Now) -> Any:
    await commands.groups.cancel_group(tx, group_id, reason=body.reason, caller=caller, now=now)
    return await queries.groups.group_card(tx, group_id, today=today(now))
