"""Rows about organisations: found by code, entered, changed, and taken back."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands import organisations
from services.catalog.commands.import_task import Task
from services.catalog.rules.imports import Existing, Moved, demand_whole, flat, stated
from services.catalog.rules.organisations import OrganisationFacts
from services.catalog.tables import Organisation, OrganisationName


async def found(session: AsyncSession, cells: Mapping[str, str], task: Task) -> Existing | None:
    organisation = await session.scalar(select(Organisation).where(col(Organisation.code) == cells.get("code", "")))
    if organisation is None:
        return None
    facts = facts_of(organisation)
    before = {**facts.model_dump(mode="json"), "previous_name": organisation.previous_name}
    return Existing(organisation.id, organisation.revision, flat(facts), before)


def facts_of(organisation: Organisation) -> OrganisationFacts:
    return OrganisationFacts.model_validate({field: getattr(organisation, field) for field in OrganisationFacts.model_fields})


async def brought(session: AsyncSession, existing: Existing | None, given: Mapping[str, Any], task: Task) -> tuple[UUID, dict[str, Any]]:
    """Enter or change the organisation; return its id and what it states now."""
    values = {**(existing.values if existing else {}), **given}
    if existing is None:
        demand_whole("organisations", values)
        facts = stated("organisations", OrganisationFacts, values)
        return await organisations.enter_organisation(session, facts, now=task.now), flat(facts)
    kept = existing.values["valid_from"]
    renamed = any(values[name] != existing.values[name] for name in ("name", "short_name"))
    if not renamed:
        values["valid_from"] = kept
    elif given.get("valid_from") == kept:
        values["valid_from"] = None  # the day of the former name, as it was exported: the new one holds from today
    facts = stated("organisations", OrganisationFacts, values)
    if flat(facts) != existing.values:
        await organisations.change_organisation(session, existing.id, facts, now=task.now, revision=existing.revision)
    return existing.id, flat(facts)


async def revision_of(session: AsyncSession, organisation_id: UUID) -> int | None:
    found: int | None = await session.scalar(select(col(Organisation.revision)).where(col(Organisation.id) == organisation_id))
    return found


async def taken_back(session: AsyncSession, organisation_id: UUID, before: dict[str, Any] | None, left: int, task: Task) -> None:
    """Close the organisation that a row entered, or bring it back to what it was and was called."""
    organisation = await session.get_one(Organisation, organisation_id, with_for_update=True, populate_existing=True)
    if organisation.revision != left:
        raise Moved("После загрузки организацию меняли, поэтому она осталась как есть.")
    if before is None:
        facts = facts_of(organisation).model_copy(update={"status": "closed"})
        return await organisations.change_organisation(session, organisation_id, facts, now=task.now, revision=left)
    facts = OrganisationFacts.model_validate({field: before[field] for field in OrganisationFacts.model_fields})
    since = date.fromisoformat(before["valid_from"])
    if organisation.valid_from != since:  # the name that the row brought never held
        brought_name = (col(OrganisationName.organisation_id) == organisation_id) & (
            col(OrganisationName.valid_from) == organisation.valid_from
        )
        await session.execute(delete(OrganisationName).where(brought_name))
        organisation.valid_from = since
    organisation.previous_name = before["previous_name"]
    await organisations.change_organisation(session, organisation_id, facts, now=task.now, revision=left)
