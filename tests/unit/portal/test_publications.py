"""Events, news and notices as pages and machines see them: calendars, linked data, feeds, forms."""

import json
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from xml.etree import ElementTree as XML

import pytest
from starlette.datastructures import FormData

from gateway.portal import feeds
from gateway.portal.calendars import events_calendar
from gateway.portal.fields import typed_in
from gateway.portal.frame import Frame
from gateway.portal.linked_data import event, news_article, script
from gateway.portal.pages.documents import version_of
from gateway.portal.pages.events import address, month_in, weeks_of
from gateway.portal.publications import AGENDA, EVENTS, KINDS, fields_of
from gateway.portal.templates import ENVIRONMENT
from gateway.portal.words import JOINED, NB, span_of

PORTAL, TODAY, NOW = "https://dpo.example", date(2026, 11, 24), datetime(2026, 11, 24, 20, 30, tzinfo=UTC)
EVIL = 'Урок </script><script>alert("1")</script> & «ещё»'


def card(**changed: Any) -> dict[str, Any]:
    return {
        "id": "00000000-0000-4000-8000-000000000001",
        "kind": {"code": "seminar", "title": "Семинар", "short": "семинар"},
        "title": EVIL,
        "annotation": EVIL,
        "starts": "2026-11-28T05:00:00Z",
        "ends": "2026-11-28T09:00:00Z",
        "oktmo": "75742000",
        "municipality": "Миасский ГО",
        "place": "ул. Романенко, 1; каб. 5",
        "online": False,
        "link": None,
        "capacity_asked": 25,
        "organiser": {"id": "o1", "name": "Институт", "short_name": "Институт"},
        "status": "published",
        "cancellation_reason": None,
        "change_reason": EVIL,
        "changed_at": "2026-11-20T05:00:00Z",
        "revision": 3,
        "agenda": [{"time": "10:00", "title": EVIL, "speaker": "<b>методист</b>"}],
        "competences": [{"code": "М1", "title": EVIL}],
        **changed,
    }


def lines(calendar: str) -> list[str]:
    return calendar.replace("\r\n ", "").split("\r\n")


def test_events_stand_in_a_calendar_on_the_regions_clock() -> None:
    calendar = events_calendar([card(), card(id="2", status="cancelled", place=None, municipality=None)], portal=PORTAL, now=NOW)
    assert all(len(line.encode()) <= 75 for line in calendar.split("\r\n"))
    said = lines(calendar)
    assert "DTSTART;TZID=Asia/Yekaterinburg:20261128T100000" in said
    assert "DTEND;TZID=Asia/Yekaterinburg:20261128T140000" in said
    assert "LOCATION:ул. Романенко\\, 1\\; каб. 5\\, Миасский ГО" in said
    assert [line for line in said if line.startswith("STATUS")] == ["STATUS:CONFIRMED", "STATUS:CANCELLED"]
    assert said.count("BEGIN:VEVENT") == said.count("END:VEVENT") == 2
    assert "TZID:Asia/Yekaterinburg" in said


def test_an_event_that_is_only_online_is_where_its_link_is() -> None:
    online = card(place=None, municipality=None, link="https://webinar.example/1")
    assert "LOCATION:https://webinar.example/1" in lines(events_calendar([online], portal=PORTAL, now=NOW))


@pytest.mark.parametrize(
    ("place", "link", "mode"),
    [("зал", None, "Offline"), (None, "https://a.example", "Online"), ("зал", "https://a.example", "Mixed")],
)
def test_linked_data_says_how_an_event_is_attended(place: str | None, link: str | None, mode: str) -> None:
    said = event(card(place=place, link=link), portal=PORTAL)
    assert said["eventAttendanceMode"] == f"https://schema.org/{mode}EventAttendanceMode"
    assert len(said["location"]) == bool(place) + bool(link)
    assert event(card(status="cancelled"), portal=PORTAL)["eventStatus"].endswith("EventCancelled")


def test_no_word_of_an_event_ends_its_script_element() -> None:
    text = script(event(card(), portal=PORTAL))
    assert "</script" not in text
    assert json.loads(text)["name"] == EVIL


def piece(**changed: Any) -> dict[str, Any]:
    organisation = {"id": "o1", "name": "Институт", "short_name": "ИРО"}
    said = {"id": "n1", "title": EVIL, "lead": EVIL, "body": EVIL, "status": "published", "organisation": organisation}
    return {**said, "published_at": "2026-11-20T20:00:00Z", **changed}


def test_the_feed_of_news_is_xml_whatever_news_say() -> None:
    root = XML.fromstring(feeds.latest_news([piece(), piece(id="n2", title="Ин\x01ститут")], portal=PORTAL, now=NOW))
    items = root.findall("channel/item")
    assert [one.findtext("title") for one in items] == [EVIL, "Институт"]
    assert items[0].findtext("link") == f"{PORTAL}/news/n1"
    assert parsedate_to_datetime(items[0].findtext("pubDate", "")).date() == date(2026, 11, 21)
    assert json.loads(script(news_article(piece(), portal=PORTAL)))["headline"] == EVIL


def test_the_site_map_names_what_is_published_beside_programmes() -> None:
    root = XML.fromstring(feeds.site_map([], [], [], others=[("/news/n1", "2026-11-20"), ("/events/e1", "")], portal=PORTAL, today=TODAY))
    found = {one[0].text: one[1].text if len(one) > 1 else "" for one in root}
    assert found[f"{PORTAL}/news/n1"] == "2026-11-20"
    assert {f"{PORTAL}{path}" for path in ("/events/e1", "/events", "/news", "/documents")} <= found.keys()


def shown(name: str, **facts: Any) -> str:
    frame = Frame(path="/", query="", today=TODAY)
    return ENVIRONMENT.get_template(name).render(frame=frame, section="", doors=(), issuers=1, **facts)


def test_scripts_in_texts_are_shown_and_not_run() -> None:
    facts = {
        "more": [card()],
        "over": False,
        "reviews": None,
        "may_edit": True,
        "address": "a",
        "json_ld": script(event(card(), portal=PORTAL)),
    }
    for html in (
        shown("event.html", title=EVIL, event=card(), **facts),
        shown(
            "news_piece.html", title=EVIL, news=piece(), more=[piece()], address="a", json_ld=script(news_article(piece(), portal=PORTAL))
        ),
    ):
        assert "<script>alert" not in html
        assert "<b>методист" not in html
        assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [
        ("2026-11-28T05:00:00Z", "2026-11-28T09:00:00Z", f"28{NB}ноября, 10:00{JOINED}–{JOINED}14:00"),
        ("2026-11-28T05:00:00Z", "2026-12-02T09:00:00Z", f"28{NB}ноября, 10:00{NB}— 2{NB}декабря, 14:00"),
        ("2026-11-28T18:00:00Z", "2026-11-28T20:00:00Z", f"28{NB}ноября, 23:00{NB}— 29{NB}ноября, 01:00"),
    ],
)
def test_the_time_of_an_event_is_said_in_the_region(starts: str, ends: str, said: str) -> None:
    assert span_of(starts, ends) == said


def test_a_month_is_whole_weeks_around_it() -> None:
    weeks = weeks_of(date(2026, 11, 1))
    assert (weeks[0][0], weeks[-1][-1]) == (date(2026, 10, 26), date(2026, 12, 6))
    assert all(len(week) == 7 for week in weeks)
    assert weeks_of(date(2027, 2, 1))[0][0] == date(2027, 2, 1)
    assert len(weeks_of(date(2027, 2, 1))) == 4


@pytest.mark.parametrize(
    ("month", "day", "first"),
    [
        ("2026-12", "", date(2026, 12, 1)),
        ("13", "2027-01-15", date(2027, 1, 1)),
        ("", "9999-12-31", date(2026, 11, 1)),
        ("x", "y", date(2026, 11, 1)),
    ],
)
def test_any_address_shows_some_month(month: str, day: str, first: date) -> None:
    assert month_in(month, day, TODAY) == first


def test_the_usual_question_has_the_short_address() -> None:
    asked = {"when": "coming", "kind": "", "day": ""}
    assert address(asked) == "/events"
    assert address(asked, when="past", kind="webinar") == "/events?when=past&kind=webinar"


def test_a_form_keeps_what_was_typed_and_says_what_is_missing() -> None:
    agenda = [("agenda-time-1", "10:00"), ("agenda-title-1", "Начало"), ("agenda-speaker-1", ""), ("agenda-time-2", "")]
    said = [("kind", "webinar"), ("title", " Урок "), ("starts", "завтра"), ("capacity_asked", "много"), ("ends", "2026-11-28T11:30")]
    fields = typed_in(FormData([*said, ("competences", "М1"), ("competences", "М2"), *agenda]))
    assert (fields["title"], fields["starts"], AGENDA.shown(fields)[0]["title"]) == ([" Урок "], ["завтра"], "Начало")
    facts, errors = EVENTS.facts(fields)
    assert errors.keys() == {"organiser_id", "starts", "capacity_asked"}
    assert (facts["title"], facts["ends"], facts["competences"]) == ("Урок", "2026-11-28T11:30:00+05:00", ["М1", "М2"])
    assert facts["agenda"] == [{"time": "10:00", "title": "Начало", "speaker": ""}]


@pytest.mark.parametrize("key", KINDS)
def test_an_empty_form_is_refused_at_its_fields(key: str) -> None:
    kind = KINDS[key]
    _, errors = kind.facts({})
    assert kind.owner in errors
    assert errors.keys() <= kind.labels.keys()


def test_a_card_fills_its_form_on_the_regions_clock() -> None:
    fields = fields_of(EVENTS, card())
    assert (fields["starts"], fields["kind"], fields["organiser_id"], "link" in fields) == (
        ["2026-11-28T10:00"],
        ["seminar"],
        ["o1"],
        False,
    )
    facts, errors = EVENTS.facts(fields)
    assert errors == {}
    assert facts["starts"] == "2026-11-28T10:00:00+05:00"
    assert (facts["competences"], facts["agenda"]) == (["М1"], card()["agenda"])


def test_a_document_shows_the_version_in_force_unless_another_is_asked_for() -> None:
    versions = [{"number": 3}, {"number": 2}, {"number": 1}]
    assert version_of({"versions": versions, "in_force": 2}, 0) == {"number": 2}
    assert version_of({"versions": versions, "in_force": 2}, 1) == {"number": 1}
    assert version_of({"versions": versions, "in_force": None}, 9) == {"number": 3}
    assert version_of({"versions": [], "in_force": None}, 0) is None
