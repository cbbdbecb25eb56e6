"""Diagnostics: which there are, and an attempt, one item a screen, as a plain form each."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.client import Refused, optional
from gateway.portal.answers import ASKS, EMPTY, Incomplete, answer_of, places_of, typed_of
from gateway.portal.page import At, Page, View
from gateway.portal.refused import Told, told
from shared.errors import NotFound

router = APIRouter(route_class=Page)


@router.get("/cabinet/diagnostics")
async def diagnostics(view: At) -> Response:
    """What can be measured, what was begun, what has to be measured again."""
    await view.learner()
    return await choice(view, Told())


async def choice(view: View, said: Told, status: int = 200) -> Response:
    procedures, attempts, reassessments = await asyncio.gather(
        view.ask.get("/procedures"), view.ask.get("/me/attempts"), optional(view.ask.get("/me/reassessments"))
    )
    tried = attempts["items"]
    running = {one["procedure_id"]: one for one in tried if one["status"] == "running" and one["seconds_left"]}
    again = {one["procedure_id"]: one for one in (reassessments or {"items": []})["items"] if one["status"] != "done"}
    return await view.show(
        "diagnostics.html",
        status=status,
        section="teacher",
        title="Диагностика",
        procedures=procedures["items"],
        running=running,
        again=again,
        done=[one for one in tried if one["status"] != "running"],
        measured={one["procedure_id"] for one in tried if one["status"] == "completed"},
        said=said,
    )


@router.post("/cabinet/diagnostics/{procedure_id}/attempts")
async def start(view: At, procedure_id: UUID) -> Response:
    await view.learner()
    form = await view.form()
    body = {"purpose": str(form.get("purpose", "entry")), "route_id": str(form.get("route_id", "")) or None}
    try:
        attempt = await view.ask.post(f"/procedures/{procedure_id}/attempts", body)
    except Refused as refused:
        return await choice(view, told(refused), refused.status)
    return view.go(f"/cabinet/attempts/{attempt['attempt_id']}")


@router.get("/cabinet/attempts/{attempt_id}")
async def attempt(view: At, attempt_id: UUID, n: int = 0, step: str = "") -> Response:
    """The next thing to do in an attempt: how hard things feel, an item, or the look back before the end."""
    await view.learner()
    shown = await view.ask.get(f"/attempts/{attempt_id}")
    if shown["status"] != "running" or not shown["seconds_left"]:
        return await over(view, shown)
    if step == "felt" or (not n and not step and not shown["answered"] and not felt_before(shown)):
        return await feelings(view, shown, Told())
    item = item_at(shown, n)
    if step == "review" or item is None:
        return await review(view, shown, Told())
    return await asked(view, shown, item, Told())


def felt_before(shown: Mapping[str, Any]) -> bool:
    return not shown["difficulties"] or any(one["felt"] is not None for one in shown["difficulties"])


def item_at(shown: Mapping[str, Any], n: int) -> dict[str, Any] | None:
    """The item in this place; without a place the first one not answered, None when all are."""
    if n:
        return next((item for place, item in enumerate(shown["items"], 1) if place == n), None)
    return next((item for item in shown["items"] if item["answered_at"] is None), None)


async def over(view: View, shown: Mapping[str, Any]) -> Response:
    """An attempt that takes no more answers: its result, or why there is none."""
    if shown["status"] == "completed":
        return view.go("/cabinet/profile")
    return await view.show("attempt_over.html", section="teacher", title="Время вышло", attempt=shown)


async def feelings(view: View, shown: Mapping[str, Any], said: Told, status: int = 200) -> Response:
    return await view.show("felt.html", status=status, title="Что даётся трудно", attempt=shown, said=said)


async def review(view: View, shown: Mapping[str, Any], said: Told, status: int = 200) -> Response:
    return await view.show("review.html", status=status, title="Проверка перед завершением", attempt=shown, said=said)


async def asked(
    view: View, shown: Mapping[str, Any], item: Mapping[str, Any], said: Told, typed: Any = None, status: int = 200
) -> Response:
    place = next(place for place, one in enumerate(shown["items"], 1) if one["item_id"] == item["item_id"])
    answer = item["answer"] if typed is None else typed
    return await view.show(
        "attempt.html",
        status=status,
        title=f"Задание {place} из {shown['total']}",
        attempt=shown,
        item=item,
        place=place,
        answer=answer,
        places=places_of(item, answer) if item["kind"] == "ordering" else {},
        unknown=item["answered_at"] is not None and item["answer"] == EMPTY[item["kind"]],
        asks=ASKS[item["kind"]],
        said=said,
    )


@router.post("/cabinet/attempts/{attempt_id}/felt")
async def say_felt(view: At, attempt_id: UUID) -> Response:
    await view.learner()
    form, shown = await asyncio.gather(view.form(), view.ask.get(f"/attempts/{attempt_id}"))
    said = {one["competence"]: str(form.get(f"felt-{one['competence']}", "")) for one in shown["difficulties"]}
    felt = {competence: int(value) for competence, value in said.items() if value in ("0", "1", "2", "3")}
    try:
        await view.ask.put(f"/attempts/{attempt_id}/difficulties", {"felt": felt})
    except Refused as refused:
        return await feelings(view, shown, told(refused), refused.status)
    return view.go(f"/cabinet/attempts/{attempt_id}?n=1", "felt_saved")


@router.post("/cabinet/attempts/{attempt_id}/answers/{item_id}")
async def answer(view: At, attempt_id: UUID, item_id: UUID) -> Response:
    """Keep an answer and go on to the next item; «не знаю» is an answer too."""
    await view.learner()
    form, shown = await asyncio.gather(view.form(), view.ask.get(f"/attempts/{attempt_id}"))
    if shown["status"] != "running" or not shown["seconds_left"]:
        return await over(view, shown)
    place, item = next(((place, one) for place, one in enumerate(shown["items"], 1) if one["item_id"] == str(item_id)), (0, None))
    if item is None:
        raise NotFound()
    onward = f"/cabinet/attempts/{attempt_id}?" + (f"n={place + 1}" if place < shown["total"] else "step=review")
    if "later" in form:
        return view.go(onward)
    try:
        given = EMPTY[item["kind"]] if "unknown" in form else answer_of(item, form)
        await view.ask.put(f"/attempts/{attempt_id}/answers/{item_id}", {"answer": given})
    except Incomplete as lacking:
        return await asked(view, shown, item, Told({"answer": str(lacking)}), typed_of(item, form), 422)
    except Refused as refused:
        if refused.code == "attempt_over":
            return await over(view, await view.ask.get(f"/attempts/{attempt_id}"))
        return await asked(view, shown, item, told(refused), typed_of(item, form), refused.status)
    return view.go(onward)


@router.post("/cabinet/attempts/{attempt_id}/items/{item_id}/reports")
async def report(view: At, attempt_id: UUID, item_id: UUID) -> Response:
    await view.learner()
    form, shown = await asyncio.gather(view.form(), view.ask.get(f"/attempts/{attempt_id}"))
    place, item = next(((place, one) for place, one in enumerate(shown["items"], 1) if one["item_id"] == str(item_id)), (0, None))
    if item is None:
        raise NotFound()
    try:
        await view.ask.post(f"/attempts/{attempt_id}/items/{item_id}/reports", {"text": str(form.get("text", ""))[:1000]})
    except Refused as refused:
        return await asked(view, shown, item, Told(detail=refused.detail), status=refused.status)
    return view.go(f"/cabinet/attempts/{attempt_id}?n={place}", "reported")


@router.post("/cabinet/attempts/{attempt_id}/completion")
async def complete(view: At, attempt_id: UUID) -> Response:
    await view.learner()
    try:
        await view.ask.post(f"/attempts/{attempt_id}/completion")
    except Refused as refused:
        return await review(view, await view.ask.get(f"/attempts/{attempt_id}"), told(refused), refused.status)
    return view.go("/cabinet/profile", "attempt_completed")
