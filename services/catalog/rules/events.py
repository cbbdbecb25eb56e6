"""When an event may be announced, changed and cancelled."""

import re
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from services.catalog.rules.fields import Day, Facts, Line, Municipality, Prose, TermCode, names_a_host
from services.catalog.rules.groups import Moment
from services.catalog.rules.search import Cursor, Limit
from shared.contracts.catalog import EventKind
from shared.errors import DomainError, written

LONGEST, FARTHEST, TELLING = timedelta(days=14), timedelta(days=3 * 366), 40
ORGANISING = ("provider", "assessment_centre", "operator", "ministry", "municipal_authority")
"""Kinds of organisations that may gather people and publish in their own name."""
SECURE = re.compile(r"https://[^\s\x00\"'<>\\]{3,280}")


def of_this_century(day: date) -> date:
    """The day itself; at the ends of the calendar it has no moments in the region's time."""
    if not 2000 <= day.year < 2100:
        raise ValueError("not a day of this century")
    return day


EventDay = Annotated[Day, AfterValidator(of_this_century)]
Competences = Annotated[list[TermCode], Field(max_length=12), AfterValidator(lambda codes: sorted(set(codes)))]


class EventOver(DomainError):
    code, detail = "event_over", "Мероприятие уже прошло."


class EventIsCancelled(DomainError):
    code, detail = "event_cancelled", "Мероприятие отменено. Объявите новое."


class EventNotPublished(DomainError):
    code, detail = "event_not_published", "Черновик не опубликован: отменять нечего."


class AgendaItem(Facts):
    """A line of the programme of the day; `speaker` is whoever speaks, as the organiser says it."""

    time: Annotated[str, StringConstraints(pattern=written(r"^([01]\d|2[0-3]):[0-5]\d$", "Время — от 00:00 до 23:59."))]
    title: Line
    speaker: Annotated[str, StringConstraints(max_length=200)] = ""


class EventFacts(Facts):
    """An event as its organiser states it."""

    organiser_id: UUID
    kind: EventKind
    title: Line
    annotation: Prose = ""
    starts: Moment
    ends: Moment
    oktmo: Municipality | None = None
    place: Line | None = None
    link: Line | None = None
    capacity_asked: Annotated[int | None, Field(gt=0, le=100_000)] = None
    competences: Competences = []
    agenda: Annotated[list[AgendaItem], Field(max_length=60)] = []


class WantedEvents(Facts):
    """A list of events: coming ones by their start, past ones the newest first; values of one filter are alternatives."""

    when: Literal["coming", "past", "any"] = "coming"
    kind: Annotated[list[EventKind], Field(max_length=5)] = []
    format: Annotated[list[Literal["online", "onsite"]], Field(max_length=2)] = []
    oktmo: Annotated[list[Municipality], Field(max_length=50)] = []
    organiser: Annotated[list[UUID], Field(max_length=20)] = []
    competence: Annotated[list[TermCode], Field(max_length=20)] = []
    starts_from: EventDay | None = None
    starts_to: EventDay | None = None
    cancelled: bool = False
    cursor: Cursor = None
    limit: Limit = 20


def event_faults(facts: EventFacts, *, now: datetime, before: EventFacts | None = None) -> dict[str, str]:
    """What is wrong with an event, by field; a start that is past is left alone when it stays as it was `before`."""
    faults = {}
    if facts.ends <= facts.starts:
        faults["ends"] = "Мероприятие не может закончиться раньше, чем начнётся."
    elif facts.ends - facts.starts > LONGEST:
        faults["ends"] = "Мероприятие идёт не дольше двух недель: проверьте день окончания."
    if facts.starts > now + FARTHEST:
        faults["starts"] = "Проверьте год начала."
    if facts.starts < now and (before is None or facts.starts != before.starts):
        faults["starts"] = "Начало уже прошло."
    if facts.link is not None and not is_secure(facts.link):
        faults["link"] = "Ссылка начинается с https:// и не содержит пробелов."
    if facts.link is None and facts.place is None:
        faults["place"] = "Укажите место или ссылку на трансляцию."
    elif facts.link is None and facts.oktmo is None:
        faults["oktmo"] = "Укажите муниципалитет, где пройдёт мероприятие."
    return faults


def is_secure(link: str) -> bool:
    """Whether a link is one that pages may show: https and nothing that could break out of it."""
    return SECURE.fullmatch(link) is not None and names_a_host(link)


def announcement_faults(facts: EventFacts) -> dict[str, str]:
    """What an event still lacks to be announced."""
    return {} if len(facts.annotation) >= TELLING else {"annotation": "Расскажите хотя бы двумя предложениями, что будет и для кого."}


def competence_faults(stated: Collection[str], *, known: Collection[str]) -> dict[str, str]:
    """Codes outside the framework in force; while none was heard of, nothing is wrong."""
    unknown = sorted(set(stated) - set(known)) if known else []
    return {"competences": f"Нет в действующей рамке компетенций: {', '.join(unknown)}."} if unknown else {}


def may_change_event(*, status: str, ends: datetime, now: datetime) -> None:
    """Refuse to change an event that is cancelled or was announced and is over."""
    if status == "cancelled":
        raise EventIsCancelled()
    if status == "published" and ends < now:
        raise EventOver()


def may_cancel_event(*, status: str, ends: datetime, now: datetime) -> None:
    """Refuse to cancel a draft, or what is over."""
    if status == "draft":
        raise EventNotPublished()
    if ends < now:
        raise EventOver("Мероприятие уже прошло: отменить его нельзя.")
