"""The filters of the search in words."""

from collections.abc import Iterable

from gateway.client import Client
from gateway.portal.dictionaries import titles

NAMED = {"kind": "programme_kind", "oktmo": "municipality"} | {name: name for name in ("subject", "form", "position", "level", "funding")}
WORDS = {
    "hours": {"1-15": "До 15 ч", "16-24": "16–24 ч", "25-72": "25–72 ч", "73-249": "73–249 ч", "250-": "250 ч и больше"},
    "has_seats": {"true": "Есть места"},
}
FILTERED = frozenset({*NAMED, *WORDS})
ANY = {"subject": "Любой предмет", "position": "Любая должность", "level": "Любой уровень"}


async def in_words(ask: Client, name: str, values: Iterable[str]) -> list[str]:
    """What the values of a filter are called; an unknown one speaks for itself."""
    known = await titles.of(ask, NAMED[name]) if name in NAMED else WORDS.get(name, {})
    return [ANY.get(name, value) if value == "any" else known.get(value, value) for value in values]
