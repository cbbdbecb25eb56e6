"""The reader's queue: versions of programmes that wait, what each changes, and the decision."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.client import Refused
from gateway.portal.drafts import number_in
from gateway.portal.page import At, Page, View
from gateway.portal.programme_form import LABELS
from gateway.portal.refused import Told, told
from shared.errors import Forbidden, NotFound

router = APIRouter(route_class=Page)
FIELDS = {**LABELS, "audience.positions": "Должности", "audience.subjects": "Предметы", "audience.levels": "Уровни"}
REMARKED = tuple(name for name in FIELDS if name not in ("positions", "subjects", "levels", "distance", "provider_id"))


@router.get("/moderation")
async def queue(view: At) -> Response:
    """What waits for a reader, the longest waiting first."""
    await reader(view)
    found = await view.ask.get("/submissions")
    return await view.show(
        "moderation.html",
        section="operator",
        title="Программы ждут проверки",
        mine=[one for one in found["items"] if not one["review"]["own"]],
        own=[one for one in found["items"] if one["review"]["own"]],
    )


@router.get("/moderation/{programme_id:uuid}")
async def reading(view: At, programme_id: UUID) -> Response:
    return await shown(view, programme_id, Told())


async def reader(view: View) -> None:
    frame = await view.signed_in()
    if not frame.has("operator", "auditor"):
        raise Forbidden("Программы проверяет оператор.")


async def shown(view: View, programme_id: UUID, said: Told, *, typed: Mapping[str, str] | None = None, status: int = 200) -> Response:
    await reader(view)
    edition, found, readiness = await asyncio.gather(
        view.ask.get(f"/programmes/{programme_id}/edition"),
        view.ask.get(f"/programmes/{programme_id}/versions"),
        view.ask.get(f"/programmes/{programme_id}/readiness"),
    )
    waiting = next((one for one in found["items"] if one["state"] == "in_review"), None)
    if waiting is None:
        raise NotFound("Эту версию уже прочитали или заменили новой.")
    card = await view.ask.get(f"/programmes/{programme_id}/versions/{waiting['number']}")
    frame = await view.frame()
    return await view.show(
        "moderation_one.html",
        status=status,
        section="operator",
        title=edition["facts"]["title"],
        edition=edition,
        version=waiting,
        card=card,
        former=[one for one in found["items"] if one["state"] == "returned"][:1],
        readiness=readiness,
        fields=[(name, FIELDS[name]) for name in REMARKED],
        labels=FIELDS,
        may_decide=frame.has("operator") and not waiting["own"],
        typed=typed or {},
        said=said,
    )


@router.post("/moderation/{programme_id:uuid}")
async def decide(view: At, programme_id: UUID) -> Response:
    """Publish exactly the version that was shown, or return it with remarks."""
    await reader(view)
    form = await view.form()
    version, do = number_in(form, "version"), str(form.get("do", ""))
    typed = {name: text for name in ("", *REMARKED) if (text := str(form.get(f"remark-{name or 'whole'}", "")).strip()[:2000])}
    body: dict[str, Any] = {"version": version}
    if do == "return":
        body["remarks"] = [{"field": name, "text": text} for name, text in typed.items()]
        if not typed:
            wrong = Told({"remark-whole": "Напишите хотя бы одно замечание: без него непонятно, что исправить"})
            return await shown(view, programme_id, wrong, typed=typed, status=422)
    try:
        await view.ask.post(f"/programmes/{programme_id}/{'return' if do == 'return' else 'publication'}", body)
    except Refused as refused:
        if refused.status == 404 or refused.code == "not_in_review":
            raise
        answer = told(refused)
        detail = next(iter(answer.errors.values()), answer.detail)
        return await shown(view, programme_id, Told(detail=detail), typed=typed, status=refused.status)
    return view.go("/moderation", "programme_returned" if do == "return" else "programme_published")
