"""Suggestions: apply in one call, or say no."""

from uuid import UUID

from fastapi import APIRouter

from services.enrollment.api.people import Learning, Self
from services.enrollment.commands import answers
from services.enrollment.commands import suggestions as commands
from services.enrollment.queries import applications as shown
from services.enrollment.queries import suggestions
from services.enrollment.queries.applications import ApplicationCard
from services.enrollment.queries.suggestions import SuggestionShown
from shared.edge import Edge, Now, Tx

router = APIRouter(route_class=Edge, tags=["suggestions"])


@router.get("/me/suggestions", response_model=list[SuggestionShown])
async def read_suggestions(caller: Self, tx: Tx) -> list[SuggestionShown]:
    return await suggestions.my_suggestions(tx, caller=caller)


@router.post("/suggestions/{suggestion_id}/application", status_code=201, response_model=ApplicationCard)
async def apply_to_suggestion(suggestion_id: UUID, caller: Learning, tx: Tx, now: Now) -> ApplicationCard:
    """Apply to what is suggested; asking twice gives the same application."""
    application = await answers.apply_to_suggestion(tx, suggestion_id, caller=caller, now=now)
    return await shown.application_card(tx, application.id, caller=caller, now=now)


@router.post("/suggestions/{suggestion_id}/refusal", response_model=list[SuggestionShown])
async def refuse_suggestion(suggestion_id: UUID, caller: Self, tx: Tx, now: Now) -> list[SuggestionShown]:
    await commands.refuse_suggestion(tx, suggestion_id, caller=caller, now=now)
    return await suggestions.my_suggestions(tx, caller=caller)
