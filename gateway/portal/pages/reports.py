"""Figures of the region, a municipality or a provider: funnel, deficits, routes, measured closure, seats, letters."""

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from gateway.client import optional
from gateway.door.upstreams import Answer
from gateway.portal.dictionaries import titles
from gateway.portal.figures import heat_of
from gateway.portal.page import At, Page, View
from gateway.portal.words import NB, as_date, counted, number
from shared.errors import Forbidden

router = APIRouter(route_class=Page)
ROLES = ("operator", "ministry", "auditor", "municipal_specialist", "provider_specialist", "school_specialist")
PARTS = ("funnel", "deficits", "routes", "closure", "seats", "letters")
HEAT_ROWS, LISTED = 10, 12
VERDICTS = (("closed", "сняты"), ("partly", "сняты частично"), ("open", "не сняты"), ("insufficient", "данных не хватает"))


@router.get("/reports")
async def reports(view: At, request: Request, oktmo: str = "", whole: str = "", more: str = "") -> Response:
    frame = await view.signed_in()
    if not frame.has(*ROLES):
        raise Forbidden("Отчёты видят оператор, министерство, муниципалитеты и организации ДПО.")
    first, last = (request.query_params.get(name, "") for name in ("from", "to"))
    wanted = {"from": day_or_none(first), "to": day_or_none(last), "oktmo": oktmo if oktmo.isdecimal() and len(oktmo) == 8 else None}
    answers, places = await asyncio.gather(
        asyncio.gather(*(asked(view, part, wanted) for part in PARTS)), titles.of(view.ask, "municipality")
    )
    found = dict(zip(PARTS, answers, strict=True))
    region = frame.has("operator", "ministry", "auditor")
    return await view.show(
        "reports.html",
        section=frame.section("operator", "ministry", "provider", "approver"),
        title=conclusion(found["funnel"]),
        found=found,
        heat=heat_of(found["deficits"], rows=None if whole else HEAT_ROWS) if found["deficits"] else None,
        wanted=wanted,
        region=region,
        may_see_demand=region or frame.has("provider_specialist", "municipal_specialist"),
        places=[(code, name) for code, name in sorted(places.items(), key=lambda one: one[1]) if len(code) == 8] if region else [],
        verdicts=VERDICTS,
        listed=LISTED,
        more=bool(more),
        query=request.url.query,
    )


def day_or_none(text: str) -> str | None:
    try:
        return text if as_date(text) else None
    except ValueError:
        return None


async def asked(view: View, part: str, wanted: Mapping[str, Any]) -> dict[str, Any] | None:
    """One report; None when it is not for the visitor or can not be had now."""
    own = {name: value for name, value in wanted.items() if name != "oktmo" or part != "letters"}
    answer: Answer | None = await optional(view.ask.call("GET", f"/reports/{part}", query=own), within=8)
    if answer is None or answer.status != 200:
        return None
    return dict(answer.json())


def conclusion(funnel: Mapping[str, Any] | None) -> str:
    """The page's title: what came of the applications."""
    if funnel is None:
        return "Отчёты"
    if not funnel["total"]:
        return "Заявок за этот период нет"
    enrolled = next((one["n"] for one in funnel["stages"] if one["stage"] == "enrolled"), 0)
    share = round(100 * enrolled / funnel["total"])
    return f"{counted(funnel['total'], 'заявка', 'заявки', 'заявок')}, зачислены {number(share)}{NB}%"
