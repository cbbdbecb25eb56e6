"""Views that no single service can give: what one service knows, with names and titles from others, within the caller's reach."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from gateway.api.inside import Inside
from gateway.client import Ask, Client, optional
from shared.access import Caller, allow, everyone
from shared.contracts.base import Code

router = APIRouter(prefix="/api/v1/views", route_class=Inside, tags=["views"])
Deciding = Annotated[
    Caller,
    allow(
        "applications.queue", "school_specialist", "municipal_specialist", "agency_specialist", "provider_specialist", "operator", "auditor"
    ),
]
Teaching = Annotated[Caller, allow("groups.roster", "provider_specialist", "operator", "auditor")]


class Composed(BaseModel):
    """What the owner of the list says, and beside it names and titles by id; `degraded` tells what could not be had in time."""

    model_config = ConfigDict(extra="allow")
    names: dict[str, Any] = {}
    programmes: dict[str, Any] = {}
    degraded: list[str] = []


@router.get("/applications", response_model=Composed)
async def view_applications(
    caller: Deciding,
    ask: Ask,
    view: Code | None = None,
    status: Annotated[list[Code], Query(max_length=20)] = [],  # noqa: B006 - FastAPI copies it
    group_id: UUID | None = None,
    number: Code | None = None,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> dict[str, Any]:
    """The queue of applications with the learners' names and the programmes' titles."""
    query = {"view": view, "status": status, "group_id": group_id, "number": number, "cursor": cursor, "limit": limit}
    return await with_names(ask, await ask.get("/applications", **query))


@router.get("/groups/{group_id}/roster", response_model=Composed)
async def view_roster(group_id: UUID, caller: Teaching, ask: Ask) -> dict[str, Any]:
    """Who learns in a group, by name."""
    return await with_names(ask, await ask.get(f"/groups/{group_id}/roster"))


@router.get("/grants", response_model=Composed)
async def view_grants(
    caller: Annotated[Caller, everyone("grants.read")],
    ask: Ask,
    role: Code | None = None,
    scope: Code | None = None,
    ended: bool | None = None,
    before: Code | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> dict[str, Any]:
    """Grants with the names of those who have consented to be known."""
    query = {"role": role, "scope": scope, "ended": ended, "before": before, "limit": limit}
    return await with_names(ask, await ask.get("/grants", **query))


def mentioned(shown: Any, field: str) -> set[str]:
    """Every id that an answer carries in this field, however deep."""
    if isinstance(shown, list):
        return set().union(*(mentioned(one, field) for one in shown))
    if not isinstance(shown, dict):
        return set()
    here = {str(shown[field])} if shown.get(field) else set()
    return here.union(*(mentioned(value, field) for value in shown.values() if isinstance(value, dict | list)))


async def with_names(ask: Client, listed: dict[str, Any]) -> dict[str, Any]:
    """A list with the names and titles that it points at, both asked at once."""
    people, courses = mentioned(listed, "person_id"), mentioned(listed, "programme_id")
    names, programmes = await asyncio.gather(optional(ask.names(people)), optional(ask.programmes(courses)))
    found = {"names": names, "programmes": programmes}
    degraded = [key for key, value in found.items() if value is None]
    return {**listed, **{key: value or {} for key, value in found.items()}, "degraded": degraded}
