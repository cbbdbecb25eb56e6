"""Working copies of forms: what somebody has typed so far, whatever its kind."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from services.catalog import commands, queries
from services.catalog.api.callers import Since, Writer
from services.catalog.rules.working_copies import Kind, Typing, WantedCopies
from shared.edge import Edge, Now, Tx

router = APIRouter(route_class=Edge, tags=["drafts"])


class DraftItem(BaseModel):
    """A working copy; `own` when the caller began it, and not a colleague."""

    id: UUID
    kind: Kind
    object_id: UUID | None
    provider_id: UUID | None
    title: str | None
    base_revision: int | None
    saved_at: datetime
    revision: int
    own: bool


class DraftOut(DraftItem):
    """A working copy with the form as typed."""

    fields: dict[str, list[str]]


class DraftList(BaseModel):
    items: list[DraftItem]


@router.get("/drafts", response_model=DraftList)
async def list_drafts(wanted: Annotated[WantedCopies, Query()], caller: Writer, tx: Tx) -> Any:
    """The working copies of the caller and of their organisation, the newest first."""
    return {"items": await queries.working_copies.copies_listed(tx, wanted, caller=caller)}


@router.get("/drafts/{draft_id}", response_model=DraftOut)
async def show_draft(draft_id: UUID, caller: Writer, tx: Tx) -> Any:
    return await queries.working_copies.copy_shown(tx, draft_id, caller=caller)


@router.put("/drafts/{draft_id}", response_model=DraftOut)
async def save_draft(draft_id: UUID, body: Typing, caller: Writer, since: Since, tx: Tx, now: Now) -> Any:
    """Keep what was typed, complete or not; the form chooses the id."""
    await commands.working_copies.save_copy(tx, draft_id, body, caller=caller, now=now, revision=since)
    return await queries.working_copies.copy_shown(tx, draft_id, caller=caller)


@router.delete("/drafts/{draft_id}", status_code=204)
async def drop_draft(draft_id: UUID, caller: Writer, tx: Tx) -> Response:
    await commands.working_copies.drop_copy(tx, draft_id, caller=caller)
    return Response(status_code=204)
