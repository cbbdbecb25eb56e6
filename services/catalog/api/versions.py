"""Versions of programmes: submitted, read, published or returned; what each changed, and how it will look."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from services.catalog import commands, queries
from services.catalog.api.callers import Author, Historian, Number, Overseer, Reader
from services.catalog.api.readiness import Readiness
from services.catalog.api.shapes.dictionaries import Coded
from services.catalog.api.shapes.programmes import FileOut, ProgrammeOut, VersionReadOut
from services.catalog.commands import programme_facts, reference
from services.catalog.rules.fields import Facts
from services.catalog.rules.programmes import ProgrammeFacts, ProgrammeStatus, audience_faults
from services.catalog.rules.readiness import programme_conditions
from services.catalog.rules.versions import Remark
from shared.clock import today
from shared.edge import Edge, Now, Tx

router = APIRouter(route_class=Edge, tags=["programme versions"])


class Reading(Facts):
    """The version that was read: a newer one is not published by mistake."""

    version: Number


class Returning(Reading):
    """What is to be changed, field by field."""

    remarks: Annotated[list[Remark], Field(min_length=1, max_length=40)]


class FieldChangeOut(BaseModel):
    """A field before and after, in words, a line for each part."""

    field: str
    label: str
    old: list[str]
    new: list[str]


class VersionOut(VersionReadOut):
    """A version with its changes against the one published before it; of the first, everything is new."""

    first: bool
    changes: list[FieldChangeOut]


class VersionList(BaseModel):
    items: list[VersionOut]


class EditionOut(BaseModel):
    """What the provider works on: the version in review or returned, else what is stored; `revision` is for `If-Match`.

    `files` are all that were uploaded, those that the facts name among them.
    """

    id: UUID
    status: ProgrammeStatus
    revision: int
    published_at: datetime | None
    facts: ProgrammeFacts
    review: VersionReadOut | None
    files: list[FileOut]
    hours_minimum: int | None


class SubmissionOut(BaseModel):
    """A version that waits for its reader; `first` when the programme was never published."""

    review: VersionReadOut
    programme_id: UUID
    code: str
    title: str
    kind: Coded
    hours: int
    provider: str
    first: bool


class SubmissionList(BaseModel):
    items: list[SubmissionOut]


@router.get("/submissions", response_model=SubmissionList)
async def list_submissions(caller: Overseer, tx: Tx, now: Now) -> Any:
    """Versions that wait for a reader, the longest waiting first."""
    return {"items": await queries.versions.queue(tx, caller=caller, today=today(now))}


@router.get("/programmes/{programme_id}/edition", response_model=EditionOut)
async def show_edition(programme_id: UUID, caller: Historian, tx: Tx, now: Now, response: Response) -> Any:
    programme, facts, review = await edited(tx, programme_id, caller)
    response.headers["etag"] = f'"{programme.revision}"'
    shown = programme.model_dump(include={"id", "status", "revision", "published_at"})
    minimum = await reference.minimum_hours(tx, facts.kind, today(now))
    files = await queries.files.files_of(tx, programme_id)
    return {**shown, "facts": facts, "review": review, "files": files, "hours_minimum": minimum}


@router.get("/programmes/{programme_id}/readiness", response_model=Readiness)
async def programme_readiness(programme_id: UUID, caller: Historian, tx: Tx, now: Now) -> Any:
    """What the programme needs before it is submitted."""
    _, facts, _ = await edited(tx, programme_id, caller)
    day = today(now)
    conditions = programme_conditions(
        facts,
        minimum=await reference.minimum_hours(tx, facts.kind, day),
        competences=await programme_facts.framework(tx),
        labour_functions=await queries.readiness.labour_functions(tx, [effect.competence for effect in facts.effects]),
        faults=audience_faults(facts.audience, known=await reference.audience_codes(tx, day)),
    )
    return queries.readiness.checklist(conditions)


async def edited(tx: Tx, programme_id: UUID, caller: Historian) -> tuple[Any, ProgrammeFacts, Any]:
    """A programme of the caller's, the facts its provider works on, and its newest version's review."""
    programme = await queries.versions.own_row(tx, programme_id, caller)
    newest = next(iter(await queries.versions.versions_of(tx, programme_id)), None)
    review = newest and queries.programmes.review_of(newest, caller)
    if newest and programme.status == "published" and newest.decision in (None, "returned"):
        return programme, commands.versions.facts_in(newest), review
    return programme, await programme_facts.facts_of(tx, programme), review


@router.post("/programmes/{programme_id}/submission", response_model=ProgrammeOut)
async def submit_programme(programme_id: UUID, caller: Author, tx: Tx, now: Now) -> Any:
    """Hand a draft to its reader; submitting twice is not an error."""
    await commands.versions.submit_programme(tx, programme_id, caller=caller, now=now)
    return await queries.programmes.programme_card(tx, programme_id, caller=caller, today=today(now))


@router.post("/programmes/{programme_id}/publication", response_model=ProgrammeOut)
async def publish_programme(programme_id: UUID, body: Reading, caller: Reader, tx: Tx, now: Now) -> Any:
    """Publish the version that was read; who wrote or submitted it can not."""
    await commands.versions.publish_version(tx, programme_id, body.version, caller=caller, now=now)
    return await queries.programmes.programme_card(tx, programme_id, caller=caller, today=today(now))


@router.post("/programmes/{programme_id}/return", response_model=ProgrammeOut)
async def return_programme(programme_id: UUID, body: Returning, caller: Reader, tx: Tx, now: Now) -> Any:
    """Return the version that was read, with remarks."""
    await commands.versions.return_version(tx, programme_id, body.version, body.remarks, caller=caller, now=now)
    return await queries.programmes.programme_card(tx, programme_id, caller=caller, today=today(now))


@router.get("/programmes/{programme_id}/versions", response_model=VersionList)
async def list_versions(programme_id: UUID, caller: Historian, tx: Tx, now: Now) -> Any:
    return {"items": await queries.versions.history(tx, programme_id, caller=caller, today=today(now))}


@router.get("/programmes/{programme_id}/versions/{number}", response_model=ProgrammeOut)
async def show_version(programme_id: UUID, number: Number, caller: Historian, tx: Tx, now: Now) -> Any:
    """A version as the public would see it, without groups."""
    return await queries.versions.version_card(tx, programme_id, number, caller=caller, today=today(now))


@router.post("/programme-previews", response_model=ProgrammeOut)
async def preview_programme(body: ProgrammeFacts, caller: Author, tx: Tx, now: Now) -> Any:
    """Facts as the card that the public would see; nothing is kept."""
    return await queries.versions.preview(tx, body, caller=caller, today=today(now))
