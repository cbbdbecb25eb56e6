"""What robots may read, and what a program may copy from the page of open data."""

import re

from fastapi.routing import APIRoute

from gateway import sign_in
from gateway.portal import feeds
from gateway.portal.frame import Frame
from gateway.portal.pages.open_data import examples
from gateway.portal.routers import ROUTERS
from gateway.portal.templates import ENVIRONMENT
from tests.unit.portal.register import PORTAL, TODAY, shown

OPEN_TO_ROBOTS = {
    *feeds.PAGES,
    "/programmes/{programme_id}",
    "/programmes/{programme_id}/reviews",
    "/organisations/{organisation_id}",
    "/groups/{group_id}.ics",
    "/groups.rss",
    "/events/{event_id}",
    "/events.ics",
    "/events/{event_id}.ics",
    "/events/{event_id}/reviews",
    "/news/{news_id}",
    "/news.rss",
    "/documents/{document_id}",
    "/documents/{document_id}/versions/{number}.pdf",
    "/procedures/{procedure_id}",
    "/sitemap.xml",
    "/robots.txt",
    "/open-data/asyncapi.json",
    "/static/{digest}/{name}",
    "/favicon.ico",
    "/{path:path}",
}


def closed_to_robots(path: str) -> bool:
    """Whether our robots.txt closes a path, read as RFC 9309 says: prefixes, where * is anything."""
    rules = [line.partition(": ")[2] for line in feeds.robots(portal=PORTAL).splitlines() if line.startswith("Disallow: ")]
    return any(re.match(re.escape(rule).replace(r"\*", ".*"), path) for rule in rules)


def test_robots_keep_out_of_every_page_that_is_not_public() -> None:
    routes = [route for router in [*ROUTERS, sign_in.router] for route in router.routes if isinstance(route, APIRoute)]
    paths = {route.path for route in routes if "GET" in (route.methods or ())}
    assert {path for path in paths if not closed_to_robots(path)} == OPEN_TO_ROBOTS
    assert closed_to_robots("/programmes?q=1&cursor=2")
    assert feeds.robots(portal=PORTAL).endswith(f"Sitemap: {PORTAL}/sitemap.xml\n")


def test_pages_with_doors_of_a_cabinet_are_not_indexed() -> None:
    frame = Frame(path="/", query="", today=TODAY)
    page = ENVIRONMENT.get_template("help.html")
    facts = {"section": "", "issuers": 1, "title": "Помощь"}
    assert 'name="robots"' not in page.render(frame=frame, doors=(), **facts)
    signed_in = Frame(path="/", query="", today=TODAY, signed_in=True)
    assert '<meta name="robots" content="noindex">' in page.render(frame=signed_in, doors=(), **facts)


def test_the_examples_of_open_data_stand_on_the_page_as_they_are_typed() -> None:
    asked = list(examples(portal=PORTAL, today=TODAY))
    html = shown("open_data.html", examples=asked, api=f"{PORTAL}/api/v1", rate=30, burst=150)
    typed = re.findall(r"<code>(.*?)</code>", html)
    assert [one.replace("&#39;", "'") for one in typed] == [one.command for one in asked]
