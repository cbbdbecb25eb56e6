"""The register for machines: site map, robots' rules, news of groups, and a group's calendar."""

import asyncio
import gzip
import hashlib
import time
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.client import Client
from gateway.door.visitors import NOBODY
from gateway.portal import feeds
from gateway.portal.calendars import group_calendar
from gateway.portal.page import WORTH_PACKING, At, Page, View
from gateway.portal.words import as_moment

router = APIRouter(route_class=Page)
AT_ONCE, KEPT_SECONDS, EVENTS_KEPT = 100, 300.0, timedelta(days=365)


class Kept:
    """Documents that take many questions to make: made anew after five minutes or on a new day, once for all who wait."""

    def __init__(self) -> None:
        self.lock, self.made = asyncio.Lock(), dict[str, tuple[float, date, bytes]]()

    async def of(self, name: str, today: date, make: Callable[[], Awaitable[bytes]]) -> bytes:
        async with self.lock:
            made_at, day, body = self.made.get(name, (float("-inf"), today, b""))
            if day != today or time.monotonic() - made_at > KEPT_SECONDS:
                body = await make()
                self.made[name] = (time.monotonic(), today, body)
        return body


def kept(view: View) -> Kept:
    """The documents of this gateway."""
    state = view.request.app.state
    if not hasattr(state, "kept_feeds"):
        state.kept_feeds = Kept()
    found: Kept = state.kept_feeds
    return found


async def every(ask: Client, path: str, **query: Any) -> list[dict[str, Any]]:
    """All items of a list, page by page, as many as a site map takes."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while len(found) < feeds.MOST_ADDRESSES:
        page = await ask.get(path, **query, cursor=cursor, limit=AT_ONCE)
        found += page["items"]
        if (cursor := page["next"]) is None:
            break
    return found


@router.get("/robots.txt")
async def robots(view: At) -> Response:
    return answer(view, feeds.robots(portal=view.settings.public_url).encode(), "text/plain; charset=utf-8")


@router.get("/sitemap.xml")
async def site_map(view: At) -> Response:
    """Every public card."""
    guest, portal = Client(view.gate, NOBODY), view.settings.public_url

    async def make() -> bytes:
        programmes = await every(guest, "/programmes", sort="hours")
        organisations, groups = await every(guest, "/organisations"), await every(guest, "/groups")
        others = await published(guest, view.today)
        return feeds.site_map(programmes, organisations, groups, others=others, portal=portal, today=view.today)

    return answer(view, await kept(view).of("site_map", view.today, make), "application/xml; charset=utf-8")


async def published(guest: Client, today: date) -> list[tuple[str, str]]:
    """The addresses of events, news, documents and notices, with the day on which each last changed as far as it says so."""
    events = await every(guest, "/events", when="any", starts_from=today - EVENTS_KEPT)
    pieces, notices = await every(guest, "/news"), await every(guest, "/notices")
    documents = (await guest.get("/documents"))["items"]
    found = [(f"/events/{one['id']}", "") for one in events]
    found += [(f"/news/{one['id']}", as_moment(one["published_at"]).date().isoformat()) for one in pieces]
    found += [(f"/documents/{one['id']}", "") for one in documents]
    return [*found, *((f"/procedures/{one['id']}", "") for one in notices)]


@router.get("/news.rss")
async def latest_news(view: At) -> Response:
    """News as a feed."""
    guest, portal = Client(view.gate, NOBODY), view.settings.public_url

    async def make() -> bytes:
        found = await guest.get("/news", limit=feeds.MOST_NEWS)
        return feeds.latest_news(found["items"], portal=portal, now=view.now)

    return answer(view, await kept(view).of("news", view.today, make), "application/rss+xml; charset=utf-8")


@router.get("/groups.rss")
async def group_news(view: At) -> Response:
    """Groups whose enrolment has opened, as a feed."""
    guest, portal = Client(view.gate, NOBODY), view.settings.public_url

    async def make() -> bytes:
        return feeds.group_news(await every(guest, "/groups"), portal=portal, now=view.now)

    return answer(view, await kept(view).of("group_news", view.today, make), "application/rss+xml; charset=utf-8")


@router.get("/groups/{group_id}.ics")
async def calendar(view: At, group_id: UUID) -> Response:
    """A group's days and lessons for somebody's own calendar."""
    group = await view.ask.get(f"/groups/{group_id}")
    body = group_calendar(group, portal=view.settings.public_url, now=view.now).encode()
    made = answer(view, body, "text/calendar; charset=utf-8")
    made.headers["content-disposition"] = f'attachment; filename="group-{group["starts"]}.ics"'
    return made


def answer(view: View, body: bytes, media_type: str) -> Response:
    """A document that is the same for everybody and need not be sent again while it is."""
    asked = view.request.headers
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {"cache-control": f"public, max-age={int(KEPT_SECONDS)}", "etag": tag, "vary": "accept-encoding"}
    if tag in (one.strip() for one in asked.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=headers)
    if len(body) > WORTH_PACKING and "gzip" in asked.get("accept-encoding", ""):
        body, headers = gzip.compress(body, 5, mtime=0), {**headers, "content-encoding": "gzip"}
    return Response(body, headers=headers, media_type=media_type)
