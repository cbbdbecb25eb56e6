"""Organisations enter the register, change, take other names, close and merge."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands.findable import make_findable, make_unfindable
from services.catalog.commands.reference import municipality
from services.catalog.commands.search import rewrite_documents
from services.catalog.rules.fields import same_revision
from services.catalog.rules.organisations import (
    Contacts,
    KindFixed,
    OrganisationCodeTaken,
    OrganisationFacts,
    organisation_faults,
    parent_faults,
)
from services.catalog.tables import Organisation, OrganisationChange, OrganisationName, Programme
from shared.access import Caller
from shared.clock import today
from shared.contracts.catalog import OrganisationChanged
from shared.database import within
from shared.errors import NotFound, demand_none
from shared.messaging.outbox import emit

NOT_COLUMNS = {"valid_from", "licence"}
LICENCE = ("number", "issued", "authority", "status")


async def enter_organisation(session: AsyncSession, facts: OrganisationFacts, *, now: datetime) -> UUID:
    """Enter an organisation; return its id."""
    faults = organisation_faults(facts, today=today(now))
    oktmo = await checked_places(session, facts, faults)
    demand_none(faults)
    if await session.scalar(select(col(Organisation.id)).where(col(Organisation.code) == facts.code)):
        raise OrganisationCodeTaken()
    since = facts.valid_from or today(now)
    stated = columns_of(facts) | {"oktmo": oktmo, "valid_from": since, "changed_at": now}
    organisation = Organisation(**stated)
    session.add(organisation)
    await session.flush()
    session.add(OrganisationName(organisation_id=organisation.id, valid_from=since, name=facts.name, short_name=facts.short_name))
    await tell(session, organisation)
    return organisation.id


async def change_organisation(
    session: AsyncSession, organisation_id: UUID, facts: OrganisationFacts, *, caller: Caller, now: datetime, revision: int | None = None
) -> None:
    """Bring an organisation to these facts; another name begins to hold on its day and the former one is kept."""
    organisation = await session.scalar(select(Organisation).where(col(Organisation.id) == organisation_id).with_for_update())
    if organisation is None:
        raise NotFound("Такой организации нет.")
    current = {field: plain(getattr(organisation, field)) for field in columns_of(facts)}
    same_revision(wanted=revision, revision=organisation.revision, current=current)
    if facts.kind != organisation.kind:
        raise KindFixed()
    faults = organisation_faults(facts, today=today(now), named_since=organisation.valid_from)
    oktmo = await checked_places(session, facts, faults, itself=organisation_id)
    demand_none(faults)
    if facts.code != organisation.code and await session.scalar(select(col(Organisation.id)).where(col(Organisation.code) == facts.code)):
        raise OrganisationCodeTaken()
    renamed = (facts.name, facts.short_name) != (organisation.name, organisation.short_name)
    changed = columns_of(facts) | {"oktmo": oktmo}
    if renamed:
        changed |= await take_name(session, organisation, facts, now=now)
    if not await rewrite(session, organisation, changed, role=caller.role, now=now):
        return
    if renamed:
        taught = await session.scalars(select(col(Programme.id)).where(col(Programme.provider_id) == organisation_id))
        await rewrite_documents(session, list(taught))
    await tell(session, organisation)


async def change_contacts(session: AsyncSession, organisation_id: UUID, contacts: Contacts, *, caller: Caller, now: datetime) -> None:
    """Let an organisation say how it is reached; its name and numbers are the operator's."""
    mine = within(caller, provider=col(Organisation.id))
    organisation = await session.scalar(select(Organisation).where(col(Organisation.id) == organisation_id, mine).with_for_update())
    if organisation is None:
        raise NotFound("Такой организации нет.")
    if await rewrite(session, organisation, contacts.model_dump(), role=caller.role, now=now):
        await tell(session, organisation)


async def rewrite(session: AsyncSession, organisation: Organisation, columns: dict[str, Any], *, role: str, now: datetime) -> bool:
    """Bring an organisation to these columns and remember what changed; False when nothing did."""
    before = {field: getattr(organisation, field) for field, value in columns.items() if getattr(organisation, field) != value}
    if not before:
        return False
    for field in before:
        setattr(organisation, field, columns[field])
    organisation.revision += 1
    organisation.changed_at = now
    changes = {field: [plain(value), plain(columns[field])] for field, value in before.items()}
    session.add(
        OrganisationChange(organisation_id=organisation.id, revision=organisation.revision, changed_at=now, role=role, changes=changes)
    )
    await session.flush()
    return True


def plain(value: Any) -> str | None:
    """A value of a column as JSON keeps it."""
    return None if value is None else str(value)


def facts_of(organisation: Any) -> OrganisationFacts:
    """What a stored organisation states."""
    licence = {name: getattr(organisation, f"licence_{name}") for name in LICENCE}
    stated = {field: getattr(organisation, field) for field in OrganisationFacts.model_fields if field != "licence"}
    return OrganisationFacts.model_validate({**stated, "licence": licence if licence["number"] else None})


def columns_of(facts: OrganisationFacts) -> dict[str, Any]:
    licence = facts.licence.model_dump() if facts.licence else {}
    return facts.model_dump(exclude=NOT_COLUMNS) | {f"licence_{name}": licence.get(name) for name in LICENCE}


async def take_name(session: AsyncSession, organisation: Organisation, facts: OrganisationFacts, *, now: datetime) -> dict[str, Any]:
    """The columns of a new name; a name stated again on the day it began is a correction, not another name."""
    since = facts.valid_from or today(now)
    if stored := await session.get(OrganisationName, (organisation.id, since)):
        stored.name, stored.short_name = facts.name, facts.short_name
        return {"valid_from": since}
    session.add(OrganisationName(organisation_id=organisation.id, valid_from=since, name=facts.name, short_name=facts.short_name))
    return {"valid_from": since, "previous_name": organisation.name}


async def checked_places(
    session: AsyncSession, facts: OrganisationFacts, faults: dict[str, str], *, itself: UUID | None = None
) -> str | None:
    """The ОКТМО in force; adds what is wrong with the municipality and the organisations above to the faults."""
    oktmo = facts.oktmo and await municipality(session, facts.oktmo)
    if facts.oktmo and oktmo is None:
        faults["oktmo"] = "Такого муниципалитета нет в справочнике ОКТМО."
    stated = {"authority_id": facts.authority_id, "agency_id": facts.agency_id, "merged_into": facts.merged_into}
    named = {field: reference for field, reference in stated.items() if reference}
    asked = select(col(Organisation.id), col(Organisation.kind), col(Organisation.status)).where(col(Organisation.id).in_(named.values()))
    rows = [row for row in await session.execute(asked) if row.id != itself]
    kinds: dict[UUID, str] = {row.id: row.kind for row in rows}
    if any(row.id == facts.merged_into and (row.status != "active" or row.kind != facts.kind) for row in rows):
        faults["merged_into"] = "Преемником может быть только действующая организация того же вида."
    faults |= {field: "Такой организации нет в реестре." for field, reference in named.items() if reference not in kinds}
    above = {field.removesuffix("_id"): kinds.get(stated[field]) for field in ("authority_id", "agency_id")}  # type: ignore[arg-type]
    faults |= parent_faults(kind=facts.kind, **above)
    return oktmo


async def tell(session: AsyncSession, organisation: Organisation) -> None:
    """Say what the organisation is now, and let it be found by its names while it works."""
    if organisation.status == "active":
        themes = f"{organisation.name} {organisation.previous_name or ''}"
        title, summary = organisation.short_name, organisation.name
        await make_findable(session, "organisation", organisation.id, title=title, summary=summary, themes=themes)
    else:
        await make_unfindable(session, "organisation", organisation.id)
    event = OrganisationChanged.model_validate({"organisation_id": organisation.id, **organisation.model_dump(exclude={"id"})})
    await emit(session, event, subject=organisation.id, revision=organisation.revision)
