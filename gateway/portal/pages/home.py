"""The front page, help, settings of reading, and where a person goes after signing in."""

import asyncio
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Response

from gateway.client import optional
from gateway.portal.frame import READING, READING_COOKIE, reading_cookie
from gateway.portal.page import At, Page
from gateway.portal.words import as_date
from gateway.rules import cookie, safe_return

router = APIRouter(route_class=Page)
SOON, EVENTS, NEWS, CALENDAR_DAYS, KEPT_SECONDS = 4, 3, 3, 14, 365 * 24 * 3600


@router.get("/")
async def home(view: At) -> Response:
    """One search, three doors, what opens soon, events and news."""
    groups, found, events, news = await asyncio.gather(
        optional(view.ask.get("/groups", starts_from=view.today, limit=40)),
        optional(view.ask.get("/programmes", limit=1)),
        optional(view.ask.get("/events", limit=40)),
        optional(view.ask.get("/news", limit=NEWS)),
    )
    coming = (events or {"items": []})["items"]
    open_groups = [one for one in (groups or {"items": []})["items"] if one["status"] == "announced" and one["enrolment"] != "closed"]
    facets = (found or {"facets": {}})["facets"]
    return await view.show(
        "home.html",
        title="Повышение квалификации педагогов",
        groups=open_groups[:SOON],
        more=len(open_groups) > SOON,
        weeks=calendar(view.today, coming),
        events=coming[:EVENTS],
        news=(news or {"items": []})["items"],
        total=(found or {}).get("total"),
        with_seats=count_of(facets.get("has_seats", []), "true"),
        free=sum(one["count"] for one in facets.get("funding", []) if one["value"] != "paid"),
        providers=len(facets.get("provider", [])),
    )


def count_of(values: list[Mapping[str, Any]], value: str) -> int | None:
    return next((one["count"] for one in values if str(one["value"]).lower() == value), None)


def calendar(today: date, events: list[Mapping[str, Any]]) -> list[list[tuple[date, int]]]:
    """Two weeks from Monday on: every day with the number of events that start on it."""
    monday = today - timedelta(days=today.weekday())
    starts = [as_date(one["starts"]) for one in events]
    days = [(monday + timedelta(days=offset)) for offset in range(CALENDAR_DAYS)]
    return [[(one, starts.count(one)) for one in days[at : at + 7]] for at in range(0, CALENDAR_DAYS, 7)]


@router.get("/enter")
async def enter(view: At) -> Response:
    """Send whoever has signed in to their own first page."""
    frame = await view.signed_in()
    return view.go(frame.sections[0].href if frame.sections else "/consents")


@router.get("/help")
async def help_page(view: At) -> Response:
    return await view.show("help.html", title="Помощь")


@router.post("/reading")
async def keep_reading(view: At) -> Response:
    """Remember how the visitor reads, in this browser only."""
    form = await view.form()
    chosen = {name: str(form.get(name, "")) for name in READING}
    response = view.go(safe_return(str(form.get("return_to", "/"))), "reading_kept")
    kept = reading_cookie(chosen)
    https, seconds = view.settings.https, KEPT_SECONDS if kept else 0
    response.headers.append("set-cookie", cookie(READING_COOKIE, kept, https=https, max_age=seconds))
    return response
