"""The register of organisations as the operator keeps it: enters, edits, renames, merges and closes."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.client import Refused, optional
from gateway.portal.dictionaries import titles
from gateway.portal.drafts import Writing, begun, done_with, keep, resumed, unfinished, writing_in
from gateway.portal.fields import one
from gateway.portal.page import At, Page, View
from gateway.portal.pages.organisations import ALL
from gateway.portal.refused import Told, told
from shared.errors import Forbidden

router = APIRouter(route_class=Page)
PAGE, MOST = 20, 100
CODE = re.compile("[a-z0-9-]{2,60}")
SUPERIORS = ("ministry", "municipal_authority", "agency")
TEXTS = ("code", "name", "short_name", "inn", "kpp", "ogrn", "oktmo", "address", "site", "phone", "email", "founder")
LICENCE = ("number", "issued", "authority", "status")
ABOVE = {"authority": "authority_id", "agency": "agency_id", "successor": "merged_into"}
NAMES = (*TEXTS, *ABOVE, *(f"licence_{name}" for name in LICENCE), "kind", "valid_from", "status")
DRAFTED = "organisation"
LABELS = {
    "code": "Код в реестре",
    "kind": "Вид",
    "name": "Полное наименование",
    "short_name": "Краткое наименование",
    "valid_from": "Наименование действует с",
    "previous_name": "Прежнее наименование",
    "inn": "ИНН",
    "kpp": "КПП",
    "ogrn": "ОГРН",
    "oktmo": "Муниципалитет",
    "address": "Адрес",
    "site": "Сайт",
    "phone": "Телефон",
    "email": "Почта",
    "founder": "Учредитель",
    "authority": "Код вышестоящей организации",
    "authority_id": "Вышестоящая организация",
    "agency": "Код ведомства",
    "agency_id": "Ведомство",
    "licence_number": "Номер лицензии",
    "licence_issued": "Дата лицензии",
    "licence_authority": "Кто выдал лицензию",
    "licence_status": "Состояние лицензии",
    "status": "Состояние",
    "successor": "Код преемника",
    "merged_into": "Преемник",
}
ROLES = {"operator": "оператор", "provider_specialist": "организация"}
STATUSES = (("active", "Действует"), ("closed", "Закрыта"), ("merged", "Присоединена к другой"))
LICENCES = (("active", "Действует"), ("suspended", "Приостановлена"), ("ended", "Прекращена"))
FIELDS = {**{field: name for name, field in ABOVE.items()}, **{f"licence.{name}": f"licence_{name}" for name in LICENCE}}


async def operators(view: View) -> None:
    frame = await view.signed_in()
    if not frame.has("operator"):
        raise Forbidden("Реестр ведёт оператор.")


@router.get("/operator/organisations")
async def kept(view: At, q: str = "", kind: str = "", cursor: str = "") -> Response:
    """Find the organisation to edit."""
    await operators(view)
    kinds = await titles.of(view.ask, "organisation_kind")
    asked = {"q": q.strip()[:200], "kind": kind if kind in kinds else ""}
    looked_for = view.ask.get("/organisations", q=asked["q"] or None, kind=asked["kind"] or None, cursor=cursor or None, limit=PAGE)
    found, (started, _) = await asyncio.gather(looked_for, unfinished(view, DRAFTED))
    following = urlencode({**{name: value for name, value in asked.items() if value}, "cursor": found["next"] or ""})
    return await view.show(
        "kept_organisations.html",
        section="operator",
        title="Организации",
        found=found,
        asked=asked,
        kinds=list(kinds.items()),
        next_href=f"/operator/organisations?{following}" if found["next"] else "",
        everyone=ALL,
        begun=started,
    )


@router.get("/operator/organisations/new")
async def entering(view: At, draft: str = "") -> Response:
    await operators(view)
    return await form_of(view, None, await begun(view, draft, fields={"kind": ["provider"], "status": ["active"]}))


@router.post("/operator/organisations/new")
async def enter(view: At) -> Response:
    await operators(view)
    return await taken(view, None)


@router.get("/operator/organisations/{organisation_id}")
async def editing(view: At, organisation_id: UUID) -> Response:
    await operators(view)
    card = await view.ask.get(f"/organisations/{organisation_id}")
    fields = {name: [value] for name, value in (await typed_of(view, card)).items() if value}
    return await form_of(view, card, await resumed(view, DRAFTED, organisation_id, fields=fields, parts={}, since=card["revision"]))


@router.post("/operator/organisations/{organisation_id}")
async def edit(view: At, organisation_id: UUID) -> Response:
    await operators(view)
    card = await view.ask.get(f"/organisations/{organisation_id}")
    return await taken(view, card)


async def taken(view: View, card: Mapping[str, Any] | None) -> Response:
    """What the pressed button asks: keep what was typed so far, or save it; what is refused stays in the form."""
    form = await view.form()
    writing = writing_in(form)
    if form.get("do") != "keep":
        return await saved(view, card, writing)
    try:
        return await keep(view, form, f"/operator/organisations/{card['id'] if card else f'new?draft={writing.draft}'}")
    except Refused as refused:
        return await form_of(view, card, writing, told(refused), status=refused.status)


def typed_in(writing: Writing) -> dict[str, str]:
    return {name: one(writing.fields, name)[:400] for name in NAMES}


async def typed_of(view: View, card: Mapping[str, Any]) -> dict[str, str]:
    """An organisation as its form shows it; those above are named by their codes."""
    ids = [card[field] for field in ABOVE.values() if card[field]]
    listed = await view.ask.get("/organisations", id=ids) if ids else {"items": []}
    codes = {one["id"]: one["code"] for one in listed["items"]}
    licence = card["licence"] or {}
    return {
        **{name: card[name] or "" for name in (*TEXTS, "status")},
        **{name: codes.get(card[field], "") for name, field in ABOVE.items()},
        **{f"licence_{name}": licence.get(name, "") for name in LICENCE},
    }


async def saved(view: View, card: Mapping[str, Any] | None, writing: Writing) -> Response:
    """Enter or change an organisation as typed."""
    typed = typed_in(writing)
    codes = sorted({typed[name] for name in ABOVE if CODE.fullmatch(typed[name])})
    listed = await view.ask.get("/organisations", code=codes) if codes else {"items": []}
    ids = {one["code"]: one["id"] for one in listed["items"]}
    if unknown := {name: "Организации с таким кодом нет" for name in ABOVE if typed[name] and typed[name] not in ids}:
        return await form_of(view, card, writing, Told(unknown), status=422)
    licence = {name: typed[f"licence_{name}"] for name in LICENCE}
    body: dict[str, Any] = {
        **{name: typed[name] or None for name in (*TEXTS, "valid_from")},
        **{field: ids.get(typed[name]) for name, field in ABOVE.items()},
        "code": typed["code"],
        "kind": card["kind"]["code"] if card else typed["kind"],
        "status": typed["status"] or "active",
        "licence": {**licence, "status": licence["status"] or "active"} if any(licence[name] for name in LICENCE[:3]) else None,
    }
    try:
        if card is None:
            made = await view.ask.post("/organisations", body)
        else:
            made = await view.ask.put(f"/organisations/{card['id']}", body, since=writing.since)
    except Refused as refused:
        return await form_of(view, card, writing, told(refused, **FIELDS), status=refused.status)
    await done_with(view, writing.draft)
    return view.go(f"/operator/organisations/{made['id']}", "organisation_saved")


async def form_of(view: View, card: Mapping[str, Any] | None, writing: Writing, said: Told | None = None, *, status: int = 200) -> Response:
    """The form as typed; what somebody else has changed meanwhile stands beside its fields."""
    kinds, places, superiors, changes = await asyncio.gather(
        titles.of(view.ask, "organisation_kind"),
        titles.of(view.ask, "municipality_now"),
        view.ask.get("/organisations", kind=SUPERIORS, limit=MOST),
        optional(view.ask.get(f"/organisations/{card['id']}/changes")) if card else nothing(),
    )
    typed, now = typed_in(writing), dict[str, str]()
    if card and status == 412 and writing.since != card["revision"]:
        now, writing = await typed_of(view, card), replace(writing, since=card["revision"])
    return await view.show(
        "organisation_edit.html",
        status=status,
        section="operator",
        title=card["short_name"] if card else "Внести организацию",
        card=card,
        writing=writing,
        typed=typed,
        differs={name: value for name, value in now.items() if value != typed[name]},
        kinds=list(kinds.items()),
        places=sorted(places.items(), key=lambda one: one[1]),
        superiors=superiors["items"],
        statuses=STATUSES,
        licences=LICENCES,
        changes=(changes or {"items": []})["items"],
        roles=ROLES,
        labels=LABELS,
        said=said or Told(),
    )


async def nothing() -> None:
    return None
