"""Assessment procedures: diagnostics that can be taken here, and what any organiser announces."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.client import Refused, optional
from gateway.portal.page import At, Page
from shared.errors import NotFound

router = APIRouter(route_class=Page)
PAGE, FILTERS = 10, ("organiser", "competence")
WHEN = (("coming", "Идут и будут"), ("past", "Прошедшие"))
NONE: dict[str, Any] = {"items": [], "next": None, "total": 0, "facets": {name: [] for name in FILTERS}}


@router.get("/procedures")
async def procedures(view: At, when: str = "", organiser: str = "", competence: str = "", cursor: str = "") -> Response:
    """What can be measured, how long it takes, who sees the result; the address is the question."""
    asked = {"when": "past" if when == "past" else "coming", "organiser": organiser, "competence": competence}
    listed, notices = await asyncio.gather(optional(view.ask.get("/procedures")), found(view, asked, cursor))
    chosen = any(asked[name] for name in FILTERS)
    return await view.show(
        "procedures.html",
        title="Процедуры оценки",
        procedures=[] if asked["when"] == "past" or chosen else (listed or {"items": []})["items"],
        notices=notices,
        past=asked["when"] == "past",
        chosen=chosen,
        whens=[(code, name, address(asked, when=code)) for code, name in WHEN],
        next_href=address(asked, cursor=notices["next"]) if notices["next"] else "",
        first_href=address(asked) if cursor else "",
    )


async def found(view: At, asked: dict[str, str], cursor: str) -> Any:
    """A page of notices; filters that nobody can mean are dropped, and none are shown while catalog is away."""
    filters = {name: asked[name] or None for name in FILTERS}
    try:
        return await view.ask.get("/notices", when=asked["when"], **filters, cursor=cursor or None, limit=PAGE)
    except Refused as refused:
        if refused.status != 422:
            return NONE
    asked.update(dict.fromkeys(FILTERS, ""))
    return await optional(view.ask.get("/notices", when=asked["when"], limit=PAGE)) or NONE


def address(asked: Mapping[str, str], **changed: str) -> str:
    said = {name: value for name, value in {**asked, **changed}.items() if value and (name, value) != ("when", "coming")}
    return f"/procedures?{urlencode(said)}" if said else "/procedures"


@router.get("/procedures/{procedure_id}")
async def card(view: At, procedure_id: UUID) -> Response:
    """A notice, or else a procedure that can be taken here."""
    notice, frame = await asyncio.gather(optional(view.ask.get(f"/notices/{procedure_id}")), view.frame())
    tied = notice["procedure_id"] if notice else procedure_id
    procedure = await optional(view.ask.get(f"/procedures/{tied}")) if tied else None
    shown = notice or procedure
    if shown is None:
        raise NotFound()
    scopes = {grant["scope"] for grant in frame.roles("provider_specialist")}
    return await view.show(
        "procedure.html",
        title=shown["title"],
        one=shown,
        notice=notice,
        procedure=procedure,
        over=bool(notice) and notice["closes"] < view.today.isoformat(),
        may_edit=bool(notice) and (frame.has("operator") or notice["organiser"]["id"] in scopes),
        address=f"{view.settings.public_url}/procedures/{procedure_id}",
    )
