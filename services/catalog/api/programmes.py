"""Programmes: search, cards, and their life from draft to withdrawal."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from services.catalog import commands, queries
from services.catalog.api.callers import Author, Since, Visitor
from services.catalog.api.public import Public
from services.catalog.api.shapes.programmes import OwnProgrammePage, ProgrammeOut
from services.catalog.api.shapes.search import ProgrammePage
from services.catalog.misses import Misses
from services.catalog.rules.fields import Facts, Reason
from services.catalog.rules.programmes import ProgrammeFacts
from services.catalog.rules.search import Wanted, WantedOwn
from shared.clock import today
from shared.edge import Now, Tx

router = APIRouter(route_class=Public, tags=["programmes"])


async def misses_of(request: Request) -> Misses:
    counted: Misses = request.app.state.misses
    return counted


Counting = Annotated[Misses, Depends(misses_of)]


class Withdrawal(Facts):
    reason: Reason


@router.get("/programmes", response_model=ProgrammePage)
async def search_programmes(wanted: Annotated[Wanted, Query()], caller: Visitor, tx: Tx, now: Now, misses: Counting) -> Any:
    """Published programmes; a value `any` of subject, position or level means those that are for everyone."""
    found = await queries.search.programmes_found(tx, wanted, today=today(now))
    if not found["items"] and not wanted.cursor:
        misses.note(await queries.demand.missed(tx, wanted, corrected=found["corrected"], today=today(now)))
    return found


@router.get("/own-programmes", response_model=OwnProgrammePage)
async def list_own_programmes(wanted: Annotated[WantedOwn, Query()], caller: Author, tx: Tx, now: Now) -> Any:
    """The programmes of the caller's organisation, drafts too."""
    return await queries.own_programmes.own_programmes(tx, wanted, caller=caller, today=today(now))


@router.get("/programmes/{programme_id}", response_model=ProgrammeOut)
async def show_programme(programme_id: UUID, caller: Visitor, tx: Tx, now: Now) -> Any:
    return await queries.programmes.programme_card(tx, programme_id, caller=caller, today=today(now))


@router.post("/programmes", status_code=201, response_model=ProgrammeOut)
async def draft_programme(body: ProgrammeFacts, caller: Author, tx: Tx, now: Now) -> Any:
    programme_id = await commands.programmes.draft_programme(tx, body, caller=caller, now=now)
    return await queries.programmes.programme_card(tx, programme_id, caller=caller, today=today(now))


@router.put("/programmes/{programme_id}", response_model=ProgrammeOut)
async def change_programme(programme_id: UUID, body: ProgrammeFacts, caller: Author, since: Since, tx: Tx, now: Now) -> Any:
    """Of a published programme this makes a version for the reader; the public sees the former one until it is published."""
    await commands.programmes.change_programme(tx, programme_id, body, caller=caller, now=now, revision=since)
    return await queries.programmes.programme_card(tx, programme_id, caller=caller, today=today(now))


@router.post("/programmes/{programme_id}/withdrawal", response_model=ProgrammeOut)
async def withdraw_programme(programme_id: UUID, body: Withdrawal, caller: Author, tx: Tx, now: Now) -> Any:
    await commands.programmes.withdraw_programme(tx, programme_id, reason=body.reason, caller=caller, now=now)
    return await queries.programmes.programme_card(tx, programme_id, caller=caller, today=today(now))


@router.post("/programmes/{programme_id}/archive", response_model=ProgrammeOut)
async def archive_programme(programme_id: UUID, caller: Author, tx: Tx, now: Now) -> Any:
    """Put a withdrawn programme out of its provider's list."""
    await commands.programmes.archive_programme(tx, programme_id, caller=caller)
    return await queries.programmes.programme_card(tx, programme_id, caller=caller, today=today(now))
