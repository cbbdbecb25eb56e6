"""Suggestions while a query is typed."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from services.catalog import queries
from services.catalog.api.callers import Visitor
from services.catalog.api.public import Public
from services.catalog.api.shapes.search import SuggestionsOut
from services.catalog.rules.search import WantedSuggestions
from shared.clock import today
from shared.edge import Now, Tx

router = APIRouter(route_class=Public, tags=["programmes"])


@router.get("/suggestions", response_model=SuggestionsOut)
async def suggest(wanted: Annotated[WantedSuggestions, Query()], caller: Visitor, tx: Tx, now: Now) -> Any:
    """At most eight ways in which a query may go on; the wrong keyboard layout is understood."""
    return {"items": await queries.search_suggestions.suggestions(tx, wanted.q, today=today(now), everywhere=wanted.everywhere)}
