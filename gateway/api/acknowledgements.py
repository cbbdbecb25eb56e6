"""Who has read a document, as numbers: the operator sees which organisations to remind, and nobody's name."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from gateway import queries
from gateway.api.inside import Inside
from shared.access import Caller, allow
from shared.clock import today
from shared.contracts.gateway import Role
from shared.edge import Now, Tx
from shared.errors import NotFound

router = APIRouter(prefix="/api/v1", route_class=Inside, tags=["documents"])
Counting = Annotated[Caller, allow("acknowledgements.read", "operator", "auditor")]


class ReadCount(BaseModel):
    """How many of the staff in one role and place have read the newest version."""

    role: Role
    scope_name: str | None
    staff: int
    read: int


class ReadCounts(BaseModel):
    version: int
    items: list[ReadCount]


@router.get("/documents/{document_id}/acknowledgements", response_model=ReadCounts)
async def count_acknowledgements(document_id: UUID, caller: Counting, tx: Tx, now: Now) -> dict[str, Any]:
    """Staff by role and place, and how many of them have read the newest version of a document."""
    version = await queries.newest_version(tx, document_id)
    if version is None:
        raise NotFound("Такого документа нет.")
    rows = await queries.acknowledgements(tx, document_id=document_id, version=version, today=today(now))
    return {"version": version, "items": [row._mapping for row in rows]}
