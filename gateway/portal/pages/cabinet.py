"""The learner's cabinet: today, suggestions, notices and which letters one wants."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.client import Refused, optional
from gateway.portal.agenda import todos
from gateway.portal.page import At, Page, View
from gateway.portal.refused import Told, told
from gateway.portal.words import WEEKDAYS, as_date, capital
from shared.contracts.enrollment import FINAL

router = APIRouter(route_class=Page)
TERM_YEARS, NOTICES = 3, 12


@router.get("/cabinet")
async def cabinet(view: At) -> Response:
    """What needs me now, my applications, and where I stand."""
    await view.learner()
    return await todays(view, Told())


async def todays(view: View, said: Told, status: int = 200) -> Response:
    ask = view.ask
    applications, suggestions, reassessments, attempts, route, profile, inbox, reviews = await asyncio.gather(
        ask.get("/me/applications"),
        optional(ask.get("/me/suggestions")),
        optional(ask.get("/me/reassessments")),
        optional(ask.get("/me/attempts")),
        optional(ask.get("/me/route")),
        optional(ask.get("/me/profile")),
        optional(ask.get("/me/notifications", limit=3)),
        optional(ask.get("/me/reviews")),
    )
    tried = (attempts or {"items": []})["items"]
    measured = any(one["status"] == "completed" for one in tried)
    due = todos(
        applications=applications,
        suggestions=suggestions or [],
        reassessments=(reassessments or {"items": []})["items"],
        attempts=tried,
        route=route,
        measured=measured or attempts is None,
    )
    return await view.show(
        "cabinet.html",
        status=status,
        section="teacher",
        title="Сегодня",
        weekday=capital(WEEKDAYS[view.today.weekday()]),
        todos=due,
        live=[one for one in applications if one["status"] not in FINAL],
        ended=sum(one["status"] in FINAL for one in applications),
        route=route,
        waiting_for_route=measured and route is None,
        profile=profile,
        term=term_of(profile, view),
        notices=[one for one in (inbox or {"items": []})["items"] if not one["read_at"]],
        to_review=len(reviews["to_write"]) if reviews else 0,
        said=said,
    )


def term_of(profile: dict[str, Any] | None, view: View) -> dict[str, Any] | None:
    """By when the next training is due: three years after the last one."""
    last = as_date(profile["last_training_on"]) if profile else None
    if last is None:
        return None
    leap = last.month == 2 and last.day == 29
    ends = last.replace(year=last.year + TERM_YEARS, day=28 if leap else last.day)
    return {"last": last, "ends": ends, "days": (ends - view.today).days}


@router.post("/cabinet/suggestions/{suggestion_id}/application")
async def apply_to_suggestion(view: At, suggestion_id: UUID) -> Response:
    await view.learner()
    try:
        made = await view.ask.post(f"/suggestions/{suggestion_id}/application")
    except Refused as refused:
        return await todays(view, told(refused), refused.status)
    return view.go(f"/cabinet/applications/{made['id']}", "submitted", made["number"])


@router.post("/cabinet/suggestions/{suggestion_id}/refusal")
async def refuse_suggestion(view: At, suggestion_id: UUID) -> Response:
    await view.learner()
    try:
        await view.ask.post(f"/suggestions/{suggestion_id}/refusal")
    except Refused as refused:
        return await todays(view, told(refused), refused.status)
    return view.go("/cabinet", "suggestion_refused")


@router.get("/cabinet/notifications")
async def notifications(view: At, before: str = "") -> Response:
    """What happened to me, newest first, and which letters I want."""
    await view.learner()
    return await notices(view, before=before)


async def notices(view: View, *, before: str = "", said: Told | None = None, status: int = 200) -> Response:
    try:
        earlier = datetime.fromisoformat(before).isoformat() if before else None
    except ValueError:
        earlier = None
    inbox, preferences, subscriptions = await asyncio.gather(
        view.ask.get("/me/notifications", before=earlier, limit=NOTICES),
        optional(view.ask.get("/me/preferences")),
        optional(view.ask.get("/me/subscriptions")),
    )
    return await view.show(
        "notifications.html",
        status=status,
        section="teacher",
        title="Уведомления",
        inbox=inbox,
        preferences=preferences,
        subscriptions=subscriptions or [],
        letters=LETTERS,
        more=len(inbox["items"]) == NOTICES,
        said=said or Told(),
    )


LETTERS = {
    "application_status": "Изменилось состояние заявки",
    "result_ready": "Готов результат диагностики",
    "route_planned": "Составлен или изменён маршрут",
    "suggestion_offered": "Предложена программа из маршрута",
    "reassessment_due": "Пора пройти повторную диагностику",
    "route_completed": "Маршрут пройден",
    "document_issued": "Выдан документ",
    "group_changed": "Изменились даты или место занятий",
    "review_due": "Приглашение написать отзыв",
    "consent_withdrawn": "Согласие отозвано",
}


@router.post("/cabinet/notifications/read")
async def read_all(view: At) -> Response:
    await view.learner()
    form = await view.form()
    chosen = [str(one) for one in form.getlist("notice_id")]
    await view.ask.post("/me/notifications/read", {"notice_ids": chosen} if chosen else {})
    return view.go("/cabinet/notifications", "" if chosen else "read")


@router.post("/cabinet/letters")
async def choose_letters(view: At) -> Response:
    """Keep which letters are wanted: those not ticked are refused."""
    await view.learner()
    form, preferences = await asyncio.gather(view.form(), view.ask.get("/me/preferences"))
    wanted = {str(one) for one in form.getlist("rule")}
    refused = [rule for rule in preferences["rules"] if rule not in wanted and rule not in preferences["always"]]
    try:
        await view.ask.put("/me/preferences", {"refused": refused})
    except Refused as problem:
        return await notices(view, said=told(problem), status=problem.status)
    return view.go("/cabinet/notifications", "letters_chosen")
