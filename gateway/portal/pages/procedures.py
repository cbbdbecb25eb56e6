"""Assessment procedures: diagnostics that can be taken here, and what any organiser announces."""

import asyncio
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.client import optional
from gateway.portal.page import At, Page
from shared.errors import NotFound

router = APIRouter(route_class=Page)
PAGE = 10


@router.get("/procedures")
async def procedures(view: At, when: str = "", cursor: str = "") -> Response:
    """What can be measured, how long it takes, who sees the result."""
    past = when == "past"
    asked = view.ask.get("/notices", when="past" if past else "coming", cursor=cursor or None, limit=PAGE)
    listed, notices = await asyncio.gather(optional(view.ask.get("/procedures")), optional(asked))
    notices = notices or {"items": [], "next": None}
    here = "/procedures?when=past" if past else "/procedures"
    return await view.show(
        "procedures.html",
        title="Процедуры оценки",
        procedures=[] if past else (listed or {"items": []})["items"],
        notices=notices["items"],
        past=past,
        next_href=f"/procedures?when={'past' if past else 'coming'}&cursor={notices['next']}" if notices["next"] else "",
        first_href=here if cursor else "",
    )


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
