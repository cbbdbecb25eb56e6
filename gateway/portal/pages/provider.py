"""A provider's groups: who learns in them, and the orders that enrol and end."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.client import Refused, optional
from gateway.portal.dictionaries import titles
from gateway.portal.page import At, Page, View
from gateway.portal.refused import Told, told
from shared.errors import Forbidden

router = APIRouter(route_class=Page)
STATUSES = {"enrolment": "accepted", "completion": "enrolled", "expulsion": "enrolled"}
LABELS = {"number": "Номер приказа", "dated": "Дата", "application_ids": "Кто в приказе", "capacity": "Мест"}
LOOK_BACK, LISTED = timedelta(days=120), 12


async def providers_of(view: View) -> list[Mapping[str, Any]]:
    """The organisations for which the visitor acts."""
    frame = await view.signed_in()
    found = frame.roles("provider_specialist")
    if not found:
        raise Forbidden("Потоки и приказы ведут специалисты организаций ДПО.")
    return found


@router.get("/provider/groups")
async def groups(view: At, whole: bool = False) -> Response:
    """Groups under way and coming, with seats."""
    grants = await providers_of(view)
    since = view.today - LOOK_BACK
    pages = await asyncio.gather(
        *(view.ask.get("/groups", provider=grant["scope"], upcoming=False, starts_from=since, limit=100) for grant in grants)
    )
    found = sorted((one for page in pages for one in page["items"]), key=lambda one: (one["starts"], one["id"]))
    today = view.today.isoformat()
    kinds = {
        "Учатся": [one for one in found if one["starts"] <= today <= one["ends"] and one["status"] == "announced"],
        "Впереди": [one for one in found if one["starts"] > today and one["status"] == "announced"],
        "Закончились и отменены": [one for one in reversed(found) if one["ends"] < today or one["status"] == "cancelled"],
    }
    return await view.show(
        "groups.html",
        section="provider",
        title="Потоки",
        kinds={title: (listed if whole else listed[:LISTED], len(listed)) for title, listed in kinds.items() if listed},
        running=len(kinds["Учатся"]),
        ahead=len(kinds["Впереди"]),
    )


@router.get("/provider/groups/{group_id}")
async def group(view: At, group_id: UUID) -> Response:
    await view.signed_in()
    return await shown(view, group_id, Told())


async def shown(view: View, group_id: UUID, said: Told, *, typed: Mapping[str, Any] | None = None, status: int = 200) -> Response:
    roster, card, positions, reasons, readiness = await asyncio.gather(
        view.ask.get(f"/groups/{group_id}/roster"),
        view.ask.get(f"/groups/{group_id}"),
        titles.of(view.ask, "position"),
        optional(view.ask.get("/reasons", action="expel")),
        optional(view.ask.get(f"/groups/{group_id}/readiness")),
    )
    frame = await view.frame()
    names = await optional(view.ask.names(line["person_id"] for line in roster["lines"]))
    lines: Sequence[dict[str, Any]] = sorted(
        roster["lines"], key=lambda line: ((names or {}).get(line["person_id"], {}).get("full", "я"), line["number"])
    )
    by_status = {name: [line for line in lines if line["status"] == name] for name in ("seat_offered", "accepted", "enrolled")}
    return await view.show(
        "group.html",
        status=status,
        section=frame.section("provider", "operator"),
        title=card["programme"]["title"],
        wide=True,
        roster=roster,
        card=card,
        readiness=readiness,
        lines=lines,
        offered=by_status["seat_offered"],
        accepted=by_status["accepted"],
        enrolled=by_status["enrolled"],
        done=[line for line in lines if line["outcome"]],
        names=names or {},
        positions=positions,
        may_sign=frame.has("provider_specialist", "operator"),
        started=card["starts"] <= view.today.isoformat(),
        reasons=[(one["code"], one["text"]) for one in reasons or []],
        typed={"kind": "", "ids": (), "capacity": roster["seats"]["capacity"], **(typed or {})},
        labels=LABELS,
        said=said,
    )


@router.post("/provider/groups/{group_id}/orders")
async def sign_order(view: At, group_id: UUID) -> Response:
    """Sign an order: enrolment, completion with outcomes, or expulsion."""
    await view.signed_in()
    form = await view.form()
    kind = str(form.get("kind", ""))
    ids = [str(one) for one in form.getlist("application_id")][:100]
    typed = {"kind": kind, "number": str(form.get("number", ""))[:100].strip(), "dated": str(form.get("dated", "")), "ids": ids}
    errors = {}
    if not typed["number"]:
        errors["number"] = "Впишите номер приказа"
    if not typed["dated"]:
        errors["dated"] = "Укажите дату приказа"
    if not ids:
        errors["application_ids"] = "Отметьте, кто входит в приказ"
    if errors:
        return await shown(view, group_id, Told(errors), typed=typed, status=422)
    outcomes = {one: "not_completed" for one in ids if form.get(f"outcome-{one}") == "not_completed"} if kind == "completion" else {}
    body = {
        "kind": kind,
        "number": typed["number"],
        "dated": typed["dated"],
        "group_id": str(group_id),
        "application_ids": ids,
        "outcomes": outcomes,
        "reason": str(form.get("reason", "")) or None,
    }
    try:
        order = await view.ask.post("/orders", body)
    except Refused as refused:
        answer = told(refused)
        about = refused.facts.get("number")
        detail = f"{about}: {refused.detail}" if about else refused.detail
        return await shown(view, group_id, Told(answer.errors, detail), typed=typed, status=refused.status)
    return view.go(f"/provider/groups/{group_id}", "ordered", order["number"])


@router.post("/provider/groups/{group_id}/capacity")
async def choose_capacity(view: At, group_id: UUID) -> Response:
    await view.signed_in()
    form = await view.form()
    given = str(form.get("capacity", ""))
    try:
        await view.ask.put(f"/groups/{group_id}/capacity", {"capacity": int(given) if given.isdecimal() else -1})
    except Refused as refused:
        return await shown(view, group_id, told(refused), typed={"capacity": given}, status=refused.status)
    return view.go(f"/provider/groups/{group_id}", "capacity")
