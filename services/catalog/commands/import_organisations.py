"""Rows about organisations: found by code, entered, changed, and taken back."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands import organisations
from services.catalog.commands.import_task import Find, Task
from services.catalog.rules.imports import Existing, Moved, demand_whole, flat, stated
from services.catalog.rules.organisations import OrganisationFacts
from services.catalog.tables import Organisation, OrganisationName

READ: tuple[Any, ...] = tuple(col(getattr(Organisation, name)) for name in Organisation.model_fields)


async def known(session: AsyncSession, rows: Sequence[Mapping[str, str]], task: Task) -> Find:
    """The organisations with the codes of the rows."""
    codes = {row["code"] for row in rows if row.get("code")}
    existing = {}
    for one in await session.execute(select(*READ).where(col(Organisation.code).in_(codes))):
        facts = organisations.facts_of(one)
        before = {**facts.model_dump(mode="json"), "previous_name": one.previous_name}
        existing[one.code] = Existing(one.id, one.revision, flat(facts), before)
    return lambda cells: existing.get(cells.get("code", ""))


def planned(existing: Existing | None, given: Mapping[str, Any], task: Task) -> OrganisationFacts:
    """The facts that a row makes of the organisation, or of a new one."""
    values = {**(existing.values if existing else {}), **given}
    if existing is None:
        demand_whole("organisations", values)
    elif all(values[name] == existing.values[name] for name in ("name", "short_name")):
        values["valid_from"] = existing.values["valid_from"]
    elif given.get("valid_from") in (None, existing.values["valid_from"]):
        values["valid_from"] = None  # the day of the former name, as it was exported: the new one holds from today
    facts: OrganisationFacts = stated("organisations", OrganisationFacts, values)
    return facts


async def brought(session: AsyncSession, existing: Existing | None, facts: Any, given: Mapping[str, Any], task: Task) -> UUID:
    """Enter or change the organisation; return its id."""
    if existing is None:
        return await organisations.enter_organisation(session, facts, now=task.now)
    await organisations.change_organisation(session, existing.id, facts, caller=task.caller, now=task.now, revision=existing.revision)
    return existing.id


async def taken_back(session: AsyncSession, organisation_id: UUID, before: dict[str, Any] | None, left: int, task: Task) -> None:
    """Close the organisation that a row entered, or bring it back to what it was and was called."""
    organisation = await session.get_one(Organisation, organisation_id, with_for_update=True, populate_existing=True)
    if organisation.revision != left:
        raise Moved("После загрузки организацию меняли, поэтому она осталась как есть.")
    if before is None:
        facts = organisations.facts_of(organisation).model_copy(update={"status": "closed"})
        return await organisations.change_organisation(session, organisation_id, facts, caller=task.caller, now=task.now, revision=left)
    facts = OrganisationFacts.model_validate({field: before[field] for field in OrganisationFacts.model_fields})
    since = date.fromisoformat(before["valid_from"])
    if organisation.valid_from != since:  # the name that the row brought never held
        brought_name = (col(OrganisationName.organisation_id) == organisation_id) & (
            col(OrganisationName.valid_from) == organisation.valid_from
        )
        await session.execute(delete(OrganisationName).where(brought_name))
        organisation.valid_from = since
    organisation.previous_name = before["previous_name"]
    await organisations.change_organisation(session, organisation_id, facts, caller=task.caller, now=task.now, revision=left)
