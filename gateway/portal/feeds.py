"""The public register for machines: site map, news feed and robots' rules as text."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from email.utils import format_datetime
from typing import Any
from xml.etree import ElementTree as XML

from gateway.portal.words import JOINED, as_moment, period
from shared.clock import REGION

SITEMAP, ATOM = "http://www.sitemaps.org/schemas/sitemap/0.9", "http://www.w3.org/2005/Atom"
MOST_ADDRESSES, MOST_NEWS = 50_000, 50
PAGES = ("/", "/programmes", "/organisations", "/events", "/news", "/documents", "/procedures", "/help", "/support", "/open-data")
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
PRIVATE = (
    "/api/v1/",
    "/cabinet",
    "/callback/",
    "/consents",
    "/enter",
    "/events?",
    "/journal",
    "/mail",
    "/moderation",
    "/news?",
    "/operations",
    "/operator/",
    "/organisations?",
    "/parked/",
    "/programmes/*/application",
    "/programmes/subscription",
    "/programmes?",
    "/provider/",
    "/queue",
    "/reading",
    "/reports",
    "/search",
    "/sign-in",
    "/sign-out",
    "/subscriptions/",
    "/traces",
)
"""What robots leave alone: everything of a person, of staff and of the machine, and endless searches whose cards the site map names."""

XML.register_namespace("atom", ATOM)


def robots(*, portal: str) -> str:
    return "\n".join(["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE), "", f"Sitemap: {portal}/sitemap.xml", ""])


def site_map(
    programmes: Iterable[Mapping[str, Any]],
    organisations: Iterable[Mapping[str, Any]],
    groups: Iterable[Mapping[str, Any]],
    *,
    others: Iterable[tuple[str, str]] = (),
    portal: str,
    today: date,
) -> bytes:
    """Every public page with the day on which it last changed, a programme's as far as its groups tell it; `others` are paths and days."""
    changed: dict[str, str] = {}
    for group in groups:
        days = [group["enrolment_opens"]] if group["enrolment_opens"] <= today.isoformat() else []
        if published := group["programme"].get("published_at"):
            days.append(as_moment(published).date().isoformat())
        programme = group["programme"]["id"]
        changed[programme] = max([changed.get(programme, ""), *days])
    root = XML.Element("urlset", xmlns=SITEMAP)
    cards = [(f"/programmes/{one['id']}", changed.get(one["id"], "")) for one in programmes]
    cards += others
    cards += [(f"/organisations/{one['id']}", as_moment(one["changed_at"]).date().isoformat()) for one in organisations]
    for path, day in [*((page, "") for page in PAGES), *cards][:MOST_ADDRESSES]:
        url = XML.SubElement(root, "url")
        worded(url, "loc", portal + path)
        if day:
            worded(url, "lastmod", day)
    return whole(root)


def group_news(groups: Iterable[Mapping[str, Any]], *, portal: str, now: datetime) -> bytes:
    """RSS 2.0 of groups that can be applied for, the one opened last first; a group keeps its guid whatever changes."""
    opened = [one for one in groups if one["status"] == "announced" and one["enrolment"] == "open"]
    opened.sort(key=lambda one: (one["enrolment_opens"], one["id"]), reverse=True)
    root, channel = rss(
        "Новые потоки — Организация ДПО",
        "Потоки программ повышения квалификации педагогов Челябинской области, на которые открылась запись.",
        page=f"{portal}/programmes",
        itself=f"{portal}/groups.rss",
        now=now,
    )
    for group in opened[:MOST_NEWS]:
        news(channel, group, portal)
    return whole(root)


def latest_news(pieces: Iterable[Mapping[str, Any]], *, portal: str, now: datetime) -> bytes:
    """RSS 2.0 of news, the newest first."""
    root, channel = rss(
        "Новости — Организация ДПО",
        "Новости дополнительного профессионального образования педагогов Челябинской области.",
        page=f"{portal}/news",
        itself=f"{portal}/news.rss",
        now=now,
    )
    for one in pieces:
        item = XML.SubElement(channel, "item")
        worded(item, "title", one["title"])
        worded(item, "link", f"{portal}/news/{one['id']}")
        worded(item, "description", one["lead"])
        worded(item, "category", one["organisation"]["short_name"])
        worded(item, "guid", f"urn:uuid:{one['id']}", isPermaLink="false")
        worded(item, "pubDate", format_datetime(as_moment(one["published_at"])))
    return whole(root)


def rss(title: str, about: str, *, page: str, itself: str, now: datetime) -> tuple[XML.Element, XML.Element]:
    """A feed, and its channel without items."""
    root = XML.Element("rss", version="2.0")
    channel = XML.SubElement(root, "channel")
    worded(channel, "title", title)
    worded(channel, "link", page)
    worded(channel, "description", about)
    worded(channel, "language", "ru")
    worded(channel, "lastBuildDate", format_datetime(now.astimezone(REGION)))
    worded(channel, "ttl", "60")
    XML.SubElement(channel, f"{{{ATOM}}}link", href=itself, rel="self", type="application/rss+xml")
    return root, channel


def news(channel: XML.Element, group: Mapping[str, Any], portal: str) -> None:
    programme, item = group["programme"], XML.SubElement(channel, "item")
    where = f", {group['municipality']}" if group["municipality"] else ""
    free = f" Свободно мест: {group['seats']['free']}." if group["seats"] else ""
    closes = date.fromisoformat(group["enrolment_closes"])
    worded(item, "title", f"{programme['title']} ({period(group['starts'], group['ends'], year=True).replace(JOINED, '')})")
    worded(item, "link", f"{portal}/programmes/{programme['id']}")
    about = f"{group['provider']['name']}. {programme['hours']} ч, {group['form']['short']}{where}. Запись до {closes:%d.%m.%Y}.{free}"
    worded(item, "description", about)
    worded(item, "category", group["form"]["title"])
    worded(item, "guid", f"urn:uuid:{group['id']}", isPermaLink="false")
    opens = datetime.combine(date.fromisoformat(group["enrolment_opens"]), time(), REGION)
    worded(item, "pubDate", format_datetime(opens))


def worded(parent: XML.Element, name: str, text: str, **attributes: str) -> None:
    """An element with a text; characters that XML does not know are left out."""
    XML.SubElement(parent, name, attributes).text = NOT_XML.sub("", text)


def whole(root: XML.Element) -> bytes:
    return bytes(XML.tostring(root, encoding="utf-8", xml_declaration=True))
