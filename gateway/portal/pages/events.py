"""Events: the list with a month's calendar, the card of one, and both for somebody's own calendar."""

import asyncio
import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.client import Client, Refused, optional
from gateway.door.visitors import NOBODY
from gateway.portal.calendars import events_calendar
from gateway.portal.linked_data import event, script
from gateway.portal.page import At, Page
from gateway.portal.pages.feeds import answer, every, kept
from gateway.portal.pages.reviews import MARKS
from gateway.portal.words import as_date

router = APIRouter(route_class=Page)
PAGE, AT_ONCE, REVIEWS, FEED_PAST = 10, 100, 3, timedelta(days=60)
FILTERS = ("kind", "format", "oktmo", "organiser", "competence")
NAMES = ("when", *FILTERS, "day", "month")
WHEN = (("coming", "Скоро"), ("past", "Прошедшие"))
MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


@router.get("/events")
async def calendar(
    view: At,
    when: str = "",
    kind: str = "",
    format: str = "",
    oktmo: str = "",
    organiser: str = "",
    competence: str = "",
    day: str = "",
    month: str = "",
    cursor: str = "",
) -> Response:
    """Coming events, past ones, or those of one day; the address is the question."""
    chosen, shown_month = day_in(day), month_in(month, day, view.today)
    asked = {
        "when": when if when in dict(WHEN) else "coming",
        "kind": kind,
        "format": format,
        "oktmo": oktmo,
        "organiser": organiser,
        "competence": competence,
        "day": chosen.isoformat() if chosen else "",
        "month": month if month else "",
    }
    filters = {name: asked[name] or None for name in FILTERS}
    dated: dict[str, Any] = {"when": "any", "starts_from": chosen, "starts_to": chosen} if chosen else {"when": asked["when"]}
    try:
        found = await view.ask.get("/events", **filters, **dated, cancelled=bool(chosen), cursor=cursor or None, limit=PAGE)
    except Refused as refused:
        if refused.status != 422:
            raise
        filters, cursor, asked = {}, "", {**asked, **dict.fromkeys(FILTERS, "")}
        found = await view.ask.get("/events", **dated, limit=PAGE)
    first, last = ends_of(shown_month)
    month_found = await optional(view.ask.get("/events", **filters, when="any", starts_from=first, starts_to=last, limit=AT_ONCE))
    starts = [as_date(one["starts"]) for one in (month_found or {"items": []})["items"]]
    return await view.show(
        "events.html",
        title="Мероприятия",
        found=found,
        asked=asked,
        day=chosen,
        whens=[(code, name, address(asked, when=code, day="", month="")) for code, name in WHEN],
        weeks=[
            [(one, starts.count(one) if one.month == first.month else 0, address(asked, day=one.isoformat())) for one in week]
            for week in weeks_of(first)
        ],
        month=first,
        before=address(asked, month=f"{first - timedelta(days=1):%Y-%m}", day=""),
        after=address(asked, month=f"{last + timedelta(days=1):%Y-%m}", day=""),
        all_days=address(asked, day=""),
        next_href=address(asked, cursor=found["next"]) if found["next"] else "",
        first_href=address(asked) if cursor else "",
    )


def day_in(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def month_in(month: str, day: str, today: date) -> date:
    """The first day of the month to show: the one asked for, else that of the day chosen, else this one."""
    if MONTH.fullmatch(month):
        return date.fromisoformat(f"{month}-01")
    chosen = day_in(day) or today
    return chosen.replace(day=1) if 2000 <= chosen.year < 2100 else today.replace(day=1)


def ends_of(month: date) -> tuple[date, date]:
    following = (month + timedelta(days=31)).replace(day=1)
    return month, following - timedelta(days=1)


def weeks_of(month: date) -> list[list[date]]:
    """The weeks that a month touches, from Monday to Sunday."""
    first, last = ends_of(month)
    monday = first - timedelta(days=first.weekday())
    count = ((last - monday).days // 7) + 1
    return [[monday + timedelta(days=7 * week + place) for place in range(7)] for week in range(count)]


def address(asked: Mapping[str, str], **changed: str) -> str:
    """The address of the list asked differently."""
    said = {name: value for name, value in {**asked, **changed}.items() if value and (name, value) != ("when", "coming")}
    return f"/events?{urlencode(said)}" if said else "/events"


@router.get("/events.ics")
async def feed(view: At) -> Response:
    """Events to come and the latest ones, for a calendar that asks again and again."""
    guest, portal = Client(view.gate, NOBODY), view.settings.public_url

    async def make() -> bytes:
        events = await every(guest, "/events", when="any", starts_from=view.today - FEED_PAST, cancelled=True)
        return events_calendar(events, portal=portal, now=view.now).encode()

    return answer(view, await kept(view).of("events", view.today, make), "text/calendar; charset=utf-8")


@router.get("/events/{event_id}.ics")
async def one_for_calendars(view: At, event_id: UUID) -> Response:
    """One event for somebody's own calendar."""
    shown = await view.ask.get(f"/events/{event_id}")
    made = answer(view, events_calendar([shown], portal=view.settings.public_url, now=view.now).encode(), "text/calendar; charset=utf-8")
    made.headers["content-disposition"] = f'attachment; filename="event-{as_date(shown["starts"])}.ics"'
    if shown["status"] == "draft":
        made.headers["cache-control"] = "no-store"
    return made


async def nothing() -> None:
    return None


@router.get("/events/{event_id}")
async def card(view: At, event_id: UUID) -> Response:
    """One event: when, where, what happens, and what else its organiser does."""
    shown = await view.ask.get(f"/events/{event_id}")
    over = shown["ends"] < view.now.isoformat()
    more, reviews, frame = await asyncio.gather(
        optional(view.ask.get("/events", organiser=shown["organiser"]["id"], limit=4)),
        optional(view.ask.get(f"/events/{event_id}/reviews", limit=REVIEWS)) if over else optional(nothing()),
        view.frame(),
    )
    scopes = {grant["scope"] for grant in frame.roles("provider_specialist")}
    return await view.show(
        "event.html",
        title=shown["title"],
        event=shown,
        over=over,
        reviews=reviews,
        marks=MARKS,
        more=[one for one in (more or {"items": []})["items"] if one["id"] != shown["id"]][:3],
        may_edit=frame.has("operator") or shown["organiser"]["id"] in scopes,
        address=f"{view.settings.public_url}/events/{event_id}",
        json_ld=script(event(shown, portal=view.settings.public_url)),
    )
