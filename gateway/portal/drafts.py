"""Forms that keep themselves: what is typed, the working copy that holds it, and the revision that it started from."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi import Response
from starlette.datastructures import FormData

from gateway.client import optional
from gateway.portal.fields import Fields, Parts, begun_from, typed_in
from gateway.portal.page import View
from gateway.portal.words import as_moment

Copy = Mapping[str, Any]


def new_draft() -> str:
    return str(UUID(bytes=secrets.token_bytes(16), version=4))


@dataclass(frozen=True, slots=True)
class Writing:
    """A form in somebody's hands: what is typed, the revision it started from, and the working copy `draft` at its `revision`.

    `kept` is the copy that the form was opened from, `theirs` a colleague's of the same thing; `merged` when two were put together.
    """

    fields: Fields
    since: int | None = None
    draft: str = field(default_factory=new_draft)
    revision: int | None = None
    kept: Copy | None = None
    theirs: Copy | None = None
    merged: bool = False


def writing_in(form: FormData) -> Writing:
    """A form as it came."""
    return Writing(typed_in(form), number_in(form, "base_revision"), draft_in(form), number_in(form, "draft_revision"))


def number_in(form: FormData, name: str) -> int | None:
    value = str(form.get(name, ""))
    return int(value) if value.isdecimal() and len(value) < 10 else None


def draft_in(form: FormData) -> str:
    """The id of the form's working copy; a new one for a form that lost it."""
    try:
        return str(UUID(str(form.get("draft", ""))))
    except ValueError:
        return new_draft()


async def begun(view: View, draft: str, *, fields: Fields) -> Writing:
    """A new form: the one that was begun under this id, or one with these fields."""
    kept = await optional(view.ask.get(f"/drafts/{draft}")) if draft else None
    return Writing(fields) if kept is None else reopened(kept)


async def resumed(view: View, kind: str, object_id: str | UUID, *, fields: Fields, parts: Parts, since: int | None = None) -> Writing:
    """A form with what the visitor typed in it last, or with what is stored; a colleague may be at it too."""
    found = (await optional(view.ask.get("/drafts", kind=kind, object_id=object_id)) or {"items": []})["items"]
    own, theirs = next((one for one in found if one["own"]), None), next((one for one in found if not one["own"]), None)
    kept = await optional(view.ask.get(f"/drafts/{own['id']}")) if own else None
    return Writing({**fields, **begun_from(fields, parts)}, since, theirs=theirs) if kept is None else reopened(kept, since)


def reopened(kept: Copy, since: int | None = None) -> Writing:
    return Writing(kept["fields"], kept["base_revision"] or since, kept["id"], kept["revision"], kept)


async def unfinished(view: View, kind: str) -> tuple[list[Copy], set[str]]:
    """The forms that were begun and never saved, and the ids of what has changes that are not saved."""
    found = (await optional(view.ask.get("/drafts", kind=kind)) or {"items": []})["items"]
    return [one for one in found if not one["object_id"]], {one["object_id"] for one in found if one["object_id"]}


async def save(view: View, draft_id: UUID | str, form: FormData) -> Any:
    """Keep what a form holds; raises `Refused`, with status 412 when it was changed in another window."""
    body: dict[str, Any] = {"kind": str(form.get("draft_kind", "")), "fields": typed_in(form)}
    for name, key in (("draft_object", "object_id"), ("base_revision", "base_revision")):
        if value := str(form.get(name, "")):
            body[key] = value
    return await view.ask.put(f"/drafts/{draft_id}", body, since=number_in(form, "draft_revision"))


async def keep(view: View, form: FormData, here: str) -> Response:
    """Keep a form because its button was pressed, and show it again; raises `Refused`."""
    saved = await save(view, draft_in(form), form)
    return view.go(here, "draft_kept", f"{as_moment(saved['saved_at']):%H:%M}")


async def done_with(view: View, draft_id: UUID | str) -> None:
    """Forget the working copy of what has been saved for good; there may be none."""
    await optional(view.ask.call("DELETE", f"/drafts/{draft_id}"))
