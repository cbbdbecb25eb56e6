"""The public register for people and machines: cards, linked data, calendars, feeds, robots."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as XML

import pytest
from fastapi.routing import APIRoute

from gateway import sign_in
from gateway.portal import feeds
from gateway.portal.calendars import escaped, folded, group_calendar
from gateway.portal.frame import Frame
from gateway.portal.linked_data import course, organisation, script
from gateway.portal.pages.open_data import examples
from gateway.portal.routers import ROUTERS
from gateway.portal.templates import ENVIRONMENT

PORTAL, TODAY = "https://dpo.example", date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)
EVIL = 'Курс </script><script>alert("1")</script> & «ещё»'


def coded(code: str, title: str = "") -> dict[str, str]:
    return {"code": code, "title": title or code, "short": title or code}


def group(number: int, **changed: Any) -> dict[str, Any]:
    """A group as lists and its own page show it."""
    return {
        "id": f"00000000-0000-4000-8000-{number:012}",
        "starts": "2026-12-01",
        "ends": "2026-12-18",
        "enrolment_opens": "2026-11-01",
        "enrolment_closes": "2026-11-28",
        "enrolment": "open",
        "capacity_asked": 25,
        "form": coded("full_time", "очно"),
        "municipality": "Миасский ГО",
        "place": "ул. Романенко, 1; каб. 5",
        "contact_phone": None,
        "contact_email": None,
        "status": "announced",
        "seats": {"capacity": 25, "held": 5, "taken": 10, "waiting": 0, "free": 10},
        "programme": {"id": "p1", "code": "ПК-26-0107", "title": EVIL, "hours": 36, "published_at": "2026-10-02T20:00:00Z"},
        "provider": {"id": "o1", "name": "Институт", "short_name": "Институт"},
        "timetable": [],
        "revision": 3,
        **changed,
    }


def programme(**changed: Any) -> dict[str, Any]:
    return {
        "id": "p1",
        "code": "ПК-26-0107",
        "title": EVIL,
        "annotation": EVIL,
        "goal": "",
        "teachers": [],
        "files": [],
        "register_number": None,
        "hours": 36,
        "fee": 0,
        "document": coded("qualification_certificate", "Удостоверение о повышении квалификации"),
        "audience": {"positions": [coded("teacher", "Учитель")], "subjects": [coded("mathematics", "Математика")], "levels": []},
        "competences": [{"code": "ПРЕД-1", "title": "Числа"}],
        "outline": [{"title": "Дроби", "hours": 8, "content": ""}],
        "provider": {"id": "o1", "name": "Институт", "short_name": "Институт"},
        **changed,
    }


def register_card(**changed: Any) -> dict[str, Any]:
    return {
        "id": "o1",
        "code": "institute",
        "kind": coded("provider", "Организация дополнительного профессионального образования"),
        "name": EVIL,
        "short_name": "Институт",
        "previous_name": "Прежний институт",
        "valid_from": "2020-01-01",
        "inn": "7451234567",
        "kpp": None,
        "ogrn": "1027400000000",
        "oktmo": "75701000",
        "municipality": "Челябинский ГО",
        "authority_id": "o0",
        "agency_id": None,
        "address": "ул. Красноармейская, 88",
        "site": "https://institute.example",
        "phone": "+7 (351) 200-00-00",
        "email": "info@institute.example",
        "founder": None,
        "licence": {"number": "Л035-01", "issued": "2020-02-14", "authority": "Министерство", "status": "active"},
        "changed_at": "2026-11-20T20:00:00Z",
        "above": [{"id": "o0", "short_name": "Минобр", "kind": coded("ministry")}],
        "status": "active",
        "merged_into": None,
        "revision": 2,
        "names": [
            {"valid_from": "2020-01-01", "name": EVIL, "short_name": "Институт"},
            {"valid_from": "2004-05-01", "name": "Прежний институт", "short_name": "ПИ"},
        ],
        "programmes": 7,
        **changed,
    }


ABOVE = {"id": "o0", "kind": coded("ministry"), "name": "Министерство", "short_name": "Минобр"}


class Scripts(HTMLParser):
    """The script elements of a page as a browser sees them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found, self.inside = list[tuple[dict[str, str | None], str]](), False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag == "script"
        if self.inside:
            self.found.append((dict(attrs), ""))

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            attributes, text = self.found[-1]
            self.found[-1] = (attributes, text + data)


def linked(html: str) -> Any:
    """The one JSON-LD object of a page; nothing else in it may be a script of its own."""
    scripts = Scripts(html).found
    assert all("src" in attributes for attributes, _ in scripts if attributes.get("type") != "application/ld+json")
    [text] = [text for attributes, text in scripts if attributes.get("type") == "application/ld+json"]
    return json.loads(text)


def shown(template: str, **facts: Any) -> str:
    frame = Frame(path="/organisations/o1", query="", today=TODAY)
    return ENVIRONMENT.get_template(template).render(frame=frame, section="", doors=(), issuers=1, title="Название", **facts)


def card_page(card: dict[str, Any], **changed: Any) -> str:
    facts: dict[str, Any] = {
        "organisation": card,
        "teaches": True,
        "above": ABOVE,
        "agency": None,
        "successor": None,
        "former": card["names"][1:],
        "programmes": {"items": []},
        "groups": [group(1)],
        "groups_shown": 6,
        "events": {"items": [], "total": 0},
        "beneath": {"items": [], "next": None},
        "beneath_href": "/organisations?kind=all",
        "address": f"{PORTAL}/organisations/o1",
        "json_ld": script(organisation(card, ABOVE, portal=PORTAL)),
    }
    return shown("organisation.html", **{**facts, **changed})


def test_an_organisations_card_says_what_it_is_and_no_text_becomes_markup() -> None:
    html = card_page(register_card())
    for words in ("Прежний институт", "7451234567", "1027400000000", 'href="/organisations/o0"', "institute.example"):
        assert words in html
    assert "<script>alert" not in html
    assert 'href="/programmes?provider=o1"' in html
    said = linked(html)
    assert (said["@context"], said["@type"], said["name"]) == ("https://schema.org", "EducationalOrganization", EVIL)
    assert said["alternateName"] == ["Институт", "Прежний институт"]
    assert said["taxID"] == "7451234567"
    assert said["identifier"] == [{"@type": "PropertyValue", "propertyID": "ОГРН", "value": "1027400000000"}]
    assert said["parentOrganization"]["@type"] == "GovernmentOrganization"
    assert said["address"]["addressCountry"] == "RU"


def test_what_is_not_known_is_neither_shown_nor_said() -> None:
    bare = register_card(inn=None, ogrn=None, site=None, phone=None, email=None, address=None, municipality=None, names=[], programmes=0)
    html = card_page(bare, above=None, groups=None, programmes=None, json_ld=script(organisation(bare, None, portal=PORTAL)))
    assert "в&nbsp;реестре не&nbsp;указаны" in html.replace("\u00a0", "&nbsp;")
    assert "None" not in html
    assert not {"taxID", "identifier", "sameAs", "parentOrganization"} & set(linked(html))


@pytest.mark.parametrize(("status", "words"), [("merged", "Присоединена"), ("closed", "Организация закрыта")])
def test_an_organisation_that_is_gone_says_so(status: str, words: str) -> None:
    assert words in card_page(register_card(status=status))


def test_a_programme_is_a_course_with_an_instance_for_every_group_that_takes_people() -> None:
    groups = [
        group(1),
        group(2, enrolment="not_yet", form=coded("distance"), seats=None),
        group(3, enrolment="closed"),
        group(4, seats={"capacity": 5, "held": 0, "taken": 5, "free": 0}, form=coded("blended")),
    ]
    said = json.loads(script(course(programme(), groups, portal=PORTAL)))
    assert (said["@type"], said["name"], said["courseCode"]) == ("Course", EVIL, "ПК-26-0107")
    assert said["provider"] == {
        "@type": "EducationalOrganization",
        "@id": f"{PORTAL}/organisations/o1",
        "url": f"{PORTAL}/organisations/o1",
        "name": "Институт",
    }
    assert said["educationalCredentialAwarded"] == "Удостоверение о повышении квалификации"
    assert said["audience"] == {"@type": "EducationalAudience", "educationalRole": "teacher", "audienceType": "Учитель"}
    assert said["teaches"] == [{"@type": "DefinedTerm", "termCode": "ПРЕД-1", "name": "Числа"}]
    assert said["offers"]["category"] == "Free"
    assert "educationalLevel" not in said
    first, coming, full = said["hasCourseInstance"]
    assert [one["courseMode"] for one in (first, coming, full)] == ["Onsite", "Online", "Blended"]
    assert (first["startDate"], first["endDate"], first["courseWorkload"]) == ("2026-12-01", "2026-12-18", "PT36H")
    assert (first["maximumAttendeeCapacity"], first["remainingAttendeeCapacity"]) == (25, 10)
    stock = [one["offers"]["availability"].rpartition("/")[2] for one in (first, coming, full)]
    assert stock == ["InStock", "PreOrder", "SoldOut"]
    assert coming["location"]["@type"] == "VirtualLocation"


def test_a_paid_course_says_its_price() -> None:
    said = course(programme(fee=4800), [group(1)], portal=PORTAL)
    assert said["isAccessibleForFree"] is False
    assert said["hasCourseInstance"][0]["offers"] | {"url": ""} == {
        "@type": "Offer",
        "category": "Paid",
        "price": 4800,
        "priceCurrency": "RUB",
        "url": "",
        "availability": "https://schema.org/InStock",
        "availabilityStarts": "2026-11-01",
        "availabilityEnds": "2026-11-28",
    }


def test_no_text_ends_the_script_element() -> None:
    text = script({"name": "</ScRiPt><!--<script>]]>&amp;\u2028"})
    assert not set("<>&") & set(text)
    assert json.loads(text)["name"] == "</ScRiPt><!--<script>]]>&amp;\u2028"
    assert linked(f'<script type="application/ld+json">{text}</script>')["name"].startswith("</ScRiPt>")


def unfolded(calendar: str) -> list[str]:
    return re.sub(r"\r\n[ \t]", "", calendar).split("\r\n")


def events(calendar: str) -> list[dict[str, str]]:
    """The events of a calendar, property by property, texts unescaped."""
    found: list[dict[str, str]] = []
    for line in unfolded(calendar):
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found:
            plain = re.sub(r"\\(.)", lambda one: "\n" if one[1] in "nN" else one[1], value)
            found[-1].setdefault(name, plain)
    return found


def test_a_groups_calendar_covers_its_days() -> None:
    calendar = group_calendar(group(1), portal=PORTAL, now=NOW)
    assert calendar.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert calendar.endswith("END:VCALENDAR\r\n")
    assert all(len(line.encode()) <= 75 for line in calendar.split("\r\n"))
    assert "\n" not in calendar.replace("\r\n", "")
    assert "X-WR-TIMEZONE:Asia/Yekaterinburg" in unfolded(calendar)
    [event] = events(calendar)
    assert event["DTSTART;VALUE=DATE"] == "20261201"
    assert event["DTEND;VALUE=DATE"] == "20261219"
    assert event["UID"] == "urn:uuid:00000000-0000-4000-8000-000000000001"
    assert (event["DTSTAMP"], event["SEQUENCE"], event["STATUS"]) == ("20261124T203000Z", "3", "CONFIRMED")
    assert event["SUMMARY"] == EVIL
    assert event["LOCATION"] == "ул. Романенко, 1; каб. 5"
    assert event["DESCRIPTION"].endswith(f"\n{PORTAL}/programmes/p1")


def test_lessons_stand_in_the_calendar_on_the_regions_clock() -> None:
    lessons = [{"starts": "2026-12-01T05:00:00Z", "ends": "2026-12-01T07:30:00Z", "place": None}]
    calendar = group_calendar(group(1, timetable=lessons), portal=PORTAL, now=NOW)
    assert "TZID:Asia/Yekaterinburg" in unfolded(calendar)
    lesson = events(calendar)[1]
    assert lesson["DTSTART;TZID=Asia/Yekaterinburg"] == "20261201T100000"
    assert lesson["DTEND;TZID=Asia/Yekaterinburg"] == "20261201T123000"
    assert lesson["UID"] != events(calendar)[0]["UID"]


def test_a_cancelled_group_is_cancelled_in_the_calendar_too() -> None:
    calendar = group_calendar(group(1, status="cancelled", place=None, municipality=None), portal=PORTAL, now=NOW)
    assert events(calendar)[0]["STATUS"] == "CANCELLED"
    assert "LOCATION" not in events(calendar)[0]


@pytest.mark.parametrize("text", ["к" * 200, "a" * 75, "a" * 76, "", "€" * 26, "я" + "a" * 74])
def test_folding_keeps_the_text_and_tears_no_character(text: str) -> None:
    pieces = folded(text).split("\r\n")
    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert pieces[0] + "".join(piece[1:] for piece in pieces[1:]) == text
    assert all(piece.startswith(" ") for piece in pieces[1:])


def test_a_text_can_not_add_a_property() -> None:
    assert escaped("a\r\nATTENDEE:b\x07;c,d\\") == "a\\nATTENDEE:b\\;c\\,d\\\\"


def test_the_feed_tells_of_groups_that_can_be_applied_for_the_newest_first() -> None:
    listed = [
        group(1, enrolment_opens="2026-11-01"),
        group(2, enrolment_opens="2026-11-20"),
        group(3, enrolment="not_yet", enrolment_opens="2026-12-01"),
        group(4, enrolment="closed"),
        group(5, status="cancelled"),
    ]
    root = XML.fromstring(feeds.group_news(listed, portal=PORTAL, now=NOW))
    items = root.findall("channel/item")
    assert root.attrib["version"] == "2.0"
    assert [one.findtext("guid") for one in items] == [f"urn:uuid:00000000-0000-4000-8000-00000000000{n}" for n in (2, 1)]
    assert items[0].find("guid").attrib == {"isPermaLink": "false"}  # type: ignore[union-attr]
    assert items[0].findtext("title", "").startswith(EVIL)
    opened = parsedate_to_datetime(items[0].findtext("pubDate", ""))
    assert (opened.date(), opened.utcoffset()) == (date(2026, 11, 20), timedelta(hours=5))
    own = root.find(f"channel/{{{feeds.ATOM}}}link")
    assert own is not None
    assert own.attrib["href"] == f"{PORTAL}/groups.rss"
    later = XML.fromstring(feeds.group_news(reversed(listed), portal=PORTAL, now=NOW + timedelta(days=1)))
    assert [one.findtext("guid") for one in later.iter("item")] == [one.findtext("guid") for one in items]


def test_a_feed_with_characters_that_xml_does_not_know_is_still_xml() -> None:
    strange = group(1) | {"provider": {"id": "o1", "name": "Ин\x01ст\uffffитут", "short_name": ""}}
    root = XML.fromstring(feeds.group_news([strange], portal=PORTAL, now=NOW))
    assert root.findtext("channel/item/description", "").startswith("Институт.")


def test_the_site_map_names_every_card_and_when_it_changed_as_far_as_known() -> None:
    listed = [group(1, enrolment_opens="2026-11-20"), group(2, enrolment_opens="2026-12-20")]
    root = XML.fromstring(feeds.site_map([{"id": "p1"}, {"id": "p2"}], [register_card()], listed, portal=PORTAL, today=TODAY))
    names = {"s": feeds.SITEMAP}
    found = {one.findtext("s:loc", "", names): one.findtext("s:lastmod", None, names) for one in root.findall("s:url", names)}
    assert set(found) == {f"{PORTAL}{path}" for path in (*feeds.PAGES, "/programmes/p1", "/programmes/p2", "/organisations/o1")}
    assert found[f"{PORTAL}/programmes/p1"] == "2026-11-20"
    assert found[f"{PORTAL}/programmes/p2"] is None
    assert found[f"{PORTAL}/organisations/o1"] == "2026-11-21", "changed on the evening of the 20th in UTC"
    early = feeds.site_map([{"id": "p1"}], [], [group(2, enrolment_opens="2026-12-20")], portal=PORTAL, today=TODAY)
    assert b"<lastmod>2026-10-03</lastmod>" in early, "published on the evening of the 2nd in UTC, on the 3rd in the region"


def test_the_site_map_keeps_to_its_limit() -> None:
    many = ({"id": str(number)} for number in range(feeds.MOST_ADDRESSES + 5))
    assert feeds.site_map(many, [], [], portal=PORTAL, today=TODAY).count(b"<url>") == feeds.MOST_ADDRESSES


def closed_to_robots(path: str) -> bool:
    """Whether our robots.txt closes a path, read as RFC 9309 says: prefixes, where * is anything."""
    rules = [line.partition(": ")[2] for line in feeds.robots(portal=PORTAL).splitlines() if line.startswith("Disallow: ")]
    return any(re.match(re.escape(rule).replace(r"\*", ".*"), path) for rule in rules)


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
