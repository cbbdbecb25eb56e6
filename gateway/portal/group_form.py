"""The form of a group: its dates, its place and its timetable as fields, and back."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway.portal.merging import Fields
from gateway.portal.programme_form import one
from gateway.portal.words import as_moment
from shared.clock import REGION

DATES = ("starts", "ends", "enrolment_opens", "enrolment_closes")
OPTIONAL = ("form", "funding", "oktmo", "place", "contact_phone", "contact_email")
COLUMNS = ("date", "from", "to", "room", "teacher", "place")
LEAST_ROWS, MOST_ROWS = 4, 100
LABELS = {
    "starts": "Начало",
    "ends": "Окончание",
    "enrolment_opens": "Запись открывается",
    "enrolment_closes": "Запись закрывается",
    "capacity_asked": "Мест",
    "form": "Форма",
    "funding": "Оплата",
    "oktmo": "Муниципалитет",
    "place": "Где занятия",
    "contact_phone": "Телефон",
    "contact_email": "Почта",
    "timetable": "Расписание",
    "reason": "Причина",
}
PARTS = {name: "meeting-" if name == "timetable" else name for name in LABELS if name != "reason"}


def meetings_in(fields: Fields) -> list[dict[str, str]]:
    """The rows of the timetable that have anything in them."""
    numbers = sorted({int(name.rpartition("-")[2]) for name in fields if re.fullmatch(r"meeting-[a-z]+-\d{1,3}", name)})
    rows = ({column: one(fields, f"meeting-{column}-{number}") for column in COLUMNS} for number in numbers)
    return [row for row in rows if any(row.values())]


def meetings_shown(fields: Fields, *, more: bool = False) -> list[dict[str, str]]:
    filled = meetings_in(fields)
    wanted = min(max(LEAST_ROWS, len(filled) + (4 if more else 1)), MOST_ROWS)
    return filled + [dict.fromkeys(COLUMNS, "") for _ in range(wanted - len(filled))]


def facts_in(fields: Fields) -> tuple[dict[str, Any], dict[str, str]]:
    """The facts for the API, and what can not even be sent to it, by field."""
    errors = {name: "Укажите дату" for name in DATES if not one(fields, name)}
    facts: dict[str, Any] = {name: one(fields, name) for name in DATES}
    facts |= {name: one(fields, name) or None for name in OPTIONAL}
    capacity = one(fields, "capacity_asked")
    if not capacity.isdecimal():
        errors["capacity_asked"] = "Впишите число мест"
    facts["capacity_asked"] = int(capacity) if capacity.isdecimal() and len(capacity) < 10 else 0
    facts["timetable"] = []
    for number, row in enumerate(meetings_in(fields), 1):
        try:
            starts, ends = (datetime.fromisoformat(f"{row['date']}T{row[edge]}").replace(tzinfo=REGION) for edge in ("from", "to"))
        except ValueError:
            errors["timetable"] = f"У занятия № {number} укажите день, начало и конец"
            continue
        said = {name: row[name] or None for name in ("place", "room", "teacher")}
        facts["timetable"].append({"starts": starts.isoformat(), "ends": ends.isoformat(), **said})
    return facts, errors


def fields_of(facts: Mapping[str, Any]) -> dict[str, list[str]]:
    """Facts, or a card with the same names, as the fields of the form."""
    fields: dict[str, list[str]] = {}
    for name in (*DATES, *OPTIONAL, "capacity_asked"):
        value = facts[name]["code"] if isinstance(facts[name], Mapping) else facts[name]
        if value not in (None, ""):
            fields[name] = [str(value)]
    for number, meeting in enumerate(facts["timetable"]):
        starts, ends = as_moment(meeting["starts"]), as_moment(meeting["ends"])
        row = {"date": f"{starts:%Y-%m-%d}", "from": f"{starts:%H:%M}", "to": f"{ends:%H:%M}"}
        row |= {name: meeting.get(name) or "" for name in ("place", "room", "teacher")}
        fields |= {f"meeting-{column}-{number}": [value] for column, value in row.items() if value}
    return fields


def worded(fields: Fields, name: str, titles: Mapping[str, Mapping[str, str]]) -> list[str]:
    """A field in words, a line for each meeting."""
    if name == "timetable":
        return [", ".join(filter(None, row.values())) for row in meetings_in(fields)]
    return [titles.get(name, {}).get(value, value) for value in fields.get(name, [])]
