"""What only reads: a person's route in words."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.routes import rules
from services.routes.tables import Competence, Programme, Route, Seats, Step, StudyGroup


async def newest_route(session: AsyncSession, person_id: UUID) -> Route | None:
    """The person's live route, else the newest of those that ended."""
    live = col(Route.status).in_(rules.LIVE)
    newest = select(Route).where(col(Route.person_id) == person_id).order_by(live.desc(), col(Route.planned_at).desc()).limit(1)
    return (await session.execute(newest)).scalar_one_or_none()


async def titles(session: AsyncSession) -> dict[str, str]:
    """What competences are called."""
    return {row.code: row.title for row in (await session.execute(select(Competence))).scalars()}


async def programmes(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """The facts of these programmes."""
    found = await session.execute(select(Programme).where(col(Programme.programme_id).in_(ids), col(Programme.fact).is_not(None)))
    return {row.programme_id: row.fact or {} for row in found.scalars()}


async def groups(session: AsyncSession, ids: Sequence[UUID]) -> dict[str, dict[str, Any]]:
    """The facts of these groups, with the seats left where known."""
    joined = select(StudyGroup, Seats.free).outerjoin(Seats, col(Seats.group_id) == col(StudyGroup.group_id))  # type: ignore[call-overload]
    found = await session.execute(joined.where(col(StudyGroup.group_id).in_(ids), col(StudyGroup.fact).is_not(None)))
    return {str(row.group_id): {**(row.fact or {}), "free": free} for row, free in found.all()}


async def shown(session: AsyncSession, route: Route) -> dict[str, Any]:
    """A route as its owner sees it: steps with titles, dates and reasons, what stays open and why, what was measured."""
    stored = await session.execute(select(Step).where(col(Step.route_id) == route.route_id).order_by(col(Step.position)))
    steps, names = list(stored.scalars()), await titles(session)
    known = await programmes(session, [step.programme_id for step in steps])
    dated = await groups(session, [UUID(group) for step in steps for group in step.groups])
    return {
        **route.model_dump(exclude={"residual", "changes"}),
        "gap": max(route.bound - route.objective, 0.0),
        "steps": [step_shown(step, known.get(step.programme_id, {}), dated, names) for step in steps],
        "residual": [{**one, "title": names.get(one["competence"], one["competence"])} for one in route.residual],
        "changes": [{**one, "title": names.get(one["competence"], one["competence"])} for one in route.changes],
    }


def step_shown(step: Step, programme: dict[str, Any], dated: dict[str, dict[str, Any]], names: dict[str, str]) -> dict[str, Any]:
    facts = ("code", "title", "kind", "form", "provider_id", "document_kind")
    group_facts = ("group_id", "starts", "ends", "form", "place", "oktmo", "enrolment_closes", "free")
    return {
        **step.model_dump(exclude={"closes", "groups"}),
        **{name: programme.get(name) for name in facts},
        "closes": [{"competence": code, "title": names.get(code, code), "share": share} for code, share in step.closes.items()],
        "groups": [{name: dated[group].get(name) for name in group_facts} for group in step.groups if group in dated],
    }
