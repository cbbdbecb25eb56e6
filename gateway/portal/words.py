"""Russian as pages write it: dates, numbers, plurals, and the spaces that must not break."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from shared.clock import REGION

NB, JOINED = "\u00a0", "\u2060"
MONTHS = ("января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря")
MONTHS_ALONE = ("январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь")
WEEKDAYS = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")
SHORT = r"(?:[авикосуя]|на|не|ни|но|по|за|от|до|из|об|со|ко|во|для|при|под|над|без|что|или)"
"""Words that must not end a line, however they begin."""
UNITS = rf"(?:ч|мин|мс|с|дн\.|дня|дней|день|%|₽|руб\.|балл\w*|мест\w*|час(?:а|ов)?|{'|'.join(MONTHS)}|год[а-я]*|кв\.)"
GLUED = (
    (re.compile(rf"(?<![^\s(«„\u00a0]){SHORT} (?=\S)", re.I), lambda found: found[0][:-1] + NB),
    (re.compile(r"([№§]) ?(?=[\dА-Яа-яA-Za-z])"), lambda found: found[1] + NB),
    (re.compile(rf"(\d) (?={UNITS}(?![А-Яа-яЁё]))"), lambda found: found[1] + NB),
    (re.compile(r"(\S) (?=[—–] )"), lambda found: found[1] + NB),
    (re.compile(r"(\d)–(?=\d)"), lambda found: f"{found[1]}{JOINED}–{JOINED}"),
)


def unbroken(text: str) -> str:
    """The text with no-break spaces after short words and «№», before units and dashes."""
    for pattern, glued in GLUED:
        text = pattern.sub(glued, text)
    return text


def as_date(value: date | datetime | str | None) -> date | None:
    """A day of the region, from a date, an instant, or either of them in ISO form."""
    if not value:
        return None
    if isinstance(value, str):
        value = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    return value.astimezone(REGION).date() if isinstance(value, datetime) else value


def as_moment(value: datetime | str) -> datetime:
    """An instant on the region's clock."""
    return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(REGION)


def day(value: date | datetime | str | None, *, year: bool | int = False) -> str:
    """«1 декабря»; with the year when asked for, or when it is not the year given as a number."""
    if (real := as_date(value)) is None:
        return ""
    shown = year if isinstance(year, bool) else real.year != year
    return f"{real.day}{NB}{MONTHS[real.month - 1]}" + (f"{NB}{real.year}" if shown else "")


def month(value: str) -> str:
    """«ноябрь 2026», from a month in ISO form."""
    year, _, number = value.partition("-")
    return f"{MONTHS_ALONE[int(number) - 1]}{NB}{year}"


def moment(value: datetime | str | None) -> str:
    """«20 ноября, 16:12» on the region's clock."""
    if not value:
        return ""
    real = as_moment(value)
    return f"{day(real)}, {real:%H:%M}"


def period(starts: date | str, ends: date | str, *, year: bool | int = False) -> str:
    """«1–18 декабря», «14 декабря 2026 — 5 февраля 2027»; with the year when asked for, or when it is not the year given as a number."""
    first, last = as_date(starts), as_date(ends)
    if first is None or last is None:
        return ""
    if first.year != last.year:
        return f"{day(first, year=True)}{NB}— {day(last, year=True)}"
    if first == last:
        return day(first, year=year)
    if first.month == last.month:
        return f"{first.day}{JOINED}–{JOINED}{day(last, year=year)}"
    return f"{day(first)}{NB}— {day(last, year=year)}"


def span_of(starts: datetime | str, ends: datetime | str) -> str:
    """«20 ноября, 10:00–11:30», or from one moment to another when they are on different days."""
    first, last = as_moment(starts), as_moment(ends)
    if first.date() == last.date():
        return f"{moment(first)}{JOINED}–{JOINED}{last:%H:%M}"
    return f"{moment(first)}{NB}— {moment(last)}"


def number(value: float | int | None, digits: int = 0) -> str:
    """«5 914» or «2,8»; a trailing «,0» is dropped."""
    if value is None:
        return "—"
    text = f"{value:,.{digits}f}".replace(",", NB).replace(".", ",")
    text = re.sub(r",0+$", "", text) if digits else text
    return text.replace("-", "−")


def plural(count: int | float, one: str, few: str, many: str) -> str:
    """The form of a noun after a number."""
    whole = abs(int(count))
    if count != whole:
        return few
    if whole % 10 == 1 and whole % 100 != 11:
        return one
    return few if whole % 10 in (2, 3, 4) and whole % 100 not in (12, 13, 14) else many


def counted(count: int, one: str, few: str, many: str) -> str:
    """«2 дела», with the no-break space."""
    return f"{number(count)}{NB}{plural(count, one, few, many)}"


def until(value: date | datetime | str | None, today: date) -> str:
    """How far a deadline is: «сегодня», «завтра», «через 3 дня», «просрочено на 2 дня»."""
    if (real := as_date(value)) is None:
        return ""
    left = (real - today).days
    if left in (0, 1):
        return ("сегодня", "завтра")[left]
    if left < 0:
        return f"просрочено на{NB}{counted(-left, 'день', 'дня', 'дней')}"
    return f"через{NB}{span(left)}"


def span(days: int) -> str:
    """«3 дня», «2 месяца», «1 год 5 месяцев»."""
    if days < 30:
        return counted(days, "день", "дня", "дней")
    years, months = divmod(round(days / 30.44), 12)
    parts = [counted(years, "год", "года", "лет")] if years else []
    parts += [counted(months, "месяц", "месяца", "месяцев")] if months else []
    return " ".join(parts)


def deadline(value: date | datetime | str | None, today: date) -> str:
    """The third part of a state: «сегодня», «завтра», «до 27 ноября»."""
    if (real := as_date(value)) is None:
        return ""
    left = (real - today).days
    return ("сегодня", "завтра")[left] if left in (0, 1) else f"до{NB}{day(real, year=today.year)}"


def seconds(value: float | None) -> str:
    """«0,2 с», «41 мин», «3 ч»: an age or a length of time."""
    if value is None:
        return "—"
    if value < 90:
        return f"{number(value, 1 if value < 10 else 0)}{NB}с"
    return f"{number(value / 60)}{NB}мин" if value < 5400 else f"{number(value / 3600, 1)}{NB}ч"


def micros(value: float) -> str:
    """Microseconds as «9 мс» or «1,55 с»."""
    return f"{number(value / 1e6, 2)}{NB}с" if value >= 1e6 else f"{number(value / 1e3, 1 if value < 1e4 else 0)}{NB}мс"


def listed(parts: Sequence[Any]) -> str:
    """«одно, другое и третье»."""
    words = [str(part) for part in parts]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} и{NB}{words[-1]}" if words else ""


def capital(text: str) -> str:
    """The text with its first letter large and the others as they were."""
    return text[:1].upper() + text[1:]
