"""How dictionaries may change: from a day on, with what held before kept, and only where codes are not fixed by law or by program."""

from datetime import date, timedelta
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, Field, StringConstraints

from services.catalog.rules.fields import Facts, Line, Municipality, TermCode
from services.catalog.rules.search import folded
from shared.contracts.catalog import ProgrammeKind
from shared.errors import written

OPEN = ("position", "subject", "level", "labour_function")
FIXED = ("programme_kind", "form", "funding", "document", "approver", "organisation_kind")
WORDED = ("synonym", "filler", "position", "programme_kind", "form", "funding", "level", "oktmo", "has_seats")
"""Dictionaries whose codes people name by words of their own in a search."""

FARTHEST = timedelta(days=3 * 366)
Dictionary = Literal[
    "position", "subject", "level", "labour_function", "programme_kind", "form", "funding", "document", "approver", "organisation_kind"
]
Worded = Literal["synonym", "filler", "position", "programme_kind", "form", "funding", "level", "oktmo", "has_seats"]


class TermFacts(Facts):
    """What a code means from a day on; `short` is said inside a sentence."""

    code: TermCode
    title: Line
    short: Line | None = None
    valid_from: date


class Closing(Facts):
    """The first day on which a code is no longer chosen."""

    code: TermCode
    valid_to: date


class MinimumFacts(Facts):
    """The fewest hours of a kind of programme from a day on, and the act that says so."""

    kind: ProgrammeKind
    hours: Annotated[int, Field(gt=0, le=3000)]
    basis: Line
    valid_from: date


class WordingFacts(Facts):
    """Words by which people mean a code, from a day on; a synonym's code is how its words are told to the visitor."""

    code: Line
    words: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True,
            min_length=2,
            max_length=100,
            pattern=written(r"^[0-9A-Za-zА-Яа-яЁё -]+$", "Слова — буквы, цифры, пробел и дефис."),
        ),
        AfterValidator(folded),
    ]
    valid_from: date


class WordingClosing(Facts):
    code: Line
    words: Annotated[str, Field(max_length=100)]
    valid_to: date


Beginning = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=40),
    AfterValidator(folded),
    StringConstraints(pattern=written("^[а-я]{3,40}$", "Начало слова — от 3 до 40 русских букв.")),
]


class AbuseFacts(Facts):
    """The beginning of words that a moderator is pointed to in reviews, from a day on."""

    beginning: Beginning
    valid_from: date


class AbuseClosing(Facts):
    beginning: Beginning
    valid_to: date


class SuccessionFacts(Facts):
    """A municipality from a day on, and the ones that it succeeds."""

    oktmo: Municipality
    name: Annotated[Line, Field(max_length=100)]
    kind: Annotated[Line, Field(max_length=60)]
    valid_from: date
    succeeds: Annotated[list[Municipality], Field(min_length=1, max_length=30)]


class Span(NamedTuple):
    """From which day on a value holds, and until before which."""

    valid_from: date
    valid_to: date | None


def stating_faults(*, valid_from: date, spans: list[Span], fixed: bool, today: date) -> dict[str, str]:
    """What keeps a value from holding from a day on, after all that held for its code before."""
    faults = {}
    if not spans and fixed:
        faults["code"] = "Состав этого списка закреплён: можно менять только названия."
    if not date(2000, 1, 1) <= valid_from <= today + FARTHEST:
        faults["valid_from"] = "Проверьте год."
    elif spans:
        last = max(spans)
        if last.valid_to is None and valid_from < last.valid_from:
            faults["valid_from"] = f"Последнее значение действует с {last.valid_from:%d.%m.%Y}: новое не может быть раньше."
        elif last.valid_to is not None and valid_from < last.valid_to:
            faults["valid_from"] = f"Прежнее значение действует до {last.valid_to:%d.%m.%Y}: новое не может быть раньше."
    return faults


def closing_faults(*, valid_to: date, span: Span | None, fixed: bool, today: date) -> dict[str, str]:
    """What keeps a value from ending on a day."""
    if span is None or span.valid_to is not None:
        return {"code": "Такого действующего значения нет."}
    if fixed:
        return {"code": "Состав этого списка закреплён: закрыть значение нельзя."}
    if valid_to < today:
        return {"valid_to": "Закрыть можно с сегодняшнего дня или позже: документы прошлых дней уже выданы."}
    if valid_to <= span.valid_from:
        return {"valid_to": f"Значение действует с {span.valid_from:%d.%m.%Y}: оно не может закончиться раньше."}
    if valid_to > today + FARTHEST:
        return {"valid_to": "Проверьте год."}
    return {}
