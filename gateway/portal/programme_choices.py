"""Who may write programmes, and what their form offers: dictionaries, competences, organisations, codes of other programmes."""

import asyncio
from collections.abc import Mapping
from typing import Any

from gateway.client import optional
from gateway.portal import programme_form as forms
from gateway.portal.dictionaries import titles
from gateway.portal.frame import Frame
from gateway.portal.page import View
from shared.errors import Forbidden

TAUGHT_BY = ("provider", "assessment_centre", "operator")
CHOICES = {
    "kind": "programme_kind",
    "form": "form",
    "positions": "position",
    "subjects": "subject",
    "levels": "level",
    "funding": "funding",
    "document_kind": "document",
    "approvals": "approver",
}


async def author(view: View) -> Frame:
    """The frame of somebody who may write programmes."""
    frame = await view.signed_in()
    if not frame.has("provider_specialist", "operator"):
        raise Forbidden("Программы ведут специалисты организаций ДПО и оператор.")
    return frame


async def choices_of(view: View) -> dict[str, list[tuple[str, str]]]:
    """What each list of the form offers, competences of the framework among them."""
    framework = await optional(view.ask.get("/framework"))
    found = {name: list((await titles.of(view.ask, dictionary)).items()) for name, dictionary in CHOICES.items()}
    found["effects"] = [(one["code"], f"{one['code']} {one['title']}") for one in (framework or {"competences": []})["competences"]]
    return found


async def providers_in(view: View, frame: Frame) -> list[tuple[str, str]]:
    """The organisations for which somebody may write: their own, for the operator all that teach."""
    mine = [grant["scope"] for grant in frame.roles("provider_specialist")]
    wanted: dict[str, Any] = {"kind": TAUGHT_BY} if frame.has("operator") else {"id": mine}
    found = await optional(view.ask.get("/organisations", limit=100, **wanted))
    return [(one["id"], one["short_name"]) for one in (found or {"items": []})["items"]]


async def fields_in(view: View, facts: Mapping[str, Any]) -> dict[str, list[str]]:
    """Facts as fields; programmes that have to be passed before are named by their codes."""
    cards = await view.ask.programmes(facts["prerequisites"])
    return forms.fields_of(facts, codes={one: card["code"] for one, card in cards.items()})


async def prerequisites_in(view: View, text: str) -> tuple[list[str], list[str]]:
    """Ids of the programmes with these codes, and the codes that no published programme has."""
    codes = [code.strip().upper() for code in text.replace(";", ",").split(",") if code.strip()][:10]
    pages = await asyncio.gather(*(view.ask.get("/programmes", q=code[:200], exact=True, limit=5) for code in codes))
    found = [next((one["id"] for one in page["items"] if one["code"] == code), "") for code, page in zip(codes, pages, strict=True)]
    return [one for one in found if one], [code for code, one in zip(codes, found, strict=True) if not one]
