"""Groups and events as iCalendar (RFC 5545): a group's days as one event, each lesson of its timetable as another."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from gateway.portal.words import as_moment

OCTETS = 75
ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:Asia/Yekaterinburg",
    "BEGIN:STANDARD",
    "DTSTART:20141026T020000",
    "TZOFFSETFROM:+0600",
    "TZOFFSETTO:+0500",
    "TZNAME:+05",
    "END:STANDARD",
    "END:VTIMEZONE",
)
"""The region's clock since its last change."""


def group_calendar(group: Mapping[str, Any], *, portal: str, now: datetime) -> str:
    """The calendar of a group as the API shows it; `portal` is the address before paths."""
    return "".join(f"{folded(line)}\r\n" for line in lines_of(group, portal, now))


def events_calendar(events: Iterable[Mapping[str, Any]], *, portal: str, now: datetime) -> str:
    """Events as the API lists them; one that was cancelled says so, so that it goes from calendars that had it."""
    return "".join(f"{folded(line)}\r\n" for line in lines_of_events(events, portal, now))


def lines_of_events(events: Iterable[Mapping[str, Any]], portal: str, now: datetime) -> Iterator[str]:
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//DPO//Events//RU", "CALSCALE:GREGORIAN", "METHOD:PUBLISH")
    yield from ("X-WR-CALNAME:Мероприятия — Организация ДПО", "X-WR-TIMEZONE:Asia/Yekaterinburg", *ZONE)
    for event in events:
        address = f"{portal}/events/{event['id']}"
        about = f"{event['kind']['title']}. {event['organiser']['name']}.\n{event['annotation']}\n{address}"
        yield from ("BEGIN:VEVENT", f"UID:urn:uuid:{event['id']}", f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
        yield from (f"SEQUENCE:{event['revision']}", f"STATUS:{'CANCELLED' if event['status'] == 'cancelled' else 'CONFIRMED'}")
        yield f"DTSTART;TZID=Asia/Yekaterinburg:{as_moment(event['starts']):%Y%m%dT%H%M%S}"
        yield f"DTEND;TZID=Asia/Yekaterinburg:{as_moment(event['ends']):%Y%m%dT%H%M%S}"
        yield from (f"SUMMARY:{escaped(event['title'])}", f"DESCRIPTION:{escaped(about)}", f"URL:{address}")
        if where := ", ".join(filter(None, (event["place"], event["municipality"]))) or event["link"]:
            yield f"LOCATION:{escaped(where)}"
        yield "END:VEVENT"
    yield "END:VCALENDAR"


def lines_of(group: Mapping[str, Any], portal: str, now: datetime) -> Iterator[str]:
    programme, address = group["programme"], f"{portal}/programmes/{group['programme']['id']}"
    about = f"{programme['hours']} ч, {group['form']['short']}. {group['provider']['name']}. Шифр {programme['code']}.\n{address}"
    common = [
        f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"SEQUENCE:{group['revision']}",
        f"URL:{address}",
        f"STATUS:{'CANCELLED' if group['status'] == 'cancelled' else 'CONFIRMED'}",
    ]
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//DPO//Groups//RU", "CALSCALE:GREGORIAN", "METHOD:PUBLISH")
    yield "X-WR-TIMEZONE:Asia/Yekaterinburg"
    if group["timetable"]:
        yield from ZONE
    yield from ("BEGIN:VEVENT", f"UID:urn:uuid:{group['id']}", *common)
    yield f"DTSTART;VALUE=DATE:{date.fromisoformat(group['starts']):%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{date.fromisoformat(group['ends']) + timedelta(days=1):%Y%m%d}"  # the day after the last
    yield from (f"SUMMARY:{escaped(programme['title'])}", f"DESCRIPTION:{escaped(about)}", "TRANSP:TRANSPARENT")
    if where := group["place"] or group["municipality"]:
        yield f"LOCATION:{escaped(where)}"
    yield "END:VEVENT"
    for number, meeting in enumerate(group["timetable"], 1):
        yield from ("BEGIN:VEVENT", f"UID:urn:uuid:{group['id']}#{number}", *common)
        yield f"DTSTART;TZID=Asia/Yekaterinburg:{as_moment(meeting['starts']):%Y%m%dT%H%M%S}"
        yield f"DTEND;TZID=Asia/Yekaterinburg:{as_moment(meeting['ends']):%Y%m%dT%H%M%S}"
        yield f"SUMMARY:{escaped(f'Занятие {number}: ' + programme['title'])}"
        if where := meeting["place"] or group["place"]:
            yield f"LOCATION:{escaped(where)}"
        yield "END:VEVENT"
    yield "END:VCALENDAR"


def escaped(text: str) -> str:
    """A text as a TEXT value; control characters have no place in one."""
    return CONTROLS.sub("", text.replace("\r\n", "\n").replace("\t", " ")).translate(ESCAPES)


def folded(line: str) -> str:
    """A line in pieces of at most 75 octets, no character torn apart."""
    pieces, piece, size = [], "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > OCTETS:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + character, size + octets
    return "\r\n".join([*pieces, piece])
