"""Documents: the list, one with its versions, its files, and saying that one has read it."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.client import Refused, optional
from gateway.portal.page import At, Page, View

router = APIRouter(route_class=Page)


@router.get("/documents")
async def documents(view: At, standing: str = "", year: str = "") -> Response:
    """Documents in force and to come; staff see which of them they have not read yet. The address is the question."""
    found, unread = await asyncio.gather(listed(view, standing, year), unread_by(view))
    public = [one for one in found["items"] if one["status"] == "published"]
    return await view.show("documents.html", title="Документы", documents=public, facets=found["facets"], unread=unread)


async def listed(view: View, standing: str, year: str) -> Any:
    """The documents asked for; all of them where the question means nothing."""
    try:
        return await view.ask.get("/documents", standing=standing or None, year=year or None)
    except Refused as refused:
        if refused.status != 422:
            raise
        return await view.ask.get("/documents")


async def unread_by(view: View) -> dict[str, Any]:
    """Documents that wait for the visitor to read their newest version, by id; nobody has to who holds no role."""
    if not view.ask.visitor.signed_in:
        return {}
    session = await optional(view.ask.get("/session"))
    return {str(one["document_id"]): one for one in (session or {"to_acknowledge": []})["to_acknowledge"]}


@router.get("/documents/{document_id}")
async def document(view: At, document_id: UUID, version: int = 0) -> Response:
    """A document as it is in force, or as it was."""
    found, unread = await asyncio.gather(view.ask.get(f"/documents/{document_id}"), unread_by(view))
    frame = await view.frame()
    writes = frame.has("operator", "auditor")
    counts = await optional(view.ask.get(f"/documents/{document_id}/acknowledgements")) if writes else None
    shown = version_of(found, version)
    return await view.show(
        "document.html",
        title=found["title"],
        document=found,
        shown=shown,
        unread=unread.get(str(document_id)),
        writes=frame.has("operator"),
        counts=counts,
        address=f"{view.settings.public_url}/documents/{document_id}",
    )


def version_of(found: Mapping[str, Any], number: int) -> Mapping[str, Any] | None:
    """The version asked for; otherwise the one in force, otherwise the newest."""
    versions = found["versions"]
    by_number = {one["number"]: one for one in versions}
    chosen: Mapping[str, Any] | None = by_number.get(number) or by_number.get(found["in_force"]) or next(iter(versions), None)
    return chosen


@router.get("/documents/{document_id}/versions/{number}.pdf")
async def file(view: At, document_id: UUID, number: int) -> Response:
    """The file of a version, as it came."""
    found = await view.ask.call("GET", f"/documents/{document_id}/versions/{number}/file")
    if found.status >= 400:
        raise Refused(found)
    named = (found.header(b"content-disposition") or b"attachment").decode()
    headers = {"content-disposition": named, "cache-control": "private, max-age=0"}
    return Response(found.body, headers=headers, media_type="application/pdf")


@router.post("/documents/{document_id}/acknowledgement")
async def acknowledge(view: At, document_id: UUID) -> Response:
    """«Ознакомлен(а)» with the newest version."""
    await view.signed_in()
    number = str((await view.form()).get("version", ""))
    await view.ask.post("/me/acknowledgements", {"document_id": str(document_id), "version": int(number) if number.isdecimal() else 0})
    return view.go(f"/documents/{document_id}", "acknowledged")
