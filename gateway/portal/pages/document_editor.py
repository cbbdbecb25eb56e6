"""The operator's documents: a version is written, seen as everybody will see it, published for good, followed by the next."""

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from starlette.datastructures import FormData, UploadFile

from gateway.client import Refused
from gateway.portal.drafts import Writing, begun, done_with, keep, resumed, unfinished, writing_in
from gateway.portal.fields import Parts, as_fields, begun_from, one
from gateway.portal.merging import Stored, compared, put_together
from gateway.portal.page import At, Page, View
from gateway.portal.refused import Told, told
from shared.errors import Forbidden

router = APIRouter(route_class=Page)
HOME = "/operator/documents"
LABELS = {
    "title": "Название",
    "about": "О чём документ",
    "body": "Текст редакции",
    "changes": "Что изменилось",
    "in_force_from": "Действует с",
    "file": "Файл PDF",
    "end_reason": "Причина",
}
TEXTS = ("title", "about", "body", "changes", "in_force_from")
PARTS: Parts = {name: name for name in TEXTS}
LARGEST = 700_000
Card = Mapping[str, Any]


async def for_operator(view: View) -> None:
    if not (await view.signed_in()).has("operator", "auditor"):
        raise Forbidden("Документы готовит оператор.")


@router.get(HOME)
async def documents(view: At) -> Response:
    """Every document with its versions: in force, coming, being written; and forms that were begun and not saved."""
    await for_operator(view)
    found, (started, unsaved) = await asyncio.gather(view.ask.get("/documents"), unfinished(view, "document"))
    shown = {"documents": found["items"], "begun": started, "unsaved": unsaved}
    return await view.show("own_documents.html", section="operator", title="Документы", **shown)


@router.get(HOME + "/new")
async def new(view: At, draft: str = "") -> Response:
    await for_operator(view)
    return await editor(view, None, await begun(view, draft, fields={}))


@router.get(HOME + "/{document_id}")
async def edit(view: At, document_id: UUID) -> Response:
    await for_operator(view)
    card = await view.ask.get(f"/documents/{document_id}")
    return await editor(view, card, await opened(view, card))


async def opened(view: View, card: Card) -> Writing:
    return await resumed(view, "document", card["id"], fields=fields_of(card), parts=PARTS, since=card["revision"])


def fields_of(card: Card) -> dict[str, list[str]]:
    """The version being written; the next one begins with the text of the newest."""
    version: Card = next(iter(card["versions"]), {})
    written = ("body",) if version.get("published_at") else ("body", "changes", "in_force_from")
    return as_fields({"title": card["title"], "about": card["about"], **{name: version.get(name) for name in written}})


async def editor(
    view: View,
    card: Card | None,
    writing: Writing,
    *,
    said: Told | None = None,
    preview: bool = False,
    reason: str = "",
    status: int = 200,
) -> Response:
    version = next(iter(card["versions"]), None) if card else None
    return await view.show(
        "document_editor.html",
        status=status,
        section="operator",
        title=card["title"] if card else "Новый документ",
        card=card,
        draft=version if version and version["published_at"] is None else None,
        number=(version["number"] + (version["published_at"] is not None)) if version else 1,
        writing=writing,
        typed={name: one(writing.fields, name) for name in (*TEXTS, "drop_file")},
        said=said or Told(),
        labels=LABELS,
        preview=preview,
        reason=reason,
    )


@router.post(HOME)
async def create(view: At) -> Response:
    return await taken(view, None)


@router.post(HOME + "/{document_id}")
async def change(view: At, document_id: UUID) -> Response:
    return await taken(view, document_id)


async def taken(view: View, document_id: UUID | None) -> Response:
    """What the pressed button asks: preview, put two texts together, keep, save or publish; nothing typed is lost."""
    await for_operator(view)
    async with view.request.form(max_files=1, max_fields=30) as form:
        writing, do, file = writing_in(form), str(form.get("do", "save")), await file_in(form)
    card = await view.ask.get(f"/documents/{document_id}") if document_id else None
    if do == "preview":
        return await editor(view, card, writing, preview=True)
    if do == "merge" and card:
        now = stored(card)
        both = put_together(form, writing, now)
        return await editor(view, card, both) if both else await compared(view, writing, now)
    try:
        if do == "keep":
            return await keep(view, form, f"{HOME}/{document_id or f'new?draft={writing.draft}'}")
        typed = {name: one(writing.fields, name) for name in TEXTS}
        errors = {name: "Заполните это поле." for name in ("title", "in_force_from") if not typed[name]}
        if file and len(file["content"]) > LARGEST * 4 / 3 + 4:
            errors["file"] = "Файл больше 700 КБ. Сохраните PDF в уменьшенном размере."
        if errors:
            return await editor(view, card, writing, said=Told(errors), status=422)
        facts = {**typed, "drop_file": bool(one(writing.fields, "drop_file")), "file": file}
        if card is None:
            card = await view.ask.post("/documents", facts)
        else:
            card = await view.ask.put(f"/documents/{document_id}", facts, since=writing.since)
        await done_with(view, writing.draft)
        writing = replace(writing, fields={**writing.fields, **begun_from(fields_of(card), PARTS)}, since=card["revision"], revision=None)
        if do == "publish":
            await view.ask.post(f"/documents/{card['id']}/publication")
    except Refused as refused:
        if refused.status == 412 and document_id and do != "keep":
            return await compared(view, writing, stored(await view.ask.get(f"/documents/{document_id}")))
        return await editor(view, card, writing, said=told(refused), status=refused.status)
    if do == "publish":
        return view.go(f"/documents/{card['id']}", "document_published")
    return view.go(f"{HOME}/{card['id']}", "draft_saved")


def stored(card: Card) -> Stored:
    """A document as whoever edits it too has left it."""
    return Stored(
        fields_of(card),
        card["revision"],
        parts=PARTS,
        labels=LABELS,
        choices={},
        title=card["title"],
        here=f"{HOME}/{card['id']}",
        crumbs=((HOME, "Документы"),),
    )


async def file_in(form: FormData) -> dict[str, str] | None:
    """The file of a form as the API takes it."""
    sent = form.get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        return None
    return {"name": sent.filename[-130:], "content": b64encode(await sent.read()).decode()}


@router.post(HOME + "/{document_id}/end")
async def withdraw(view: At, document_id: UUID) -> Response:
    await for_operator(view)
    reason = str((await view.form()).get("end_reason", "")).strip()
    card = await view.ask.get(f"/documents/{document_id}")
    writing = await opened(view, card)
    if len(reason) < 5:
        said = Told({"end_reason": "Напишите, почему документ снят: это увидят все, у кого есть ссылка."})
        return await editor(view, card, writing, said=said, reason=reason, status=422)
    try:
        await view.ask.post(f"/documents/{document_id}/withdrawal", {"reason": reason[:500]})
    except Refused as refused:
        return await editor(view, card, writing, said=told(refused, reason="end_reason"), reason=reason, status=refused.status)
    return view.go(HOME, "document_withdrawn")
