"""Programmes: the search with its facets, the card, and applying from the card."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request, Response

from gateway.client import Refused, optional
from gateway.portal.linked_data import course, script
from gateway.portal.page import At, Page
from gateway.portal.pages.reviews import MARKS
from gateway.portal.refused import Told, told
from gateway.portal.words import day

router = APIRouter(route_class=Page)
FACETS = (
    ("kind", "Вид программы"),
    ("subject", "Предмет"),
    ("form", "Форма"),
    ("hours", "Объём"),
    ("position", "Должность"),
    ("level", "Уровень образования"),
    ("competence", "Компетенция"),
    ("provider", "Организация"),
    ("oktmo", "Муниципалитет"),
    ("funding", "Оплата"),
    ("rating_from", "Оценка"),
)
CHIPS = {
    "has_seats": "Есть свободные места",
    "hours_from": "От {} ч",
    "hours_to": "До {} ч",
    "starts_from": "Начало с {}",
    "starts_to": "Начало до {}",
}
OPEN = {"kind", "subject", "form", "hours"}
SORTS = (
    ("relevance", "по близости к запросу"),
    ("starts", "раньше начало"),
    ("seats", "больше мест"),
    ("hours", "меньше часов"),
    ("rating", "выше оценка"),
)
RANGES = ("hours_from", "hours_to", "starts_from", "starts_to")
KEPT = ("q", "exact", *(name for name, _ in FACETS), "has_seats", *RANGES, "sort")
PAGE, SHOWN_AT_ONCE, SHOWN_CLOSED, APPLY_TO, OPEN_NOW, REVIEWS = 10, 5, 3, 5, 5, 3


@router.get("/programmes")
async def search(view: At, request: Request) -> Response:
    """The search; its address is the search."""
    asked = asked_of(request.query_params.multi_items())
    wanted: dict[str, Any] = {name: asked[name] for name in asked if name != "page"}
    try:
        found = await view.ask.get("/programmes", **wanted, cursor=request.query_params.get("cursor") or None, limit=PAGE)
    except Refused as refused:
        if refused.status != 422:
            raise
        asked = {"q": asked.get("q", [""])}
        found = await view.ask.get("/programmes", **asked, limit=PAGE)
    nothing = not found["items"] and not found.get("nearest") and not request.query_params.get("cursor")
    open_now = await optional(view.ask.get("/programmes", has_seats=True, sort="starts", limit=OPEN_NOW)) if nothing else None
    more = request.query_params.get("more", "")
    facets = [
        facet for name, title in FACETS if (facet := facet_of(name, title, found["facets"].get(name, []), whole=name == more)) is not None
    ]
    for facet in facets:
        facet["more_href"] = f"/programmes?{urlencode([*pairs(asked), ('more', facet['name'])])}#facet-{facet['name']}"
    narrower = found.get("wishes", {}) | asked
    seats = next((one["count"] for one in found["facets"].get("has_seats", []) if str(one["value"]).lower() == "true"), 0)
    return await view.show(
        "programmes.html",
        title="Программы",
        own_search=True,
        found=found,
        open_now=open_now["items"] if open_now else [],
        subscribe_href=f"/programmes/subscription?{urlencode(pairs(waits))}" if (waits := waited_for(asked)) else "",
        facets=facets,
        with_seats=seats,
        asked={name: values[0] for name, values in asked.items()},
        chosen=chosen_of(facets, asked),
        sorts=SORTS if asked.get("q") else SORTS[1:],
        next_href=f"/programmes?{urlencode([*pairs(asked), ('cursor', found['next'])])}" if found["next"] else "",
        first_href=f"/programmes?{urlencode(pairs(asked))}" if request.query_params.get("cursor") else "",
        table_query=urlencode(pairs(asked)),
        narrow_href=f"/programmes?{urlencode(pairs(narrower))}" if narrower != asked else "",
        exact_href=f"/programmes?{urlencode([*pairs(asked), ('exact', 'true')])}",
    )


def asked_of(items: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The search in an address: known names with their values that are not empty."""
    asked: dict[str, list[str]] = {}
    for name, value in items:
        if name in KEPT and (value := value.replace("\x00", "").strip()):
            asked.setdefault(name, []).append(value[:200])
    return asked


def waited_for(asked: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What of a search can be waited for: its words and conditions, whatever their order on the page."""
    return {name: values for name, values in asked.items() if name not in ("sort", "exact")}


def pairs(asked: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in asked.items() for value in values]


def facet_of(name: str, title: str, values: list[dict[str, Any]], *, whole: bool) -> dict[str, Any] | None:
    """A facet whose chosen values come first, in full or only the likeliest; None when it has nothing to choose from."""
    if not values or (name == "rating_from" and not any(one["count"] or one["chosen"] for one in values)):
        return None
    chosen = [one for one in values if one["chosen"]]
    rest = [one for one in values if not one["chosen"] and (one["count"] or len(values) <= SHOWN_AT_ONCE)]
    opened = name in OPEN or bool(chosen) or whole
    room = len(rest) if whole else max(0, (SHOWN_AT_ONCE if opened else SHOWN_CLOSED) - len(chosen))
    return {
        "name": name,
        "title": title,
        "values": [*chosen, *rest[:room]],
        "hidden": len(rest) - len(rest[:room]),
        "open": opened,
        "chosen": chosen,
    }


def chosen_of(facets: list[dict[str, Any]], asked: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    """What was chosen, each with the address of the search without it."""
    found = []
    for facet in facets:
        for one in facet["chosen"]:
            without = [pair for pair in pairs(asked) if pair != (facet["name"], str(one["value"]))]
            found.append((one["title"], f"/programmes?{urlencode(without)}"))
    for name, title in CHIPS.items():
        if name in asked:
            without = [pair for pair in pairs(asked) if pair[0] != name]
            value = as_day(asked[name][0]) if name.startswith("starts") else asked[name][0]
            found.append((title.format(value), f"/programmes?{urlencode(without)}"))
    return found


def as_day(said: str) -> str:
    try:
        return day(said, year=True)
    except ValueError:
        return said


@router.get("/programmes/{programme_id}")
async def card(view: At, programme_id: UUID) -> Response:
    """The card of a programme: what changes, groups with seats, what happens after applying."""
    programme, reviews = await asyncio.gather(
        view.ask.get(f"/programmes/{programme_id}"), optional(view.ask.get(f"/programmes/{programme_id}/reviews", limit=REVIEWS))
    )
    groups = announced(programme)
    return await view.show(
        "programme.html",
        title=programme["title"],
        programme=programme,
        groups=groups,
        nearest=nearest(groups),
        address=f"{view.settings.public_url}/programmes/{programme_id}",
        json_ld=script(course(programme, groups, portal=view.settings.public_url)),
        reviews=reviews,
        marks=MARKS,
        taught=[*programme["outline"]],
    )


def announced(programme: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The groups that everybody sees on a programme's card."""
    return [one for one in programme["groups"] if one["status"] == "announced"]


def nearest(groups: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    """The first group that one can apply for today."""
    return next((one for one in groups if one["enrolment"] == "open"), None)


@router.get("/programmes/{programme_id}/application")
async def application_form(view: At, programme_id: UUID, group: str = "") -> Response:
    """Choose groups and apply: the second of two clicks."""
    return await applying(view, programme_id, [group], Told())


@router.post("/programmes/{programme_id}/application")
async def apply(view: At, programme_id: UUID) -> Response:
    await view.learner()
    form = await view.form()
    wanted = [str(value) for value in (form.get("group"), *form.getlist("also")) if value]
    groups = list(dict.fromkeys(wanted))[:APPLY_TO]
    if not groups:
        return await applying(view, programme_id, [], Told(errors={"group": "Выберите поток"}), status=422)
    try:
        made = await view.ask.post("/applications", {"programme_id": str(programme_id), "group_ids": groups})
    except Refused as refused:
        return await applying(view, programme_id, groups, told(refused, group_ids="group"), status=refused.status)
    return view.go(f"/cabinet/applications/{made['id']}", "submitted", made["number"])


async def applying(view: At, programme_id: UUID, chosen: list[str], said: Told, status: int = 200) -> Response:
    await view.learner()
    programme, profile = await asyncio.gather(view.ask.get(f"/programmes/{programme_id}"), optional(view.ask.get("/me/profile")))
    groups = [one for one in announced(programme) if one["enrolment"] == "open"]
    return await view.show(
        "apply.html",
        status=status,
        section="teacher",
        title="Заявка на программу",
        programme=programme,
        groups=groups,
        profile=profile,
        chosen=[one for one in chosen if one] or [group["id"] for group in groups[:1]],
        said=said,
    )
