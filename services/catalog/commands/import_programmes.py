"""Rows about programmes: found by code within the provider, drafted, changed, and taken back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands import programmes, versions
from services.catalog.commands.import_task import Task
from services.catalog.commands.programme_facts import facts_of, own_programme
from services.catalog.rules.imports import Existing, Moved, demand_whole, flat, programme_completed, stated
from services.catalog.rules.programmes import ProgrammeFacts
from services.catalog.tables import Programme, ProgrammeFile
from shared.database import within
from shared.errors import DomainError


class HasFiles(DomainError):
    code, detail = "programme_has_files", "К программе приложили файлы после загрузки, поэтому она осталась."


async def found(session: AsyncSession, cells: Mapping[str, str], task: Task) -> Existing | None:
    """The caller's programme with the row's code, as its provider edits it."""
    mine = within(task.caller, provider=col(Programme.provider_id))
    if task.provider_id:
        mine &= col(Programme.provider_id) == task.provider_id
    programme = await session.scalar(select(Programme).where(col(Programme.code) == cells.get("code", ""), mine))
    if programme is None:
        return None
    pending = await versions.in_review(session, programme.id)
    facts = versions.facts_in(pending) if pending else await facts_of(session, programme)
    return Existing(programme.id, programme.revision, flat(facts), facts.model_dump(mode="json"))


async def brought(session: AsyncSession, existing: Existing | None, given: Mapping[str, Any], task: Task) -> tuple[UUID, dict[str, Any]]:
    """Draft or change the programme; return its id and what it states now."""
    if existing is None:
        values: dict[str, Any] = {"provider_id": task.provider_id, **{field: one for field, one in given.items() if one is not None}}
        demand_whole("programmes", values)
    else:
        values = {**existing.values, **given, "provider_id": given.get("provider_id") or existing.values["provider_id"]}
    facts = stated("programmes", ProgrammeFacts, programme_completed(values, given))
    if existing is None:
        return await programmes.draft_programme(session, facts, caller=task.caller, now=task.now), flat(facts)
    if flat(facts) != existing.values:
        await programmes.change_programme(session, existing.id, facts, caller=task.caller, now=task.now, revision=existing.revision)
    return existing.id, flat(facts)


async def revision_of(session: AsyncSession, programme_id: UUID) -> int | None:
    found: int | None = await session.scalar(select(col(Programme.revision)).where(col(Programme.id) == programme_id))
    return found


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
