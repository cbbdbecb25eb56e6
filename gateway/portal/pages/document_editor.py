"""The operator's documents: a version is written, seen as everybody will see it, published for good, followed by the next."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from starlette.datastructures import FormData, UploadFile

from gateway.client import Refused
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
TYPED = ("title", "about", "body", "changes", "in_force_from", "drop_file")
LARGEST = 700_000
Typed = dict[str, str]


async def for_operator(view: View) -> None:
    if not (await view.signed_in()).has("operator", "auditor"):
        raise Forbidden("Документы готовит оператор.")


@router.get(HOME)
async def documents(view: At) -> Response:
    """Every document with its versions: in force, coming, being written."""
    await for_operator(view)
    found = await view.ask.get("/documents")
    return await view.show("own_documents.html", section="operator", title="Документы", documents=found["items"])


@router.get(HOME + "/new")
async def new(view: At) -> Response:
    await for_operator(view)
    return await editor(view, dict.fromkeys(TYPED, ""), Told())


@router.get(HOME + "/{document_id}")
async def edit(view: At, document_id: UUID) -> Response:
    await for_operator(view)
    card = await view.ask.get(f"/documents/{document_id}")
    return await editor(view, typed_of(card), Told(), card=card)


def typed_of(card: Mapping[str, Any]) -> Typed:
    """The version being written; the next one begins with the text of the newest."""
    typed = {"title": card["title"], "about": card["about"], "body": "", "changes": "", "in_force_from": "", "drop_file": ""}
    version = next(iter(card["versions"]), None)
    if version:
        typed["body"] = version["body"]
        if version["published_at"] is None:
            typed |= {"changes": version["changes"], "in_force_from": version["in_force_from"]}
    return typed


async def editor(
    view: View,
    typed: Typed,
    said: Told,
    *,
    card: Mapping[str, Any] | None = None,
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
        typed=typed,
        said=said,
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
    """Take the form: preview it, keep it, or publish it; nothing typed is lost when it is refused."""
    await for_operator(view)
    async with view.request.form(max_files=1, max_fields=20) as form:
        typed = {name: str(form.get(name, ""))[:100_000].strip().replace("\r\n", "\n") for name in TYPED}
        do, file = str(form.get("do", "save")), await file_in(form)
    card = await view.ask.get(f"/documents/{document_id}") if document_id else None
    if do == "preview":
        return await editor(view, typed, Told(), card=card, preview=True)
    errors = {name: "Заполните это поле." for name in ("title", "in_force_from") if not typed[name]}
    if file and len(file["content"]) > LARGEST * 4 / 3 + 4:
        errors["file"] = "Файл больше 700 КБ. Сохраните PDF в уменьшенном размере."
    if errors:
        return await editor(view, typed, Told(errors), card=card, status=422)
    facts = {name: typed[name] for name in TYPED if name != "drop_file"} | {"drop_file": bool(typed["drop_file"]), "file": file}
    try:
        asked = view.ask.put(f"/documents/{document_id}", facts) if document_id else view.ask.post("/documents", facts)
        card = await asked
        if do == "publish":
            await view.ask.post(f"/documents/{card['id']}/publication")
    except Refused as refused:
        return await editor(view, typed, told(refused), card=card, status=refused.status)
    if do == "publish":
        return view.go(f"/documents/{card['id']}", "document_published")
    return view.go(f"{HOME}/{card['id']}", "draft_saved")


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
    if len(reason) < 5:
        said = Told({"end_reason": "Напишите, почему документ снят: это увидят все, у кого есть ссылка."})
        return await editor(view, typed_of(card), said, card=card, reason=reason, status=422)
    try:
        await view.ask.post(f"/documents/{document_id}/withdrawal", {"reason": reason[:500]})
    except Refused as refused:
        return await editor(view, typed_of(card), told(refused, reason="end_reason"), card=card, reason=reason, status=refused.status)
    return view.go(HOME, "document_withdrawn")
