"""«Справочники»: what codes mean from which day on, kept by the operator without a release."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Response

from gateway.client import Refused
from gateway.portal.dictionaries import titles
from gateway.portal.page import At, Page, View
from gateway.portal.pages.keeping import operators
from gateway.portal.refused import Told, told

router = APIRouter(route_class=Page)
TERMS = {
    "position": "Должности",
    "subject": "Предметы",
    "level": "Уровни образования",
    "labour_function": "Трудовые функции",
    "programme_kind": "Виды программ",
    "form": "Формы обучения",
    "funding": "Финансирование",
    "document": "Документы",
    "approver": "Кто согласует",
    "organisation_kind": "Виды организаций",
}
OPEN = ("position", "subject", "level", "labour_function")
OTHERS = {"hours": "Минимум часов", "municipalities": "Муниципалитеты", "words": "Слова поиска", "abuse": "Слова для модератора"}
WORDED = {
    "synonym": "Синонимы и сокращения",
    "position": "Должности",
    "oktmo": "Муниципалитеты",
    "programme_kind": "Виды программ",
    "form": "Формы",
    "level": "Уровни",
    "funding": "Оплата",
    "has_seats": "Есть места",
    "filler": "Слова без веса",
}
LABELS = {
    "code": "Код",
    "title": "Название",
    "short": "Внутри предложения",
    "valid_from": "Действует с",
    "valid_to": "Закрыть с",
    "kind": "Вид",
    "hours": "Часов не меньше",
    "basis": "Основание",
    "words": "Слова",
    "beginning": "Начало слова",
    "oktmo": "ОКТМО",
    "name": "Название без вида",
    "succeeds": "Каких муниципалитетов преемник",
}
FIELDS = ("code", "title", "short", "valid_from", "valid_to", "kind", "hours", "basis", "words", "beginning", "oktmo", "name", "succeeds")
WORDS_SHOWN = 40


@router.get("/operator/dictionaries")
async def dictionaries(view: At, name: str = "position", code: str = "", q: str = "", of: str = "synonym", whole: str = "") -> Response:
    await operators(view)
    return await shown(view, {"name": name, "code": code, "q": q.strip()[:100], "of": of, "whole": whole}, {}, Told())


async def shown(view: View, asked: Mapping[str, str], typed: Mapping[str, str], said: Told, status: int = 200) -> Response:
    name = asked["name"] if asked["name"] in {**TERMS, **OTHERS} else "position"
    of = asked["of"] if asked["of"] in WORDED else "synonym"
    listed, minima, words, abuse = await asyncio.gather(
        view.ask.get("/dictionaries"),
        view.ask.get("/hours-minima") if name == "hours" else nothing(),
        view.ask.get(f"/dictionaries/{of}/wordings", q=asked["q"] or None) if name == "words" else nothing(),
        view.ask.get("/abuse-words") if name == "abuse" else nothing(),
    )
    terms = listed["terms"].get(name, [])
    chosen = next((one for one in reversed(terms) if one["code"] == asked["code"]), None)
    start = {"valid_from": view.today.isoformat(), "valid_to": view.today.isoformat()}
    if chosen:
        start |= {field: chosen[field] for field in ("code", "title", "short")}
        start["valid_from"] = max(start["valid_from"], chosen["valid_from"])
    places = [one for one in listed["municipalities"] if asked["whole"] or one["in_force"] or not one["valid_to"]]
    return await view.show(
        "dictionaries.html",
        status=status,
        section="operator",
        title={**TERMS, **OTHERS}[name],
        name=name,
        views=[*TERMS.items(), *OTHERS.items()],
        open=name in OPEN,
        terms=terms,
        chosen=chosen,
        minima=(minima or {"items": []})["items"],
        kinds=[(one["code"], one["title"]) for one in listed["terms"].get("programme_kind", []) if one["in_force"]],
        places=places,
        words=(words or {"items": []})["items"][:WORDS_SHOWN],
        words_left=max(0, len((words or {"items": []})["items"]) - WORDS_SHOWN),
        abuse=(abuse or {"items": []})["items"],
        worded=list(WORDED.items()),
        of=of,
        asked=asked,
        typed={**start, **typed},
        labels=LABELS,
        said=said,
    )


async def nothing() -> None:
    return None


@router.post("/operator/dictionaries")
async def change(view: At) -> Response:
    """Add, change from a day on, or close; the button says which."""
    await operators(view)
    form = await view.form()
    typed = {field: str(form.get(field, ""))[:400].strip() for field in FIELDS}
    asked = {field: str(form.get(f"at_{field}", ""))[:100] for field in ("name", "code", "q", "of", "whole")}
    closing = "close" in form
    try:
        await view.ask.post(*told_to(asked, typed, closing=closing))
    except Refused as refused:
        kept = {field: typed[field] for field in FIELDS if field in form} if not closing else {"valid_to": typed["valid_to"]}
        kept |= {field: typed[field] for field in ("code", "words", "beginning") if closing and asked["name"] in ("words", "abuse")}
        return await shown(view, asked, kept, told(refused), status=refused.status)
    titles.read_at = float("-inf")
    back = {field: asked[field] for field in ("name", "q", "of") if asked[field]}
    return view.go(f"/operator/dictionaries?{urlencode(back)}", "dictionary_changed")


def told_to(asked: Mapping[str, str], typed: Mapping[str, str], *, closing: bool) -> tuple[str, dict[str, Any]]:
    """The operation and its body for what was typed on a page."""

    def body(*fields: str) -> dict[str, Any]:
        return {field: typed[field] for field in fields}

    if asked["name"] == "hours":
        return "/hours-minima", body("kind", "hours", "basis", "valid_from")
    if asked["name"] == "municipalities":
        succeeds = [one for one in typed["succeeds"].replace(",", " ").split() if one]
        return "/municipalities", body("oktmo", "name", "kind", "valid_from") | {"succeeds": succeeds}
    if asked["name"] == "words":
        of = asked["of"] if asked["of"] in WORDED else "synonym"
        if closing:
            return f"/dictionaries/{of}/wording-closings", body("code", "words", "valid_to")
        return f"/dictionaries/{of}/wordings", body("code", "words", "valid_from")
    if asked["name"] == "abuse":
        return ("/abuse-words/closings", body("beginning", "valid_to")) if closing else ("/abuse-words", body("beginning", "valid_from"))
    name = asked["name"] if asked["name"] in TERMS else "position"
    if closing:
        return f"/dictionaries/{name}/closings", body("code", "valid_to")
    return f"/dictionaries/{name}/terms", body("code", "title", "valid_from") | {"short": typed["short"] or None}
