"""Shapes of what people type in, and the refusal of what was read too long ago."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticKnownError

from shared.contracts.base import printable
from shared.errors import DomainError, written

MARKS = "\ue000\ue001"
"""Two characters of the private area that frame found words inside the database's answers; nobody may type them."""


def plain(text: str) -> str:
    """The text itself, without NUL and without the marks above."""
    if any(mark in text for mark in MARKS):
        raise ValueError("a private character is not allowed")
    return printable(text)


def names_a_host(address: str) -> bool:
    """Whether an address of the web can be gone to."""
    try:
        return bool(urlsplit(address).hostname)
    except ValueError:  # as of «https://[»
        return False


def web_address(text: str) -> str:
    """The address itself, when it names a host."""
    if not names_a_host(text):
        raise ValueError("no host in the address")
    return text


def as_written(day: Any) -> Any:
    """A day as people and JSON write it; a bare number, which would be taken for seconds since 1970, is none."""
    if isinstance(day, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", day.strip()) is None:
        raise PydanticKnownError("date_from_datetime_parsing", {"error": "not written as a day"})
    if isinstance(day, int | float):
        raise PydanticKnownError("date_type")
    return day


Day = Annotated[date, BeforeValidator(as_written)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), AfterValidator(plain)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300), AfterValidator(plain)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(plain)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=500), AfterValidator(plain)]
PHONE_WORDS = "Телефон — цифры, пробелы, скобки и дефисы, например +7 (351) 000-00-00, доб. 12."
EMAIL_WORDS = "Адрес почты — как name@school.ru."
TermCode = Annotated[str, StringConstraints(pattern=written(r"^[^\s\x00]{1,60}$", "Код — до 60 знаков без пробелов."))]
Municipality = Annotated[str, Field(pattern=written(r"^\d{8}$", "ОКТМО муниципалитета — восемь цифр."))]


class Facts(BaseModel):
    """What someone states about an object of the register."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Stale(DomainError):
    """Somebody else has changed the object since it was read; `current` is what it says now."""

    code, status, detail = "stale_revision", 412, "Пока вы редактировали, это изменил кто-то ещё. Сравните и выберите, что оставить."


def same_revision(*, wanted: int | None, revision: int, current: Mapping[str, Any]) -> None:
    """Refuse a change that starts from another revision than the present one; `None` starts from any."""
    if wanted is not None and wanted != revision:
        raise Stale(revision=revision, current=dict(current))
