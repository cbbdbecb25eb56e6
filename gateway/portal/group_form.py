"""The form of a group: its dates, its place and its timetable as fields, and back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway.portal.fields import Fields, Parts, Rows, as_fields, one
from gateway.portal.words import as_moment
from shared.clock import REGION

DATES = ("starts", "ends", "enrolment_opens", "enrolment_closes")
OPTIONAL = ("form", "funding", "oktmo", "place", "contact_phone", "contact_email")
MEETINGS = Rows("meeting", ("date", "from", "to", "room", "teacher", "place"), least=4, most=100)
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
PARTS: Parts = {name: MEETINGS if name == "timetable" else name for name in LABELS if name != "reason"}


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
    for number, row in enumerate(MEETINGS.filled(fields), 1):
        try:
            starts, ends = (datetime.fromisoformat(f"{row['date']}T{row[edge]}").replace(tzinfo=REGION) for edge in ("from", "to"))
        except ValueError:
            errors["timetable"] = f"У занятия № {number} укажите день, начало и конец"
            continue
        said = {name: row[name] or None for name in ("place", "room", "teacher")}
        facts["timetable"].append({"starts": starts.isoformat(), "ends": ends.isoformat(), **said})
    return facts, errors


def fields_of(group: Mapping[str, Any]) -> dict[str, list[str]]:
    """The card of a group as the fields of the form."""
    stated = as_fields({name: group[name] for name in (*DATES, *OPTIONAL, "capacity_asked")})
    return stated | MEETINGS.fields(meeting_of(one) for one in group["timetable"])


def meeting_of(meeting: Mapping[str, Any]) -> dict[str, Any]:
    starts, ends = as_moment(meeting["starts"]), as_moment(meeting["ends"])
    return {**meeting, "date": f"{starts:%Y-%m-%d}", "from": f"{starts:%H:%M}", "to": f"{ends:%H:%M}"}
