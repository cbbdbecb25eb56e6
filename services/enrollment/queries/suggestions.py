"""A learner's suggestions: what the route proposes to apply for now."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.enrollment.queries.shapes import GroupShown, ProgrammeShown, Shown
from services.enrollment.tables.applications import Seats
from services.enrollment.tables.register import Programme, StudyGroup
from services.enrollment.tables.routes import RouteStep, Suggestion
from shared.access import Caller


class SuggestionShown(Shown):
    """An invitation to apply until a day; `free` seats now, `place` of the step in the route."""

    id: UUID
    route_id: UUID
    step_id: UUID
    place: int | None
    programme: ProgrammeShown
    group: GroupShown
    free: int
    expires: date
    allocated: bool
    offered_at: datetime


async def my_suggestions(session: AsyncSession, *, caller: Caller) -> list[SuggestionShown]:
    """The caller's suggestions on offer, in the order of the route."""
    on_offer = (
        select(Suggestion, Programme, StudyGroup, Seats, col(RouteStep.place))
        .join(Programme, col(Programme.id) == Suggestion.programme_id)
        .join(StudyGroup, col(StudyGroup.id) == Suggestion.group_id)
        .join(Seats, col(Seats.group_id) == Suggestion.group_id)
        .outerjoin(RouteStep, (col(RouteStep.route_id) == Suggestion.route_id) & (col(RouteStep.step_id) == Suggestion.step_id))
        .where(col(Suggestion.person_id).in_(caller.scopes("person")), col(Suggestion.lapsed_at).is_(None))
        .order_by(col(RouteStep.place).nulls_last(), col(StudyGroup.starts), col(Suggestion.id))
    )
    told = {"id", "route_id", "step_id", "expires", "allocated", "offered_at"}
    return [
        SuggestionShown(
            **suggestion.model_dump(include=told),
            place=place,
            programme=ProgrammeShown.model_validate(programme),
            group=GroupShown.model_validate(group),
            free=max(0, seats.capacity - seats.held - seats.taken),
        )
        for suggestion, programme, group, seats, place in (await session.execute(on_offer))
    ]
