"""Reviews: those of a programme for everybody, and writing one's own."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.client import Refused
from gateway.portal.page import At, Page, View
from gateway.portal.refused import Told, told
from shared.errors import NotFound

router = APIRouter(route_class=Page)
MARKS = {
    "content": "Содержание",
    "teacher": "Преподаватель",
    "organisation": "Организация",
    "usefulness": "Польза на уроке",
}
QUESTIONS = {
    "content": ("Содержание", "Новое, понятное, без лишнего"),
    "teacher": ("Преподаватель", "Объясняет, показывает, отвечает"),
    "organisation": ("Организация", "Расписание, материалы, связь"),
    "usefulness": ("Польза на уроке", "Можно применить в своём классе"),
}
LABELS = {**MARKS, "text": "Отзыв"}
USES = (("regularly", "Применяю регулярно"), ("sometimes", "Иногда"), ("no", "Нет"))
PAGE = 20


@router.get("/programmes/{programme_id}/reviews")
async def of_programme(view: At, programme_id: UUID, cursor: str = "") -> Response:
    """Every review of a programme."""
    return await every(view, ("/programmes", "Программы"), programme_id, cursor)


@router.get("/events/{event_id}/reviews")
async def of_event(view: At, event_id: UUID, cursor: str = "") -> Response:
    """Every review of an event."""
    return await every(view, ("/events", "Мероприятия"), event_id, cursor)


async def every(view: View, section: tuple[str, str], target_id: UUID, cursor: str) -> Response:
    card = f"{section[0]}/{target_id}"
    about, found = await asyncio.gather(view.ask.get(card), view.ask.get(f"{card}/reviews", cursor=cursor or None, limit=PAGE))
    return await view.show(
        "all_reviews.html",
        title=f"Отзывы: {about['title']}",
        about=about,
        crumbs=(section, (card, about["title"][:60])),
        found=found,
        marks=MARKS,
        next_href=f"{card}/reviews?{urlencode({'cursor': found['next']})}" if found["next"] else "",
        first_href=f"{card}/reviews" if cursor else "",
    )


@router.get("/cabinet/reviews")
async def mine(view: At) -> Response:
    """What I may review, what I wrote, and whether I use it three months later."""
    await view.learner()
    return await listed(view, Told())


async def listed(view: View, said: Told, *, typed: Mapping[str, str] | None = None, status: int = 200) -> Response:
    found = await view.ask.get("/me/reviews")
    return await view.show(
        "my_reviews.html",
        status=status,
        section="teacher",
        title="Отзывы",
        found=found,
        asked=[one for one in found["written"] if one["poll"] == "open"],
        marks=MARKS,
        uses=USES,
        typed={"id": "", "use": "", "text": "", **(typed or {})},
        said=said,
    )


@router.get("/cabinet/reviews/{right_id}")
async def form(view: At, right_id: UUID) -> Response:
    await view.learner()
    return await written(view, right_id, Told())


async def written(view: View, right_id: UUID, said: Told, *, typed: Mapping[str, str] | None = None, status: int = 200) -> Response:
    right, before = await right_of(view, right_id)
    if before and before["status"] != "rejected":
        return view.go("/cabinet/reviews")
    if before and typed is None:
        typed = {"text": before["text"], **{mark: str(round(before["marks"][mark])) for mark in MARKS}}
    return await view.show(
        "review_form.html",
        status=status,
        section="teacher",
        title="Написать отзыв",
        right=right,
        before=before,
        questions=QUESTIONS,
        labels=LABELS,
        typed=dict.fromkeys(LABELS, "") | dict(typed or {}),
        said=said,
    )


async def right_of(view: View, right_id: UUID) -> tuple[Mapping[str, Any], Mapping[str, Any] | None]:
    """A right of the visitor and the review written by it, if there is one; raises `NotFound` for a foreign right."""
    found = await view.ask.get("/me/reviews")
    before = next((one for one in found["written"] if one["right_id"] == str(right_id)), None)
    right = before or next((one for one in found["to_write"] if one["right_id"] == str(right_id)), None)
    if right is None:
        raise NotFound()
    return right, before


@router.post("/cabinet/reviews/{right_id}")
async def write(view: At, right_id: UUID) -> Response:
    await view.learner()
    form = await view.form()
    typed = {name: str(form.get(name, ""))[:3000].strip() for name in LABELS}
    errors = {name: "Поставьте оценку от 1 до 5" for name in MARKS if typed[name] not in ("1", "2", "3", "4", "5")}
    if not typed["text"]:
        errors["text"] = "Напишите, что было полезно, а чего не хватило"
    if errors:
        return await written(view, right_id, Told(errors), typed=typed, status=422)
    body = {"text": typed["text"], **{name: int(typed[name]) for name in MARKS}}
    _, before = await right_of(view, right_id)
    try:
        if before:
            await view.ask.put(f"/me/reviews/{before['id']}", body)
        else:
            await view.ask.post(f"/me/reviews/{right_id}", body)
    except Refused as refused:
        if refused.status == 404:
            raise
        return await written(view, right_id, told(refused), typed=typed, status=refused.status)
    return view.go("/cabinet/reviews", "review_written")


@router.post("/cabinet/reviews/{review_id}/use")
async def answer_poll(view: At, review_id: UUID) -> Response:
    await view.learner()
    form = await view.form()
    typed = {"id": str(review_id), "use": str(form.get("use", "")), "text": str(form.get("text", ""))[:3000].strip()}
    if typed["use"] not in dict(USES):
        return await listed(view, Told({"use": "Выберите ответ"}), typed=typed, status=422)
    try:
        await view.ask.post(f"/me/reviews/{review_id}/use", {"use": typed["use"], "text": typed["text"]})
    except Refused as refused:
        if refused.status == 404:
            raise
        return await listed(view, told(refused), typed=typed, status=refused.status)
    return view.go("/cabinet/reviews", "poll_answered")
