"""Organisations: the register by kind, place and name, and the card of one."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.client import Client, Refused, optional
from gateway.portal.dictionaries import titles
from gateway.portal.linked_data import organisation, script
from gateway.portal.page import At, Page

router = APIRouter(route_class=Page)
ALL = "all"
KINDS = (
    ("provider", "Организации ДПО"),
    ("assessment_centre", "Центры оценки"),
    ("school", "Школы"),
    ("municipal_authority", "Муниципальные органы"),
    ("agency", "Ведомства"),
    (ALL, "Все"),
)
TEACHING = ("provider", "assessment_centre", "operator")
PLACE = re.compile(r"\d{8}")
PAGE, SHOWN, EVENTS, GROUPS_READ = 20, 6, 3, 100


@router.get("/organisations")
async def register(
    view: At, q: str = "", kind: str = "", oktmo: str = "", authority: str = "", closed: str = "", cursor: str = ""
) -> Response:
    """The register; its address is the question. Without one it shows who teaches; those that are no more only when asked for."""
    q, oktmo = q.strip()[:200], oktmo if PLACE.fullmatch(oktmo) else ""
    above = await optional(view.ask.get(f"/organisations/{UUID(authority)}")) if is_id(authority) else None
    kind = kind if kind in dict(KINDS) else ALL if q or oktmo or above else KINDS[0][0]
    asked = {"kind": kind, "q": q, "oktmo": oktmo, "authority": above["id"] if above else "", "closed": "true" if closed else ""}
    wanted = {"q": q or None, "kind": None if kind == ALL else kind, "oktmo": oktmo or None, "authority_id": asked["authority"] or None}
    wanted["status"] = None if closed else "active"
    try:
        found = await view.ask.get("/organisations", **wanted, cursor=cursor or None, limit=PAGE)
    except Refused as refused:
        if refused.status != 422:
            raise
        cursor, found = "", await view.ask.get("/organisations", **{**wanted, "q": None}, limit=PAGE)
    counts: dict[str, int] = {one["value"]: one["count"] for one in found["facets"]["kind"]}
    counts[ALL] = sum(counts.values())
    return await view.show(
        "organisations.html",
        title="Организации",
        found=found,
        asked=asked,
        above=above,
        kinds=[(code, name, address(asked, kind=code), counts.get(code)) for code, name in KINDS],
        places=sorted((await titles.of(view.ask, "municipality_now")).items(), key=lambda one: one[1]),
        there={one["value"]: one["count"] for one in found["facets"]["oktmo"]},
        everywhere=address(asked, kind=ALL, oktmo=""),
        apart=address(asked, authority=""),
        closed_href=address(asked, closed="" if closed else "true"),
        next_href=address(asked, cursor=found["next"]) if found["next"] else "",
        first_href=address(asked) if cursor else "",
    )


def is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def address(asked: Mapping[str, str], **changed: str) -> str:
    """The address of the register asked differently."""
    return f"/organisations?{urlencode({name: value for name, value in {**asked, **changed}.items() if value})}"


@router.get("/organisations/{organisation_id}")
async def card(view: At, organisation_id: UUID) -> Response:
    """One organisation: what it is called and was called, where it is, what stands above it, what it teaches."""
    shown = await view.ask.get(f"/organisations/{organisation_id}")
    teaches = bool(shown["programmes"]) or shown["kind"]["code"] in TEACHING
    related, programmes, groups, beneath, events = await asyncio.gather(
        related_to(view.ask, shown),
        optional(view.ask.get("/programmes", provider=organisation_id, limit=SHOWN)) if teaches else nothing(),
        optional(view.ask.get("/groups", provider=organisation_id, limit=GROUPS_READ)) if teaches else nothing(),
        optional(view.ask.get("/organisations", authority_id=organisation_id, status="active", limit=SHOWN)),
        optional(view.ask.get("/events", organiser=organisation_id, limit=EVENTS)),
    )
    above = related.get(shown["authority_id"])
    return await view.show(
        "organisation.html",
        title=shown["short_name"],
        organisation=shown,
        teaches=teaches,
        above=above,
        agency=related.get(shown["agency_id"]) if shown["agency_id"] != shown["authority_id"] else None,
        successor=related.get(shown["merged_into"]),
        former=[one for one in shown["names"] if one["valid_from"] < shown["valid_from"] and one["name"] != shown["name"]],
        programmes=programmes,
        groups=None if groups is None else [one for one in groups["items"] if one["enrolment"] == "open"],
        groups_shown=SHOWN,
        events=events or {"items": [], "total": 0},
        beneath=beneath or {"items": [], "next": None},
        beneath_href=address({"kind": ALL, "authority": str(organisation_id)}),
        address=f"{view.settings.public_url}/organisations/{organisation_id}",
        json_ld=script(organisation(shown, above, portal=view.settings.public_url)),
    )


async def nothing() -> None:
    return None


async def related_to(ask: Client, shown: Mapping[str, Any]) -> dict[str | None, Any]:
    """The organisations that one points at, by id."""
    wanted = sorted({shown[name] for name in ("authority_id", "agency_id", "merged_into") if shown[name]})
    found = await optional(ask.get("/organisations", id=wanted)) if wanted else None
    return {one["id"]: one for one in (found or {"items": []})["items"]}
