"""What the readiness checklists are told by the register: labour functions, and timetables of the provider's other groups."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.rules.groups import GroupFacts, Meeting
from services.catalog.rules.readiness import Condition, group_conditions
from services.catalog.rules.timetables import Clash, Taken, clashes
from services.catalog.tables import Competence, Group, Programme, ProgrammeEffect, SeatCount
from shared.access import Caller
from shared.database import within
from shared.errors import NotFound


async def labour_functions(session: AsyncSession, competences: Collection[str]) -> list[str]:
    """The labour functions behind competences."""
    stated = await session.scalars(select(col(Competence.labour_functions)).where(col(Competence.code).in_(competences)))
    return sorted({code for codes in stated for code in codes})


async def own_group(session: AsyncSession, group_id: UUID, caller: Caller) -> Group:
    """A group of the caller's; raises `NotFound` for an unknown or foreign one."""
    mine = within(caller, provider=col(Group.provider_id))
    found: Group | None = await session.scalar(select(Group).where(col(Group.id) == group_id, mine))
    if found is None:
        raise NotFound("Такого потока нет.")
    return found


async def group_checklist(session: AsyncSession, group_id: UUID, *, caller: Caller) -> dict[str, Any]:
    """The checklist of a group, and what of its timetable is taken elsewhere."""
    group = await own_group(session, group_id, caller)
    programme = await session.get_one(Programme, group.programme_id)
    competences = await session.scalars(select(col(ProgrammeEffect.competence)).where(col(ProgrammeEffect.programme_id) == programme.id))
    seats = await session.get(SeatCount, group_id)
    facts = GroupFacts.model_validate({field: getattr(group, field) for field in GroupFacts.model_fields})
    conditions = group_conditions(
        facts,
        programme_status=programme.status,
        programme_hours=programme.hours,
        positions=programme.positions,
        labour_functions=await labour_functions(session, list(competences)),
        has_quotas=bool(seats and seats.quotas),
    )
    return {**checklist(conditions), "clashes": await clashes_of(session, group)}


def checklist(conditions: list[Condition]) -> dict[str, Any]:
    """The conditions, and whether everything needed holds."""
    return {"ready": all(one.ok for one in conditions if one.needed), "conditions": conditions}


async def clashes_of(session: AsyncSession, group: Group) -> list[Clash]:
    """Meetings at the same time with the same teacher or in the same room, of the group itself and the provider's others."""
    own = [Taken(group.id, "этот же поток", Meeting.model_validate(one)) for one in group.timetable]
    if not own or group.status != "announced":
        return []
    return clashes(own, await taken_beside(session, group.id, group.provider_id, group.starts, group.ends))


async def taken_beside(session: AsyncSession, group_id: UUID, provider_id: UUID, starts: date, ends: date) -> list[Taken]:
    rows = await session.execute(
        select(col(Group.id), col(Programme.title), col(Group.timetable))
        .join(Programme, col(Programme.id) == col(Group.programme_id))
        .where(col(Group.provider_id) == provider_id, col(Group.id) != group_id, col(Group.status) == "announced")
        .where(col(Group.starts) <= ends, col(Group.ends) >= starts)
        .order_by(col(Group.starts), col(Group.id))
    )
    return [Taken(row.id, row.title, Meeting.model_validate(meeting)) for row in rows for meeting in row.timetable]
