"""A suggestion becomes an application in one call."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.enrollment.commands.applications import apply, consenting
from services.enrollment.commands.moves import By
from services.enrollment.commands.suggestions import lock_suggestion
from services.enrollment.rules.refusals import SuggestionClosed
from services.enrollment.tables.applications import Application
from shared.access import Caller
from shared.errors import NotFound


async def apply_to_suggestion(session: AsyncSession, suggestion_id: UUID, *, caller: Caller, now: datetime) -> Application:
    """Apply to the suggested group; asking twice gives the application of the first time."""
    if caller.person_id is None:
        raise NotFound()
    learner = await consenting(session, caller.person_id)
    suggestion = await lock_suggestion(session, suggestion_id, caller=caller)
    if suggestion.reason == "applied":
        made = select(Application).where(Application.suggestion_id == suggestion_id).order_by(col(Application.number)).limit(1)
        if application := (await session.exec(made)).one_or_none():
            return application
    if suggestion.lapsed_at is not None:
        raise SuggestionClosed()
    by = By("learner", str(caller.person_id))
    return await apply(session, learner, suggestion.programme_id, [suggestion.group_id], by=by, channel="suggestion", now=now)
