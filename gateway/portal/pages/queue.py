"""The queue of applications: what waits for a school, a municipality or a provider, decided one by one or many at once."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from fastapi import APIRouter, Request, Response

from gateway.client import Refused, optional
from gateway.portal.dictionaries import titles
from gateway.portal.page import At, Page, View
from gateway.portal.refused import Told, told
from gateway.portal.words import as_moment, counted
from gateway.rules import safe_return
from shared.errors import Forbidden

router = APIRouter(route_class=Page)
ROLES = ("provider_specialist", "school_specialist", "municipal_specialist", "agency_specialist", "operator", "auditor")
PAGE = 25
MINE = ("mine", "Ждут меня", {"view": "mine"})
ALL = ("all", "Все", {"view": "all"})
VIEWS = {
    "provider": (
        MINE,
        ("waiting", "Лист ожидания", {"view": "all", "status": ["waiting_list"]}),
        ("asked", "Уточняют", {"view": "all", "status": ["clarification"]}),
        ("accepted", "Ждут приказа", {"view": "all", "status": ["accepted"]}),
        ("studying", "Обучаются", {"view": "all", "status": ["enrolled"]}),
        ALL,
    ),
    "approver": (
        MINE,
        ("asked", "Уточняют", {"view": "all", "status": ["clarification"]}),
        ("onward", "У организации ДПО", {"view": "all", "status": ["provider_review", "waiting_list", "seat_offered", "accepted"]}),
        ("studying", "Обучаются", {"view": "all", "status": ["enrolled"]}),
        ALL,
    ),
}
DECISIONS = {
    "approve": ("Согласовать", ("заявка согласована", "заявки согласованы", "заявок согласовано")),
    "accept": ("Принять", ("заявка принята", "заявки приняты", "заявок принято")),
    "clarify": ("Запросить уточнение", ("вопрос отправлен", "вопроса отправлено", "вопросов отправлено")),
    "waitlist": ("В лист ожидания", ("заявка в листе ожидания", "заявки в листе ожидания", "заявок в листе ожидания")),
    "offer": ("Предложить место", ("место предложено", "места предложено", "мест предложено")),
    "reject": ("Отклонить с причиной", ("заявка отклонена", "заявки отклонены", "заявок отклонено")),
}
MARKS = {
    "position_differs": ("wait", "должность не та"),
    "subject_differs": ("wait", "другой предмет"),
    "level_differs": ("wait", "другой уровень"),
    "register_gaps": ("stop", "пробелы для ФРДО"),
    "dates_overlap": ("wait", "даты пересекаются"),
    "repeated": ("wait", "уже проходил(а)"),
}


@router.get("/queue")
async def queue(view: At, request: Request) -> Response:
    return await listed(view, dict(request.query_params), Told())


async def listed(
    view: View,
    asked: Mapping[str, str],
    said: Told,
    *,
    ticked: Sequence[str] = (),
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    frame = await view.signed_in()
    if not frame.has(*ROLES):
        raise Forbidden("Заявки согласуют руководители школ, специалисты муниципалитетов и организации ДПО.")
    section = frame.section("provider", "approver", "operator")
    views = VIEWS["provider" if section == "provider" else "approver"]
    chosen = next((one for one in views if one[0] == asked.get("view")), views[0])
    number = asked.get("number", "").strip()[:40]
    wanted: dict[str, Any] = {**chosen[2], "limit": PAGE, "cursor": asked.get("cursor") or None}
    wanted |= {"number": number, "view": "all", "status": None} if number else {}
    if group := uuid_in(asked.get("group_id")):
        wanted["group_id"] = group
    page, mine, reasons, positions = await asyncio.gather(
        view.ask.get("/applications", **wanted),
        optional(view.ask.get("/applications", view="mine", limit=1)),
        optional(view.ask.get("/reasons")),
        titles.of(view.ask, "position"),
    )
    items = page["items"]
    at = next((one["id"] for one in items if one["id"] == asked.get("at")), items[0]["id"] if items else None)
    names, card = await asyncio.gather(
        optional(view.ask.names(one["learner"]["person_id"] for one in items)),
        optional(view.ask.get(f"/applications/{at}")) if at else optional(nothing()),
    )
    query = {name: value for name, value in asked.items() if name in ("view", "number", "cursor", "group_id") and value}
    actions = {action["action"] for one in items for action in one["allowed"]}
    return await view.show(
        "queue.html",
        status=status,
        section=section,
        title="Заявки ждут решения" if chosen[0] == "mine" else "Заявки",
        wide=True,
        items=items,
        total=page["total"],
        waiting=(mine or {}).get("total"),
        names=names or {},
        positions=positions,
        waits={one["id"]: waited(one["moved_at"], view) for one in items},
        views=views,
        chosen=chosen[0],
        number=number,
        query=query,
        here=f"/queue?{urlencode(query)}" if query else "/queue",
        next_href=f"/queue?{urlencode({**query, 'cursor': page['next']})}" if page["next"] else "",
        decisions={name: words[0] for name, words in DECISIONS.items() if name in actions},
        reasons={name: [(one["code"], one["text"]) for one in reasons or [] if name in one["actions"]] for name in ("reject", "clarify")},
        marks=MARKS,
        card=card,
        may={action["action"] for action in card["allowed"]} if card else set(),
        decision_words={name: words[0] for name, words in DECISIONS.items()},
        ticked=set(ticked),
        typed={"do": "", "reason": "", "remark": "", **(typed or {})},
        said=said,
    )


async def nothing() -> None:
    return None


def uuid_in(text: str | None) -> str | None:
    try:
        return str(UUID(text or ""))
    except ValueError:
        return None


def waited(since: str, view: View) -> str:
    """How long an application has stood where it is: «4 ч», «3 дн.»."""
    hours = int((view.now - as_moment(since)).total_seconds() // 3600)
    return f"{max(hours, 0)} ч" if hours < 24 else f"{hours // 24} дн."


@router.post("/queue")
async def decide(view: At) -> Response:
    """One decision about one application or about all that are ticked: all or none."""
    await view.signed_in()
    form = await view.form()
    do = str(form.get("do", ""))
    ids = [str(one) for one in form.getlist("id")][:100]
    back = safe_return(str(form.get("back", "/queue")))
    asked = dict(parse_qsl(back.partition("?")[2])) | ({"at": ids[0]} if ids else {})
    typed = {"do": do, "reason": str(form.get(f"reason-{do}", "")), "remark": str(form.get(f"remark-{do}", ""))[:2000].strip()}
    if do not in DECISIONS:
        return await listed(view, asked, Told(detail="Выберите, что сделать с заявками."), ticked=ids, status=422)
    if not ids:
        return await listed(view, asked, Told(detail="Отметьте хотя бы одну заявку."), typed=typed, status=422)
    body = {"decision": do, "reason": typed["reason"] or None, "remark": typed["remark"] or None}
    try:
        if len(ids) == 1:
            await view.ask.post(f"/applications/{ids[0]}/decisions", body)
        else:
            await view.ask.post("/applications/decisions", {**body, "application_ids": ids})
    except Refused as refused:
        if refused.status == 404:
            raise
        answer = told(refused)
        about = refused.facts.get("number")
        detail = f"{about}: {refused.detail} Ни одна из отмеченных заявок не изменилась." if about else refused.detail
        detail = next(iter(answer.errors.values()), detail)
        return await listed(view, asked, Told(detail=detail), ticked=ids, typed=typed, status=refused.status)
    one, few, many = DECISIONS[do][1]
    return view.go(back, "decided", counted(len(ids), one, few, many))
