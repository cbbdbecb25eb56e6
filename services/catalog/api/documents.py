"""Public documents and their versions."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from services.catalog import commands, queries
from services.catalog.api.callers import DocumentAuthor, Number, Since, Visitor
from services.catalog.api.public import Public
from services.catalog.api.shapes.dictionaries import FacetValue
from services.catalog.rules.documents import DocumentFacts, WantedDocuments
from services.catalog.rules.fields import Facts, Reason
from shared.clock import today
from shared.edge import Edge, Now, Tx

router = APIRouter(route_class=Public, tags=["documents"])
files = APIRouter(route_class=Edge, tags=["documents"])


class DocumentWithdrawal(Facts):
    reason: Reason


class DocumentItem(BaseModel):
    """A document: the number of its newest published version, of the one in force, and of the one being written."""

    id: UUID
    title: str
    about: str
    status: Literal["draft", "published", "withdrawn"]
    withdrawal_reason: str | None
    newest: int | None
    in_force: int | None
    in_force_from: date | None
    draft: int | None
    revision: int


class DocumentList(BaseModel):
    items: list[DocumentItem]
    facets: dict[str, list[FacetValue]]


class DocumentFile(BaseModel):
    name: str
    size: int


class DocumentVersionOut(BaseModel):
    number: int
    body: str
    changes: str
    file: DocumentFile | None
    in_force_from: date
    published_at: datetime | None


class DocumentOut(DocumentItem):
    """A document with its versions, the newest first."""

    versions: list[DocumentVersionOut]


@router.get("/documents", response_model=DocumentList)
async def list_documents(wanted: Annotated[WantedDocuments, Query()], caller: Visitor, tx: Tx, now: Now) -> Any:
    return await queries.documents.documents_listed(tx, wanted, caller=caller, today=today(now))


@router.get("/documents/{document_id}", response_model=DocumentOut)
async def show_document(document_id: UUID, caller: Visitor, tx: Tx, now: Now) -> Any:
    return await queries.documents.document_card(tx, document_id, caller=caller, today=today(now))


@files.get("/documents/{document_id}/versions/{number}/file", response_class=Response)
async def show_file(document_id: UUID, number: Number, caller: Visitor, tx: Tx) -> Response:
    """The PDF of a version."""
    name, content = await queries.documents.file_of(tx, document_id, number, caller=caller)
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}", "cache-control": "private, max-age=0"}
    return Response(content, media_type="application/pdf", headers=headers)


@router.post("/documents", status_code=201, response_model=DocumentOut)
async def draft_document(body: DocumentFacts, caller: DocumentAuthor, tx: Tx, now: Now) -> Any:
    document_id = await commands.documents.draft_document(tx, body, now=now)
    return await queries.documents.document_card(tx, document_id, caller=caller, today=today(now))


@router.put("/documents/{document_id}", response_model=DocumentOut)
async def write_version(document_id: UUID, body: DocumentFacts, caller: DocumentAuthor, since: Since, tx: Tx, now: Now) -> Any:
    """Write the version that is not published yet; published versions never change."""
    await commands.documents.change_document(tx, document_id, body, now=now, revision=since)
    return await queries.documents.document_card(tx, document_id, caller=caller, today=today(now))


@router.post("/documents/{document_id}/publication", response_model=DocumentOut)
async def publish_document(document_id: UUID, caller: DocumentAuthor, tx: Tx, now: Now) -> Any:
    await commands.documents.publish_document(tx, document_id, now=now)
    return await queries.documents.document_card(tx, document_id, caller=caller, today=today(now))


@router.post("/documents/{document_id}/withdrawal", response_model=DocumentOut)
async def withdraw_document(document_id: UUID, body: DocumentWithdrawal, caller: DocumentAuthor, tx: Tx, now: Now) -> Any:
    await commands.documents.withdraw_document(tx, document_id, reason=body.reason)
    return await queries.documents.document_card(tx, document_id, caller=caller, today=today(now))
