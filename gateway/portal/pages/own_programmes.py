"""A provider's programmes: the list, and one with its checklist, its reader's remarks, its versions and its groups."""

import asyncio
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.client import Refused
from gateway.portal.drafts import unfinished
from gateway.portal.page import At, Page, View
from gateway.portal.programme_choices import author
from gateway.portal.refused import Told, told
from shared.errors import Forbidden

router = APIRouter(route_class=Page)
STATES = (
    ("", "Все"),
    ("published", "Опубликованы"),
    ("in_review", "На проверке"),
    ("draft", "Черновики"),
    ("withdrawn", "Сняты"),
    ("archived", "В архиве"),
)
PAGE, LARGEST = 50, 5_500_000


@router.get("/provider/programmes")
async def programmes(view: At, status: str = "", cursor: str = "") -> Response:
    """The organisation's programmes in any state, and forms that were begun and not saved."""
    await author(view)
    chosen = status if status in dict(STATES) else ""
    listed = view.ask.get("/own-programmes", status=chosen or None, cursor=cursor[:2000] or None, limit=PAGE)
    found, (begun, unsaved) = await asyncio.gather(listed, unfinished(view, "programme"))
    frame = await view.frame()
    return await view.show(
        "own_programmes.html",
        section=frame.section("provider", "operator"),
        title="Программы",
        found=found,
        chosen=chosen,
        states=STATES,
        next_href=f"/provider/programmes?{urlencode({'status': chosen, 'cursor': found['next']})}" if found["next"] else "",
        begun=begun,
        unsaved=unsaved,
    )


@router.get("/provider/programmes/{programme_id}")
async def programme(view: At, programme_id: UUID) -> Response:
    return await shown(view, programme_id, Told())


async def shown(view: View, programme_id: UUID, said: Told, *, typed: str = "", status: int = 200) -> Response:
    frame = await view.signed_in()
    if not frame.has("provider_specialist", "operator", "auditor", "ministry"):
        raise Forbidden("Программы ведут специалисты организаций ДПО и оператор.")
    edition, card, readiness = await asyncio.gather(
        view.ask.get(f"/programmes/{programme_id}/edition"),
        view.ask.get(f"/programmes/{programme_id}"),
        view.ask.get(f"/programmes/{programme_id}/readiness"),
    )
    return await view.show(
        "own_programme.html",
        status=status,
        section=frame.section("provider", "operator"),
        title=edition["facts"]["title"],
        edition=edition,
        card=card,
        readiness=readiness,
        may_write=frame.has("provider_specialist", "operator"),
        reason=typed,
        said=said,
    )


@router.post("/provider/programmes/{programme_id}/submission")
async def submit(view: At, programme_id: UUID) -> Response:
    return await act(view, programme_id, "submission", "programme_submitted")


@router.post("/provider/programmes/{programme_id}/archive")
async def archive(view: At, programme_id: UUID) -> Response:
    return await act(view, programme_id, "archive", "programme_archived")


@router.post("/provider/programmes/{programme_id}/withdrawal")
async def withdraw(view: At, programme_id: UUID) -> Response:
    await author(view)
    reason = str((await view.form()).get("reason", "")).strip()[:500]
    if len(reason) < 5:
        return await shown(
            view, programme_id, Told({"reason": "Объясните, почему: это увидят на странице программы"}), typed=reason, status=422
        )
    return await act(view, programme_id, "withdrawal", "programme_withdrawn", {"reason": reason})


async def act(view: View, programme_id: UUID, what: str, then: str, body: Any = None) -> Response:
    await author(view)
    try:
        await view.ask.post(f"/programmes/{programme_id}/{what}", body)
    except Refused as refused:
        if refused.status == 404:
            raise
        answer = told(refused)
        return await shown(view, programme_id, Told(detail=next(iter(answer.errors.values()), answer.detail)), status=refused.status)
    return view.go(f"/provider/programmes/{programme_id}", then)


@router.post("/provider/programmes/{programme_id}/files", max_body_size=LARGEST)
async def attach(view: At, programme_id: UUID) -> Response:
    """Upload a PDF and name it in the programme; of a published one this is a change for its reader."""
    await author(view)
    form = await view.request.form(max_files=1, max_fields=10)
    upload = form.get("file")
    if not upload or isinstance(upload, str) or not upload.filename:
        return await shown(view, programme_id, Told({"file": "Выберите файл PDF"}), status=422)
    name = upload.filename.replace("\\", "/").rpartition("/")[2][:120]
    try:
        file = await view.ask.upload(f"/programmes/{programme_id}/files", await upload.read(), "application/pdf", name=name)
        edition = await view.ask.get(f"/programmes/{programme_id}/edition")
        facts = edition["facts"] | {"files": [*edition["facts"]["files"], file["id"]]}
        await view.ask.put(f"/programmes/{programme_id}", facts, since=edition["revision"])
    except Refused as refused:
        if refused.status == 404:
            raise
        answer = told(refused, files="file", name="file")
        sentence = "Можно показать не больше трёх файлов" if "files" in str(refused.facts.get("errors")) else refused.detail
        return await shown(view, programme_id, Told({"file": answer.errors.get("file", sentence)}), status=refused.status)
    return view.go(f"/provider/programmes/{programme_id}", "file_attached")


@router.get("/provider/programmes/{programme_id}/versions")
async def versions(view: At, programme_id: UUID) -> Response:
    """Every version, and what it changed."""
    frame = await view.signed_in()
    if not frame.has("provider_specialist", "operator", "auditor", "ministry"):
        raise Forbidden()
    edition, found = await asyncio.gather(
        view.ask.get(f"/programmes/{programme_id}/edition"), view.ask.get(f"/programmes/{programme_id}/versions")
    )
    return await view.show(
        "programme_versions.html",
        section=frame.section("provider", "operator"),
        title="Версии программы",
        edition=edition,
        versions=found["items"],
    )
