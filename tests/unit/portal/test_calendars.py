"""A group in the calendar of whoever studies in it."""

import re

import pytest

from gateway.portal.calendars import escaped, folded, group_calendar
from tests.unit.portal.register import EVIL, NOW, PORTAL, group


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
