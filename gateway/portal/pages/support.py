"""Requests to the operator: written by anybody, and answered at the operator's desk."""

import re
from collections.abc import Mapping
from uuid import UUID, uuid4

from fastapi import APIRouter, Response

from gateway.client import Refused
from gateway.portal.page import At, Page, View
from gateway.portal.pages.subscriptions import behind
from gateway.portal.refused import Told, told
from shared.addresses import is_address
from shared.errors import MESSAGES, Forbidden

router = APIRouter(route_class=Page)
CATEGORIES = {"question": "Вопрос", "problem": "Что-то не работает", "proposal": "Предложение"}
STATUSES = (("open", "Ждут ответа"), ("answered", "С ответом"))
LABELS = {"category": "О чём", "words": "Обращение", "email": "Почта для ответа"}
PLACE, WORDS_LEAST, WORDS_MOST = re.compile(r"/(?![/\\])[!-~]{0,299}"), 5, 3000


@router.get("/support")
async def writing(view: At, page: str = "") -> Response:
    """The form; `page` is where its reader came from."""
    return await form_of(view, {"page": page if PLACE.fullmatch(page) else "", "request_id": str(uuid4())})


@router.post("/support")
async def write(view: At) -> Response:
    form = await view.form()
    typed = {name: str(form.get(name, "")).replace("\r\n", "\n").strip() for name in ("category", "words", "email", "page", "request_id")}
    errors = {
        "category": "Выберите, о чём вы пишете" if typed["category"] not in CATEGORIES else "",
        "words": "Опишите, что случилось или что предлагаете" if len(typed["words"]) < WORDS_LEAST else "",
        "email": MESSAGES["email"] if not is_address(typed["email"]) else "",
    }
    if said := {name: words for name, words in errors.items() if words}:
        return await form_of(view, typed, Told(said), status=422)
    person = view.ask.visitor.caller.person_id
    try:
        asked = await behind(view, "notify", "/support-requests", {**typed, "person_id": str(person) if person else None})
    except Refused as refused:
        return await form_of(view, typed, told(refused), status=refused.status)
    return view.go("/support", "support_asked", str(asked["number"]))


async def form_of(view: View, typed: Mapping[str, str], said: Told | None = None, *, status: int = 200) -> Response:
    return await view.show(
        "support.html",
        status=status,
        title="Обращение в поддержку",
        typed=typed,
        categories=CATEGORIES.items(),
        labels=LABELS,
        most=WORDS_MOST,
        said=said or Told(),
    )


@router.get("/operator/requests")
async def desk(view: At, status: str = "") -> Response:
    """Requests that wait for an answer, and those answered."""
    return await shown(view, status)


async def shown(
    view: View, chosen: str, *, typed: Mapping[str, str] | None = None, said: Told | None = None, status: int = 200
) -> Response:
    frame = await view.signed_in()
    if not frame.has("operator", "auditor"):
        raise Forbidden("На обращения отвечает оператор.")
    chosen = chosen if chosen in dict(STATUSES) else "open"
    return await view.show(
        "requests.html",
        status=status,
        section="operator",
        title="Обращения",
        found=await view.ask.get("/support-requests", status=chosen),
        chosen=chosen,
        statuses=STATUSES,
        categories=CATEGORIES,
        may_answer=frame.has("operator"),
        most=WORDS_MOST,
        typed={"id": "", "words": "", **(typed or {})},
        said=said or Told(),
    )


@router.post("/operator/requests/{request_id}")
async def answer(view: At, request_id: UUID) -> Response:
    words = str((await view.form()).get("words", "")).replace("\r\n", "\n").strip()[:WORDS_MOST]
    typed = {"id": str(request_id), "words": words}
    if len(words) < WORDS_LEAST:
        return await shown(view, "", typed=typed, said=Told({"words": "Напишите ответ: он уйдёт письмом"}), status=422)
    try:
        await view.ask.post(f"/support-requests/{request_id}/answer", {"words": words})
    except Refused as refused:
        if refused.status == 404:
            raise
        return await shown(view, "", typed=typed, said=told(refused), status=refused.status)
    return view.go("/operator/requests", "support_answered")
