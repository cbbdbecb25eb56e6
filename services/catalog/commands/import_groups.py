"""Rows about groups: found by id, or by programme and first day; announced, changed, and taken back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands import groups
from services.catalog.commands.import_task import Task
from services.catalog.rules.fields import Wrong
from services.catalog.rules.groups import GroupFacts
from services.catalog.rules.import_values import Unreadable, day
from services.catalog.rules.imports import REASON, UNDONE, Existing, Moved, demand_whole, flat, stated
from services.catalog.tables import Group
from shared.database import within

OWN = ("id", "programme")


async def found(session: AsyncSession, cells: Mapping[str, str], task: Task) -> Existing | None:
    """The caller's group that the row names; raises `Wrong` for an unknown id and for one of several."""
    mine = within(task.caller, provider=col(Group.provider_id))
    if task.provider_id:
        mine &= col(Group.provider_id) == task.provider_id
    if named := cells.get("id"):
        group = await session.scalar(select(Group).where(col(Group.id) == identifier(named), mine))
        if group is None:
            raise Wrong({"id": "Такого потока нет."})
        return existing_of(group)
    programme_id, starts = task.words.programmes.get(cells.get("programme", "")), first_day(cells.get("starts", ""))
    if programme_id is None or starts is None:
        return None
    same = (col(Group.programme_id) == programme_id) & (col(Group.starts) == starts) & (col(Group.status) == "announced")
    alike = list(await session.scalars(select(Group).where(same, mine).limit(2)))
    if len(alike) > 1:
        raise Wrong({"id": "Таких потоков несколько: возьмите идентификатор из выгрузки."})
    return existing_of(alike[0]) if alike else None


def identifier(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def first_day(text: str) -> Any:
    try:
        return day(text)
    except Unreadable:
        return None


def existing_of(group: Group) -> Existing:
    facts = groups.facts_of(group)
    return Existing(
        group.id, group.revision, {**flat(facts), "id": group.id, "programme": group.programme_id}, facts.model_dump(mode="json")
    )


async def brought(session: AsyncSession, existing: Existing | None, given: Mapping[str, Any], task: Task) -> tuple[UUID, dict[str, Any]]:
    """Announce or change the group; return its id and what it states now."""
    values = {**(existing.values if existing else {}), **given}
    if existing is None:
        demand_whole("groups", values)
    elif values["programme"] != existing.values["programme"]:
        raise Wrong({"programme": "Поток не переносят в другую программу: объявите новый."})
    programme_id = values["programme"]
    if existing:
        values |= {field: values[field] or existing.values[field] for field in ("form", "funding")}
    facts = stated("groups", GroupFacts, {field: value for field, value in values.items() if field not in OWN})
    said = {**flat(facts), "programme": programme_id}
    if existing is None:
        group_id = await groups.announce_group(session, programme_id, facts, caller=task.caller, now=task.now)
        return group_id, said
    said["id"] = existing.id
    if said != existing.values:
        await groups.change_group(session, existing.id, facts, reason=REASON, caller=task.caller, now=task.now, revision=existing.revision)
    return existing.id, said


async def revision_of(session: AsyncSession, group_id: UUID) -> int | None:
    found: int | None = await session.scalar(select(col(Group.revision)).where(col(Group.id) == group_id))
    return found


async def taken_back(session: AsyncSession, group_id: UUID, before: dict[str, Any] | None, left: int, task: Task) -> None:
    """Cancel the group that a row announced, or bring it back to what it was."""
    group = await groups.own_group(session, group_id, task.caller)
    if group.revision != left:
        raise Moved("После загрузки поток меняли, поэтому он остался как есть.")
    if before is None:
        return await groups.cancel_group(session, group_id, reason=UNDONE, caller=task.caller, now=task.now)
    facts = GroupFacts.model_validate(before)
    await groups.change_group(session, group_id, facts, reason=UNDONE, caller=task.caller, now=task.now, revision=left)
