"""Rows about groups: found by id, or by programme and first day; announced, changed, and taken back."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands import groups
from services.catalog.commands.import_task import Find, Task
from services.catalog.rules.groups import GroupFacts
from services.catalog.rules.import_values import Unreadable, day
from services.catalog.rules.imports import REASON, UNDONE, Existing, Moved, demand_whole, flat, stated
from services.catalog.tables import Group
from shared.database import within
from shared.errors import Wrong

READ: tuple[Any, ...] = tuple(col(getattr(Group, name)) for name in Group.model_fields)


async def known(session: AsyncSession, rows: Sequence[Mapping[str, str]], task: Task) -> Find:
    """The caller's groups that the rows name."""
    mine = within(task.caller, provider=col(Group.provider_id))
    if task.provider_id:
        mine &= col(Group.provider_id) == task.provider_id
    ids = {one for row in rows if (one := identifier(row.get("id", "")))}
    programmes = {one for row in rows if (one := task.words.programmes.get(row.get("programme", "")))}
    named = col(Group.id).in_(ids) | (col(Group.programme_id).in_(programmes) & (col(Group.status) == "announced"))
    by_id, by_start = {}, defaultdict(list)
    for group in await session.execute(select(*READ).where(named, mine)):
        facts = GroupFacts.model_validate({field: getattr(group, field) for field in GroupFacts.model_fields})
        values = {**flat(facts), "id": group.id, "programme": group.programme_id}
        by_id[group.id] = Existing(group.id, group.revision, values, facts.model_dump(mode="json"))
        if group.status == "announced":
            by_start[group.programme_id, group.starts].append(by_id[group.id])

    def find(cells: Mapping[str, str]) -> Existing | None:
        if said := cells.get("id"):
            one = identifier(said)
            if one is None or one not in by_id:
                raise Wrong({"id": "Такого потока нет."})
            return by_id[one]
        programme_id, starts = task.words.programmes.get(cells.get("programme", "")), first_day(cells.get("starts", ""))
        alike = by_start[programme_id, starts] if programme_id and starts else []
        if len(alike) > 1:
            raise Wrong({"id": "Таких потоков несколько: возьмите идентификатор из выгрузки."})
        return alike[0] if alike else None

    return find


def identifier(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def first_day(text: str) -> date | None:
    try:
        return day(text)
    except Unreadable:
        return None


def planned(existing: Existing | None, given: Mapping[str, Any], task: Task) -> GroupFacts:
    """The facts that a row makes of the group, or of a new one."""
    values = {**(existing.values if existing else {}), **given}
    if existing is None:
        demand_whole("groups", values)
    elif values["programme"] != existing.values["programme"]:
        raise Wrong({"programme": "Поток не переносят в другую программу: объявите новый."})
    else:
        values |= {field: values[field] or existing.values[field] for field in ("form", "funding")}
    facts: GroupFacts = stated("groups", GroupFacts, {field: values[field] for field in values if field in GroupFacts.model_fields})
    return facts


async def brought(session: AsyncSession, existing: Existing | None, facts: Any, given: Mapping[str, Any], task: Task) -> UUID:
    """Announce or change the group; return its id."""
    if existing is None:
        return await groups.announce_group(session, given["programme"], facts, caller=task.caller, now=task.now)
    await groups.change_group(session, existing.id, facts, reason=REASON, caller=task.caller, now=task.now, revision=existing.revision)
    return existing.id


async def taken_back(session: AsyncSession, group_id: UUID, before: dict[str, Any] | None, left: int, task: Task) -> None:
    """Cancel the group that a row announced, or bring it back to what it was."""
    group = await groups.own_group(session, group_id, task.caller)
    if group.revision != left:
        raise Moved("После загрузки поток меняли, поэтому он остался как есть.")
    if before is None:
        return await groups.cancel_group(session, group_id, reason=UNDONE, caller=task.caller, now=task.now)
    facts = GroupFacts.model_validate(before)
    await groups.change_group(session, group_id, facts, reason=UNDONE, caller=task.caller, now=task.now, revision=left)
