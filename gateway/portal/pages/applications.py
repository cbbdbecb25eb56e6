"""A learner's applications: each with its state, its whole history and what one can do about it."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.client import Refused, optional
from gateway.portal.figures import STAGES, stage
from gateway.portal.page import At, Page, View
from gateway.portal.refused import Told, told
from shared.contracts.enrollment import FINAL

router = APIRouter(route_class=Page)


@router.get("/cabinet/applications")
async def my_applications(view: At) -> Response:
    await view.learner()
    applications = await view.ask.get("/me/applications")
    return await view.show(
        "applications.html",
        section="teacher",
        title="Заявки",
        live=[one for one in applications if one["status"] not in FINAL],
        ended=[one for one in applications if one["status"] in FINAL],
    )


@router.get("/cabinet/applications/{application_id}")
async def my_application(view: At, application_id: UUID) -> Response:
    await view.learner()
    return await shown(view, application_id, Told())


async def shown(view: View, application_id: UUID, said: Told, typed: Mapping[str, str] | None = None, status: int = 200) -> Response:
    application = await view.ask.get(f"/applications/{application_id}")
    people = [one["person_id"] for one in application["holder"]["people"]]
    names, reasons = await asyncio.gather(optional(view.ask.names(people)), optional(view.ask.get("/reasons", action="withdraw")))
    question = next((step for step in reversed(application["history"]) if step["action"] == "clarify"), None)
    return await view.show(
        "application.html",
        status=status,
        section="teacher",
        title=application["number"],
        one=application,
        can={action["action"] for action in application["allowed"]},
        holders=[
            (names or {})[person]["short"] for person in people if person in (names or {}) and application["holder"]["role"] != "learner"
        ],
        stages=[title for title, _ in STAGES],
        stage=stage(application["status"]),
        over=application["status"] in FINAL,
        question=question,
        reasons=[(one["code"], one["text"]) for one in reasons or []],
        typed=typed or {},
        said=said,
    )


async def acted(view: View, application_id: UUID, path: str, body: Mapping[str, Any], done: str, typed: Mapping[str, str]) -> Response:
    """Do one thing about an application and show it again, with what was typed when it was refused."""
    try:
        application = await view.ask.post(f"/applications/{application_id}/{path}", dict(body))
    except Refused as refused:
        if refused.status == 404:
            raise
        return await shown(view, application_id, told(refused), typed, refused.status)
    return view.go(f"/cabinet/applications/{application_id}", done, application["number"])


@router.post("/cabinet/applications/{application_id}/withdrawal")
async def withdraw(view: At, application_id: UUID) -> Response:
    await view.learner()
    form = await view.form()
    return await acted(view, application_id, "withdrawal", {"reason": str(form.get("reason", "")) or None}, "withdrawn", {})


@router.post("/cabinet/applications/{application_id}/confirmation")
async def confirm(view: At, application_id: UUID) -> Response:
    await view.learner()
    return await acted(view, application_id, "confirmation", {}, "confirmed", {})


@router.post("/cabinet/applications/{application_id}/answers")
async def answer(view: At, application_id: UUID) -> Response:
    await view.learner()
    text = str((await view.form()).get("text", ""))[:2000]
    if not text.strip():
        return await shown(view, application_id, Told({"text": "Напишите ответ"}), {"text": text}, 422)
    return await acted(view, application_id, "answers", {"text": text}, "answered", {"text": text})


@router.post("/cabinet/applications/{application_id}/offer")
async def answer_offer(view: At, application_id: UUID) -> Response:
    await view.learner()
    accept = str((await view.form()).get("accept", "")) == "yes"
    return await acted(view, application_id, "offer", {"accept": accept}, "seat_taken" if accept else "seat_refused", {})
