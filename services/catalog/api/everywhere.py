"""The search over all kinds."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.catalog import queries
from services.catalog.api.callers import Visitor
from services.catalog.api.public import Public
from services.catalog.api.shapes.dictionaries import FacetValue
from services.catalog.api.shapes.search import UnderstoodOut
from services.catalog.rules.search_everywhere import Kind, WantedAnything
from shared.clock import today
from shared.edge import Now, Tx

router = APIRouter(route_class=Public, tags=["search"])


class FoundOut(BaseModel):
    """A result: `day` is when it starts, came out or comes into force."""

    kind: Kind
    id: UUID
    title: str
    summary: str
    day: date | None


class FoundGroup(BaseModel):
    kind: Kind
    title: str
    items: list[FoundOut]
    total: int
    next: str | None


class FoundEverywhere(BaseModel):
    """Results by kind; `corrected` says the query that was answered instead of the one with misprints.

    `understood` is what the programmes' search made of the words; `nearest` are programmes that come near when nothing is found.
    """

    corrected: str | None
    understood: list[UnderstoodOut]
    kinds: list[FacetValue]
    groups: list[FoundGroup]
    total: int
    nearest: list[FoundOut]


@router.get("/search", response_model=FoundEverywhere)
async def search_everywhere(wanted: Annotated[WantedAnything, Query()], caller: Visitor, tx: Tx, now: Now) -> Any:
    """Programmes, events, organisations, news, documents and assessment procedures by words; a kind that is chosen comes in pages."""
    return await queries.search_everywhere.anything_found(tx, wanted, today=today(now))
