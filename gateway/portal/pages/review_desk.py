"""Reviews at work: the operator decides which are published, the provider replies to those that are."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.client import Refused
from gateway.portal.page import At, Page, View
from gateway.portal.pages.reviews import MARKS
from gateway.portal.refused import Told, told
from shared.errors import Forbidden

router = APIRouter(route_class=Page)
STATUSES = (("in_review", "Ждут решения"), ("published", "Опубликованы"), ("rejected", "Отклонены"))
HINTS = {
    "email": "адрес почты",
    "phone": "телефон",
    "snils": "номер, похожий на СНИЛС",
    "full_name": "имя человека",
    "capitals": "возможно, имя",
    "abuse": "грубое слово",
}
PAGE = 10


@router.get("/moderation/reviews")
async def to_moderate(view: At, status: str = "", cursor: str = "") -> Response:
    """Reviews that wait for a decision, and those decided before."""
    return await moderated(view, Told(), chosen=status, cursor=cursor)


async def moderated(
    view: View, said: Told, *, chosen: str = "", cursor: str = "", typed: Mapping[str, str] | None = None, status: int = 200
) -> Response:
    frame = await view.signed_in()
    if not frame.has("operator", "auditor"):
        raise Forbidden("Отзывы проверяет оператор.")
    chosen = chosen if chosen in dict(STATUSES) else "in_review"
    found = await view.ask.get("/moderation/reviews", status=chosen, cursor=cursor or None, limit=PAGE)
    return await view.show(
        "review_moderation.html",
        status=status,
        section="operator",
        title="Модерация отзывов",
        found=found,
        chosen=chosen,
        statuses=STATUSES,
        marks=MARKS,
        hints=HINTS,
        may_decide=frame.has("operator"),
        next_href=f"/moderation/reviews?{urlencode({'status': chosen, 'cursor': found['next']})}" if found["next"] else "",
        typed={"id": "", "reason": "", **(typed or {})},
        said=said,
    )


@router.post("/moderation/reviews/{review_id}")
async def decide(view: At, review_id: UUID) -> Response:
    await view.signed_in()
    form = await view.form()
    decision, reason = str(form.get("do", "")), str(form.get("reason", ""))[:600].strip()
    typed, chosen = {"id": str(review_id), "reason": reason}, str(form.get("chosen", ""))
    if decision not in ("publish", "reject"):
        return await moderated(view, Told(detail="Выберите, опубликовать отзыв или отклонить."), chosen=chosen, typed=typed, status=422)
    body: dict[str, Any] = {"decision": decision, "reason": reason or None if decision == "reject" else None}
    try:
        await view.ask.post(f"/reviews/{review_id}/decision", body)
    except Refused as refused:
        if refused.status == 404:
            raise
        answer = told(refused)
        return await moderated(view, Told(answer.errors, refused.detail), chosen=chosen, typed=typed, status=refused.status)
    return view.go("/moderation/reviews", "review_published" if decision == "publish" else "review_rejected")


@router.get("/provider/reviews")
async def own(view: At, unanswered: bool = False, cursor: str = "") -> Response:
    """Reviews about the visitor's organisation, and replying to them."""
    return await answered(view, Told(), unanswered=unanswered, cursor=cursor)


async def answered(
    view: View, said: Told, *, unanswered: bool = False, cursor: str = "", typed: Mapping[str, str] | None = None, status: int = 200
) -> Response:
    frame = await view.signed_in()
    if not frame.has("provider_specialist"):
        raise Forbidden("На отзывы отвечают специалисты организаций ДПО.")
    found = await view.ask.get("/own-reviews", unanswered=unanswered, cursor=cursor or None, limit=PAGE)
    onward = {"unanswered": "true", "cursor": found["next"]} if unanswered else {"cursor": found["next"]}
    return await view.show(
        "provider_reviews.html",
        status=status,
        section="provider",
        title="Отзывы о программах",
        found=found,
        unanswered=unanswered,
        marks=MARKS,
        uses={"regularly": "применяет регулярно", "sometimes": "применяет иногда", "no": "не применяет"},
        next_href=f"/provider/reviews?{urlencode(onward)}" if found["next"] else "",
        typed={"id": "", "text": "", **(typed or {})},
        said=said,
    )


@router.post("/provider/reviews/{review_id}/reply")
async def reply(view: At, review_id: UUID) -> Response:
    await view.signed_in()
    form = await view.form()
    typed = {"id": str(review_id), "text": str(form.get("text", ""))[:3000].strip()}
    try:
        await view.ask.post(f"/reviews/{review_id}/reply", {"text": typed["text"]})
    except Refused as refused:
        if refused.status == 404:
            raise
        return await answered(view, told(refused), typed=typed, status=refused.status)
    return view.go("/provider/reviews", "review_answered")
