"""PDFs of programmes: uploaded by the provider, downloaded by everybody once a published version names them."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.catalog import commands, queries
from services.catalog.api.callers import Author, Visitor
from services.catalog.api.public import Public
from services.catalog.api.shapes.programmes import FileOut
from services.catalog.rules.files import LARGEST, Name
from shared.edge import Now, Tx

router = APIRouter(route_class=Public, tags=["programme files"])
PDF = {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}


@router.post(
    "/programmes/{programme_id}/files",
    status_code=201,
    response_model=FileOut,
    openapi_extra={"requestBody": {**PDF, "required": True}},
    max_body_size=LARGEST + 100_000,  # so that a file somewhat too large is refused in words
)
async def upload_file(programme_id: UUID, name: Annotated[Name, Query()], request: Request, caller: Author, tx: Tx, now: Now) -> Any:
    """Keep a PDF; the public sees it once the programme's facts name it and a reader has published them."""
    body = await request.body()
    file_id = await commands.files.upload_file(tx, programme_id, name=name, body=body, caller=caller, now=now)
    return {"id": file_id, "name": name, "size": len(body)}


@router.get("/programmes/{programme_id}/files/{file_id}", response_class=Response, responses={200: PDF})
async def download_file(programme_id: UUID, file_id: UUID, caller: Visitor, tx: Tx) -> Response:
    found = await queries.files.file_of(tx, programme_id, file_id, caller=caller)
    name = found.name if found.name.lower().endswith(".pdf") else f"{found.name}.pdf"
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}", "x-content-type-options": "nosniff"}
    return Response(found.body, media_type="application/pdf", headers=headers)
