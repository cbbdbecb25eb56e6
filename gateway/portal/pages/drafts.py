"""Working copies: a form keeps itself while it is being filled in, and the same button does it without scripts."""

import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from starlette.datastructures import FormData

from gateway.client import Refused, optional
from gateway.portal.page import At, Page, View
from gateway.portal.programme_form import typed_in
from gateway.portal.words import as_moment
from gateway.rules import safe_return

router = APIRouter(route_class=Page)


@router.post("/drafts/{draft_id}")
async def keep(view: At, draft_id: UUID) -> Response:
    """Keep a form as it stands; a script is told when, and which revision to start the next time from."""
    await view.signed_in()
    form = await view.form()
    try:
        saved = await save(view, draft_id, form)
    except Refused as refused:
        return JSONResponse({"detail": refused.detail}, refused.status)
    return JSONResponse({"saved": f"{as_moment(saved['saved_at']):%H:%M}", "revision": saved["revision"]})


@router.post("/drafts/{draft_id}/deletion")
async def drop(view: At, draft_id: UUID) -> Response:
    """Forget a working copy."""
    await view.signed_in()
    form = await view.form()
    await view.ask.delete(f"/drafts/{draft_id}")
    return view.go(safe_return(str(form.get("back", "/provider/programmes"))), "draft_dropped")


async def save(view: View, draft_id: UUID | str, form: FormData) -> Any:
    """Keep what a form holds; raises `Refused`, with status 412 when it was changed in another window."""
    body: dict[str, Any] = {"kind": str(form.get("draft_kind", "")), "fields": typed_in(form)}
    for name, key in (("draft_object", "object_id"), ("base_revision", "base_revision")):
        if value := str(form.get(name, "")):
            body[key] = value
    return await view.ask.put(f"/drafts/{draft_id}", body, since=number_in(form, "draft_revision"))


def number_in(form: FormData, name: str) -> int | None:
    value = str(form.get(name, ""))
    return int(value) if value.isdecimal() and len(value) < 10 else None


def draft_in(form: FormData) -> str:
    """The id of the form's working copy; a new one for a form that lost it."""
    try:
        return str(UUID(str(form.get("draft", ""))))
    except ValueError:
        return new_draft()


def new_draft() -> str:
    return str(UUID(bytes=secrets.token_bytes(16), version=4))


async def kept_of(view: View, kind: str, object_id: str | UUID) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
    """The newest working copy of an object: the visitor's own, and a colleague's, who is at it too."""
    found = (await optional(view.ask.get("/drafts", kind=kind, object_id=object_id)) or {"items": []})["items"]
    own, theirs = next((one for one in found if one["own"]), None), next((one for one in found if not one["own"]), None)
    return (await optional(view.ask.get(f"/drafts/{own['id']}")) if own else None), theirs


async def done_with(view: View, draft_id: str) -> None:
    """Forget the working copy of what has been saved for good; there may be none."""
    await optional(view.ask.call("DELETE", f"/drafts/{draft_id}"))
