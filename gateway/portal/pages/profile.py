"""The profile of competences: what was measured, how surely, and beside it what feels hard."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.client import optional
from gateway.portal.page import At, Page
from gateway.portal.words import NB, capital, plural

router = APIRouter(route_class=Page)
FEMININE = ("", "одна", "две", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять")
NEUTER = ("", "одно", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять")


@router.get("/cabinet/profile")
async def profile(view: At, attempt: UUID | None = None) -> Response:
    """The newest measurement of each competence, or one attempt's."""
    await view.learner()
    attempts, competences, result, route = await asyncio.gather(
        view.ask.get("/me/attempts"),
        view.ask.get("/me/competences"),
        view.ask.get(f"/attempts/{attempt}/result") if attempt else optional(none()),
        optional(view.ask.get("/me/route")),
    )
    done = [one for one in attempts["items"] if one["status"] == "completed"]
    running = next((one for one in attempts["items"] if one["status"] == "running" and one["seconds_left"]), None)
    lines: list[dict[str, Any]] = [
        {"change": None, "history": (), **one} for one in (result or {"competences": competences["items"]})["competences"]
    ]
    return await view.show(
        "profile.html",
        section="teacher",
        title=conclusion(lines),
        lines=lines,
        done=done,
        running=running,
        chosen=str(attempt) if attempt else "",
        measured_at=result["completed_at"] if result else max((one["measured_at"] for one in lines), default=None),
        bands=result["bands"] if result else [],
        route=route,
        to_do={kind: [one for one in lines if one["quadrant"] == kind] for kind in ("confirmed", "blind_spot", "doubt")},
    )


async def none() -> None:
    return None


def conclusion(lines: Sequence[Mapping[str, Any]]) -> str:
    """The page's title: what the measurement says, in one line."""
    if not lines:
        return "Профиль появится после диагностики"
    strong = sum(one["verdict"] == "none" for one in lines)
    weak = sum(one["verdict"] == "deficit" for one in lines)
    supports = f"{worded(strong, FEMININE)}{NB}{plural(strong, 'опора', 'опоры', 'опор')}" if strong else ""
    places = f"{worded(weak, NEUTER)}{NB}{plural(weak, 'место', 'места', 'мест')}, где стоит добавить" if weak else ""
    if not supports and not places:
        return "Пока данных мало, чтобы назвать уровень"
    return capital(f"{supports} и{NB}{places}" if supports and places else supports or places) + ("" if places else ", дефицитов нет")


def worded(count: int, words: tuple[str, ...]) -> str:
    return words[count] if count < len(words) else str(count)
