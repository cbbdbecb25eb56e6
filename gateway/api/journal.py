"""The journal of actions over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel

from gateway import queries
from gateway.api.inside import Inside
from shared.access import Caller, allow
from shared.contracts.base import Code
from shared.edge import Tx

router = APIRouter(prefix="/api/v1", route_class=Inside, tags=["journal"])
Reading = Annotated[Caller, allow("journal.read", "operator", "auditor")]


class EntryOut(BaseModel):
    """One change that somebody set out to make; without a status its outcome was cut off, as by a power cut."""

    id: int
    at: datetime
    account_id: UUID | None
    person_id: UUID | None
    role: str
    operation: str
    object_id: str | None
    trace_id: str | None
    status: int | None
    code: str | None


class Journal(BaseModel):
    items: list[EntryOut]
    next: int | None


@router.get("/journal", response_model=Journal)
async def read_journal(
    caller: Reading,
    tx: Tx,
    account_id: UUID | None = None,
    operation: Code | None = None,
    object_id: Code | None = None,
    denied: bool | None = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    before: Annotated[int | None, Query(ge=0, le=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> dict[str, Any]:
    """Who changed what through the door, when, and how it ended, newest first."""
    found = await queries.journal(
        tx,
        account_id=account_id,
        operation=operation,
        object_id=object_id,
        denied=denied,
        since=since,
        until=until,
        before=before,
        limit=limit + 1,
    )
    items = [dict(row._mapping) for row in found[:limit]]
    return {"items": items, "next": items[-1]["id"] if len(found) > limit else None}
