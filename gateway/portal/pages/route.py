"""My route: its steps on the scale of time, why each, what stays open, and the wishes that it can be planned anew with."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.client import Refused, optional
from gateway.portal.page import At, Page, View
from gateway.portal.refused import Told, told
from gateway.portal.timeline import timeline

router = APIRouter(route_class=Page)
LEAST_HOURS, MOST_HOURS, USUAL_HOURS, STEP_HOURS = 16, 240, 108, 2
REASONS = {
    "no_open_group": "нет потока с открытой записью, который вам подходит",
    "audience": "программы есть, но для других должностей, предметов или уровней",
    "seats": "в подходящих потоках нет свободных мест",
    "dates": "даты пересекаются с другим шагом",
    "prerequisite": "сначала нужна другая программа, а на неё записи нет",
    "hours": "не хватает часов: добавьте их справа",
    "quarter_load": "в одном квартале получилось бы слишком много часов",
    "fee": "осталось только платное обучение",
    "steps": "в маршруте уже шесть программ",
    "same_programme": "в маршруте уже есть другой поток этой программы",
    "small_gain": "добавит слишком мало к тому, что уже есть",
    "no_programme": "такой программы пока нет ни у одной организации",
    "unknown": "этой программы сейчас нет в подборе",
}
STATES = {
    "proposed": ("mine", "Согласовать маршрут", "у вас"),
    "accepted": ("", "Маршрут выполняется", ""),
    "studied": ("mine", "Пройти повторную диагностику", "у вас"),
    "completed": ("done", "Маршрут пройден", ""),
}


@router.get("/cabinet/route")
async def my_route(view: At, why: UUID | None = None) -> Response:
    await view.learner()
    return await shown(view, Told(), why=why)


async def shown(view: View, said: Told, *, why: UUID | None = None, typed: Mapping[str, Any] | None = None, status: int = 200) -> Response:
    route = await optional(view.ask.get("/me/route"), within=10)
    if route is None:
        attempts = await view.ask.get("/me/attempts")
        done = any(one["status"] == "completed" for one in attempts["items"])
        return await view.show("route_none.html", section="teacher", title="Мой маршрут", waiting=done)
    alternatives, explained, others = await asyncio.gather(
        optional(view.ask.get(f"/routes/{route['route_id']}/alternatives"), within=3),
        optional(view.ask.get(f"/routes/{route['route_id']}/explanations", programme_id=why), within=3) if why else optional(nothing()),
        optional(view.ask.programmes(mentioned(route, why))),
    )
    live = route["status"] in ("proposed", "accepted")
    wishes = route["wishes"]
    return await view.show(
        "route.html",
        status=status,
        section="teacher",
        title="Мой маршрут",
        route=route,
        live=live,
        state=STATES.get(route["status"], ("", "Маршрут закрыт", "")),
        figure=timeline(route["steps"], today=view.today),
        alternatives=[one for one in alternatives or [] if one["programmes"]],
        others=others or {},
        why=str(why) if why else "",
        explained=explained or [],
        reasons=REASONS,
        hours=(typed or {}).get("hours") or wishes["hours"] or USUAL_HOURS,
        limits={"least": LEAST_HOURS, "most": MOST_HOURS, "step": STEP_HOURS},
        said=said,
    )


async def nothing() -> None:
    return None


def mentioned(route: Mapping[str, Any], why: UUID | None) -> list[str]:
    """Programmes that the page names though they are not steps."""
    instead = [one for step in route["steps"] for one in step["reason"].get("instead", ())]
    return [*instead, *route["wishes"]["excluded"], *([str(why)] if why else [])]


@router.post("/cabinet/route/acceptance")
async def accept(view: At) -> Response:
    await view.learner()
    form = await view.form()
    try:
        await view.ask.post(f"/routes/{form.get('route_id', '')}/acceptance")
    except Refused as refused:
        return await shown(view, told(refused), status=refused.status)
    return view.go("/cabinet/route", "route_accepted")


@router.post("/cabinet/route/plan")
async def plan(view: At) -> Response:
    """Plan anew: other hours, a programme left out or taken back, a group pinned or let go."""
    await view.learner()
    form = await view.form()
    route = await view.ask.get("/me/route")
    wishes = route["wishes"]
    hours = str(form.get("hours", ""))
    excluded, pinned = set(wishes["excluded"]), set(wishes["pinned"])
    excluded = (excluded | {str(one) for one in form.getlist("exclude")}) - {str(one) for one in form.getlist("include")}
    pinned = (pinned | {str(one) for one in form.getlist("pin")}) - {str(one) for one in form.getlist("unpin")}
    body = {
        "hours": int(hours) if hours.isdecimal() else wishes["hours"],
        "fee": wishes["fee"],
        "excluded_programmes": sorted(excluded),
        "pinned_groups": sorted(pinned),
    }
    try:
        await view.ask.post(f"/routes/{route['route_id']}/plan", body)
    except Refused as refused:
        return await shown(view, told(refused), typed={"hours": hours}, status=refused.status)
    return view.go("/cabinet/route", "route_planned")
