"""Rows about programmes: found by code within the provider, drafted, changed, and taken back."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands import programmes, versions
from services.catalog.commands.import_task import Find, Task
from services.catalog.commands.programme_facts import COLUMNS, LISTS, facts_of_each, own_programme
from services.catalog.rules.imports import Existing, Moved, demand_whole, flat, programme_completed, stated
from services.catalog.rules.programmes import Audience, ProgrammeFacts
from services.catalog.tables import Programme, ProgrammeFile, ProgrammeVersion
from shared.database import within
from shared.errors import DomainError

READ: tuple[Any, ...] = tuple(col(getattr(Programme, name)) for name in ("id", "revision", *COLUMNS, *LISTS, *Audience.model_fields))


class HasFiles(DomainError):
    code, detail = "programme_has_files", "К программе приложили файлы после загрузки, поэтому она осталась."


async def known(session: AsyncSession, rows: Sequence[Mapping[str, str]], task: Task) -> Find:
    """The caller's programmes with the codes of the rows, as their provider edits them."""
    mine = within(task.caller, provider=col(Programme.provider_id))
    if task.provider_id:
        mine &= col(Programme.provider_id) == task.provider_id
    codes = {row["code"] for row in rows if row.get("code")}
    found = (await session.execute(select(*READ).where(col(Programme.code).in_(codes), mine))).all()
    waits = col(ProgrammeVersion.programme_id).in_([one.id for one in found]) & col(ProgrammeVersion.decision).is_(None)
    pending = {version.programme_id: versions.facts_in(version) for version in await session.scalars(select(ProgrammeVersion).where(waits))}
    existing = {}
    for one, public in zip(found, await facts_of_each(session, found), strict=True):
        facts = pending.get(one.id, public)
        existing[one.code] = Existing(one.id, one.revision, flat(facts), facts.model_dump(mode="json"))
    return lambda cells: existing.get(cells.get("code", ""))


def planned(existing: Existing | None, given: Mapping[str, Any], task: Task) -> ProgrammeFacts:
    """The facts that a row makes of the programme, or of a new one."""
    if existing is None:
        values: dict[str, Any] = {"provider_id": task.provider_id, **{field: one for field, one in given.items() if one is not None}}
        demand_whole("programmes", values)
    else:
        values = {**existing.values, **given, "provider_id": given.get("provider_id") or existing.values["provider_id"]}
    facts: ProgrammeFacts = stated("programmes", ProgrammeFacts, programme_completed(values, given))
    return facts


async def brought(session: AsyncSession, existing: Existing | None, facts: Any, given: Mapping[str, Any], task: Task) -> UUID:
    """Draft or change the programme; return its id."""
    if existing is None:
        return await programmes.draft_programme(session, facts, caller=task.caller, now=task.now)
    await programmes.change_programme(session, existing.id, facts, caller=task.caller, now=task.now, revision=existing.revision)
    return existing.id


async def taken_back(session: AsyncSession, programme_id: UUID, before: dict[str, Any] | None, left: int, task: Task) -> None:
    """Delete the draft that a row made, or bring the programme back to what it was."""
    programme = await own_programme(session, programme_id, task.caller)
    if programme.revision != left:
        raise Moved("После загрузки программу меняли, поэтому она осталась как есть.")
    if before is not None:
        facts = ProgrammeFacts.model_validate(before)
        return await programmes.change_programme(session, programme_id, facts, caller=task.caller, now=task.now, revision=left)
    if await session.scalar(select(col(ProgrammeFile.id)).where(col(ProgrammeFile.programme_id) == programme_id).limit(1)):
        raise HasFiles()
    await session.delete(programme)
    await session.flush()
