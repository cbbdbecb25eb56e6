"""«Закрепление»: who may act for what, given for a term on a basis, taken back with a reason."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.client import Refused, optional
from gateway.portal.page import At, Page, View
from gateway.portal.pages.account import workplaces
from gateway.portal.refused import Told, told
from shared.errors import Forbidden

router = APIRouter(route_class=Page)
PAGE = 10
ROLES = {
    "school_specialist": "Специалист школы",
    "municipal_specialist": "Специалист муниципалитета",
    "agency_specialist": "Специалист ведомства",
    "provider_specialist": "Специалист организации ДПО",
    "assessor": "Методист диагностики",
    "expert": "Эксперт",
    "operator": "Оператор",
    "ministry": "Министерство",
    "auditor": "Аудитор",
}
BY_ORGANISATION = ("school_specialist", "agency_specialist", "provider_specialist")
LABELS = {
    "code": "Код учётной записи",
    "role": "Роль",
    "organisation_id": "Организация",
    "oktmo": "Муниципалитет",
    "basis": "Основание",
    "valid_from": "Действует с",
    "valid_until": "Действует по",
}
ANY = {"role": "", "ended": "", "before": "", "end": ""}
NEEDED = {"code": "Впишите код, который назвал человек", "role": "Выберите роль", "basis": "Укажите приказ или письмо"}
NEW: Mapping[str, str] = {
    "code": "",
    "role": "",
    "organisation_id": "",
    "oktmo": "",
    "basis": "",
    "valid_from": "",
    "valid_until": "",
    "find": "",
    "head": "",
}


@router.get("/operator/grants")
async def grants(view: At, role: str = "", ended: str = "", before: str = "", end: str = "") -> Response:
    await view.signed_in()
    return await listed(view, {"role": role, "ended": ended, "before": before, "end": end}, NEW, Told())


async def listed(view: View, asked: Mapping[str, str], typed: Mapping[str, str], said: Told, status: int = 200) -> Response:
    frame = await view.frame()
    heads = [grant for grant in frame.grants if grant["head"]]
    if not frame.has("operator", "auditor", "municipal_specialist") and not heads:
        raise Forbidden("Роли закрепляют оператор, муниципалитет и руководители организаций.")
    wanted = {
        "role": asked["role"] if asked["role"] in ROLES else None,
        "ended": {"yes": True, "no": False}.get(asked["ended"]),
        "before": asked["before"] or None,
        "limit": PAGE,
    }
    found, dictionaries, places = await asyncio.gather(
        view.ask.get("/grants", **wanted),
        optional(view.ask.get("/dictionaries")),
        workplaces(view, typed["find"], typed["organisation_id"]),
    )
    items = found["items"]
    names = await optional(view.ask.names(one["person_id"] for one in items))
    may = {"municipal_specialist": ("school_specialist",)} if not frame.has("operator") else {}
    roles = (
        ROLES
        if frame.has("operator")
        else {
            name: title
            for name, title in ROLES.items()
            if any(name in may.get(grant["role"], ()) or (grant["head"] and grant["role"] == name) for grant in frame.grants)
        }
    )
    return await view.show(
        "grants.html",
        status=status,
        section=frame.section("operator", "approver", "provider"),
        title="Закрепление специалистов",
        items=items,
        next=found["next"],
        names=names or {},
        titles=ROLES,
        roles=list(roles.items()),
        may_give=bool(roles) and frame.has(*(grant["role"] for grant in frame.grants if grant["role"] != "auditor")),
        municipalities=[
            (one["oktmo"][:8], one["title"]) for one in (dictionaries or {"municipalities": []})["municipalities"] if one["in_force"]
        ],
        found=places,
        asked=asked,
        ending=next((one for one in items if one["grant_id"] == asked["end"] and not one["revoked_at"]), None),
        typed=typed,
        labels=LABELS,
        said=said,
        state=lambda one: standing(one, view.today),
    )


def standing(grant: Mapping[str, Any], today: date) -> tuple[str, str, str]:
    """Look, word and day of a grant: in force, to come, over."""
    day = today.isoformat()
    if grant["revoked_at"]:
        return "stop", "Снято", grant["revoked_at"]
    if grant["valid_from"] > day:
        return "wait", "Начнёт действовать", grant["valid_from"]
    if grant["valid_until"] and grant["valid_until"] < day:
        return "", "Срок вышел", grant["valid_until"]
    return "done", "Действует", grant["valid_until"]


@router.post("/operator/grants")
async def give(view: At) -> Response:
    await view.signed_in()
    form = await view.form()
    typed = {name: str(form.get(name, ""))[:500].strip() for name in NEW}
    asked = ANY
    if "search" in form:
        return await listed(view, asked, typed, Told())
    role = typed["role"]
    scope = typed["oktmo"] if role == "municipal_specialist" else typed["organisation_id"] if role in BY_ORGANISATION else ""
    errors = {name: message for name, message in NEEDED.items() if not typed[name]}
    if role in BY_ORGANISATION and not scope:
        errors["organisation_id"] = "Найдите и отметьте организацию"
    if role == "municipal_specialist" and not scope:
        errors["oktmo"] = "Выберите муниципалитет"
    if errors:
        return await listed(view, asked, typed, Told(errors), 422)
    body = {
        "code": typed["code"],
        "role": role,
        "scope": scope or None,
        "head": bool(typed["head"]),
        "valid_from": typed["valid_from"] or None,
        "valid_until": typed["valid_until"] or None,
        "basis": typed["basis"],
    }
    try:
        await view.ask.post("/grants", body)
    except Refused as refused:
        answer = told(refused, scope="oktmo" if role == "municipal_specialist" else "organisation_id")
        if refused.status == 404:
            answer = Told({"code": refused.detail})
        return await listed(view, asked, typed, answer, refused.status)
    return view.go("/operator/grants", "granted")


@router.post("/operator/grants/{grant_id}/end")
async def end(view: At, grant_id: UUID) -> Response:
    await view.signed_in()
    reason = str((await view.form()).get("reason", "")).strip()
    try:
        await view.ask.delete(f"/grants/{grant_id}", {"reason": reason})
    except Refused as refused:
        detail = "Укажите причину: она останется в истории." if refused.status == 422 else refused.detail
        return await listed(view, {**ANY, "end": str(grant_id)}, NEW, Told(detail=detail), refused.status)
    return view.go("/operator/grants", "revoked")
