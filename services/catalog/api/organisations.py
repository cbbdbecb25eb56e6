"""The register of organisations, and the dictionaries."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.catalog import commands, queries
from services.catalog.api.callers import Operator, OrganisationKeeper, OrganisationReader, Since, Visitor
from services.catalog.api.public import Public
from services.catalog.api.shapes.dictionaries import DictionariesOut
from services.catalog.api.shapes.organisations import ChangesOut, OrganisationOut, OrganisationPage
from services.catalog.rules.organisations import Contacts, OrganisationFacts
from services.catalog.rules.search import WantedOrganisations
from shared.clock import today
from shared.edge import Now, Tx

router = APIRouter(route_class=Public, tags=["organisations"])


@router.get("/dictionaries", response_model=DictionariesOut)
async def dictionaries(caller: Visitor, tx: Tx, now: Now) -> Any:
    """Titles of all codes with their validity dates, and municipalities with their ОКТМО, old ones too."""
    return await queries.labels.dictionaries(tx, today(now))


@router.get("/organisations", response_model=OrganisationPage)
async def list_organisations(wanted: Annotated[WantedOrganisations, Query()], caller: Visitor, tx: Tx, now: Now) -> Any:
    return await queries.organisations.organisations_listed(tx, wanted, today=today(now))


@router.get("/organisations/{organisation_id}", response_model=OrganisationOut)
async def show_organisation(organisation_id: UUID, caller: Visitor, tx: Tx, now: Now) -> Any:
    return await queries.organisations.organisation_card(tx, organisation_id, today=today(now))


@router.post("/organisations", status_code=201, response_model=OrganisationOut)
async def enter_organisation(body: OrganisationFacts, caller: Operator, tx: Tx, now: Now) -> Any:
    organisation_id = await commands.organisations.enter_organisation(tx, body, now=now)
    return await queries.organisations.organisation_card(tx, organisation_id, today=today(now))


@router.put("/organisations/{organisation_id}", response_model=OrganisationOut)
async def change_organisation(organisation_id: UUID, body: OrganisationFacts, caller: Operator, since: Since, tx: Tx, now: Now) -> Any:
    await commands.organisations.change_organisation(tx, organisation_id, body, caller=caller, now=now, revision=since)
    return await queries.organisations.organisation_card(tx, organisation_id, today=today(now))


@router.put("/organisations/{organisation_id}/contacts", response_model=OrganisationOut)
async def change_contacts(organisation_id: UUID, body: Contacts, caller: OrganisationKeeper, tx: Tx, now: Now) -> Any:
    """Telephone, mailbox, site and address, which an organisation keeps itself."""
    await commands.organisations.change_contacts(tx, organisation_id, body, caller=caller, now=now)
    return await queries.organisations.organisation_card(tx, organisation_id, today=today(now))


@router.get("/organisations/{organisation_id}/changes", response_model=ChangesOut)
async def organisation_changes(organisation_id: UUID, caller: OrganisationReader, tx: Tx) -> Any:
    """What changed when, the newest first."""
    return {"items": await queries.organisations.organisation_changes(tx, organisation_id, caller=caller)}
