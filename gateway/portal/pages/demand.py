"""«Спрос»: what people look for and do not find, where they wait, what they lack."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Response

from gateway.portal.filters import in_words
from gateway.portal.page import At, Page
from gateway.portal.pages.reports import day_or_none
from gateway.portal.words import counted
from shared.errors import Forbidden

router = APIRouter(route_class=Page)
ROLES = ("provider_specialist", "operator", "ministry", "auditor", "municipal_specialist")
LISTED = 15


@router.get("/provider/demand")
async def demand(view: At, whole: str = "") -> Response:
    frame = await view.signed_in()
    if not frame.has(*ROLES):
        raise Forbidden("Спрос видят организации ДПО, муниципалитеты, оператор и министерство.")
    asked = view.request.query_params
    wanted = {"from": day_or_none(asked.get("from", "")), "to": day_or_none(asked.get("to", ""))}
    found = await view.ask.get("/reports/demand", **wanted)
    searches = []
    for one in found["searches"]:
        said = [word for name, codes in one["facets"].items() for word in await in_words(view.ask, name, codes)]
        searches.append({**one, "said": said, "href": href_of(one)})
    return await view.show(
        "demand.html",
        section=frame.section("provider", "operator", "ministry", "approver"),
        title=conclusion(found),
        found=found,
        searches=searches if whole else searches[:LISTED],
        left_out=0 if whole else max(0, len(searches) - LISTED),
        wanted=wanted,
        whole_href=f"/provider/demand?{urlencode({**{name: day for name, day in wanted.items() if day}, 'whole': 1})}",
        may_draft=frame.has("provider_specialist"),
    )


def href_of(one: Mapping[str, Any]) -> str:
    """The same search, to see what it finds today."""
    return f"/programmes?{urlencode({'q': ' '.join(one['lexemes']), **one['facets']}, doseq=True)}"


def conclusion(found: Mapping[str, Any]) -> str:
    """The page's title: how often people left with nothing."""
    searches = sum(one["count"] for one in found["searches"])
    if not searches:
        return "Поисков без ответа пока не видно"
    return f"{counted(searches, 'поиск остался', 'поиска остались', 'поисков остались')} без ответа"
