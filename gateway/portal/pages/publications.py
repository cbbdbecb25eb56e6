"""The cabinet's events, news and notices: listed, written, previewed as everybody will see them, published, ended with a reason."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.client import Refused, optional
from gateway.portal.dictionaries import titles
from gateway.portal.page import At, Page, View
from gateway.portal.publications import KINDS, MOST_ROWS, SPARE_ROWS, Kind, Typed, blank, typed_in, typed_of
from gateway.portal.refused import Told, told
from shared.errors import Forbidden, NotFound

router = APIRouter(route_class=Page)
HOME = "/provider/publications"
ORGANISING = ("provider", "assessment_centre", "operator", "ministry")


def kind_of(key: str) -> Kind:
    if key not in KINDS:
        raise NotFound()
    return KINDS[key]


async def owners(view: View) -> dict[str, str]:
    """The organisations in whose name the visitor publishes, by id."""
    frame = await view.signed_in()
    if frame.has("operator"):
        found = await view.ask.get("/organisations", kind=ORGANISING, limit=100)
        return {one["id"]: one["short_name"] for one in found["items"] if one["status"] == "active"}
    if not (own := frame.roles("provider_specialist")):
        raise Forbidden("Мероприятия и новости публикуют специалисты организаций ДПО.")
    return {str(grant["scope"]): str(grant["scope_name"] or "Ваша организация") for grant in own}


@router.get(HOME)
async def publications(view: At, kind: str = "events") -> Response:
    """What the organisation has published and is writing."""
    chosen = kind_of(kind)
    await owners(view)
    found = await view.ask.get(f"/own-{chosen.key}")
    frame = await view.frame()
    return await view.show(
        "own_publications.html",
        section=frame.section("provider", "operator"),
        title="Мероприятия и новости",
        kinds=KINDS.values(),
        kind=chosen,
        found=found["items"],
        now=view.now.isoformat(),
    )


@router.get(HOME + "/{key}/new")
async def new(view: At, key: str) -> Response:
    kind, mine = kind_of(key), await owners(view)
    return await editor(view, kind, blank(kind, next(iter(mine))), Told())


@router.get(HOME + "/{key}/{item_id}")
async def edit(view: At, key: str, item_id: UUID) -> Response:
    kind = kind_of(key)
    await owners(view)
    card = await view.ask.get(f"{kind.api}/{item_id}")
    return await editor(view, kind, typed_of(kind, card), Told(), card=card)


async def editor(
    view: View,
    kind: Kind,
    typed: Typed,
    said: Told,
    *,
    card: Mapping[str, Any] | None = None,
    preview: bool = False,
    rows: int = SPARE_ROWS,
    reason: str = "",
    status: int = 200,
) -> Response:
    """The form with what was typed; beside it what there is to choose from, above it how everybody will see it."""
    mine, framework, places, procedures, kinds = await asyncio.gather(
        owners(view),
        optional(view.ask.get("/framework")),
        titles.of(view.ask, "municipality_now"),
        optional(view.ask.get("/procedures")) if kind.key == "notices" else nothing(),
        titles.of(view.ask, "event_kind"),
    )
    competences = [(one["code"], one["title"]) for one in (framework or {"competences": []})["competences"]]
    frame = await view.frame()
    return await view.show(
        "publication.html",
        status=status,
        section=frame.section("provider", "operator"),
        title=kind.new if card is None else str(card["title"]),
        kind=kind,
        card=card,
        typed=typed,
        said=said,
        labels=kind.fields,
        owners=list(mine.items()),
        competences=competences,
        chosen=[{"code": code, "title": dict(competences).get(code, code)} for code in typed.get("competences", [])],
        places=sorted(places.items(), key=lambda one: one[1]),
        place_names=places,
        owner_names=mine,
        event_kinds=list(kinds.items()),
        kind_names=kinds,
        procedures=[(one["procedure_id"], one["title"]) for one in (procedures or {"items": []})["items"]],
        rows=[*typed.get("agenda", []), *({"time": "", "title": "", "speaker": ""} for _ in range(rows))][:MOST_ROWS],
        preview=preview,
        reason=reason,
    )


async def nothing() -> None:
    return None


@router.post(HOME + "/{key}")
async def create(view: At, key: str) -> Response:
    return await taken(view, kind_of(key), None)


@router.post(HOME + "/{key}/{item_id}")
async def change(view: At, key: str, item_id: UUID) -> Response:
    return await taken(view, kind_of(key), item_id)


async def taken(view: View, kind: Kind, item_id: UUID | None) -> Response:
    """Take a form: preview it, give it more rows, keep it, or publish it; nothing typed is lost when it is refused."""
    await owners(view)
    form = await view.form()
    typed, do = typed_in(kind, form), str(form.get("do", "save"))
    card = await view.ask.get(f"{kind.api}/{item_id}") if item_id else None
    if do == "rows":
        return await editor(view, kind, typed, Told(), card=card, rows=2 * SPARE_ROWS)
    facts, errors = kind.facts(typed)
    if do == "preview" or errors:
        shown = Told(errors if do != "preview" else {})
        return await editor(view, kind, typed, shown, card=card, preview=do == "preview", status=422 if shown.errors else 200)
    try:
        if item_id is None:
            card = await view.ask.post(kind.api, facts)
        else:
            reason = {"reason": typed["reason"] or None} if kind.key == "events" else {}
            card = await view.ask.put(f"{kind.api}/{item_id}", facts | reason)
        if do == "publish":
            await view.ask.post(f"{kind.api}/{card['id']}/{kind.publish}")
    except Refused as refused:
        return await editor(view, kind, typed, told(refused), card=card, status=refused.status)
    if do == "publish":
        return view.go(f"{kind.card}/{card['id']}", kind.published)
    if card["status"] == "published":
        return view.go(f"{kind.card}/{card['id']}", "event_changed")
    return view.go(f"{HOME}/{kind.key}/{card['id']}", "draft_saved")


@router.post(HOME + "/{key}/{item_id}/end")
async def end(view: At, key: str, item_id: UUID) -> Response:
    """Cancel or withdraw, with the reason that everybody will read."""
    kind = kind_of(key)
    await owners(view)
    reason = str((await view.form()).get("end_reason", "")).strip()
    card = await view.ask.get(f"{kind.api}/{item_id}")
    if len(reason) < 5:
        said = Told({"end_reason": "Напишите причину: её увидят те, кто собирался прийти."})
        return await editor(view, kind, typed_of(kind, card), said, card=card, reason=reason, status=422)
    try:
        await view.ask.post(f"{kind.api}/{item_id}/{kind.end}", {"reason": reason[:500]})
    except Refused as refused:
        answer = told(refused, reason="end_reason")
        return await editor(view, kind, typed_of(kind, card), answer, card=card, reason=reason, status=refused.status)
    return view.go(f"{HOME}?kind={kind.key}", kind.ended)
