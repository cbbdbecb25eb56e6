"""Titles of codes, as the dictionaries in force say them."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Select, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.tables import AbuseWord, HoursMinimum, Term, TermEdition, Territory, Wording
from shared.database import driven

WORDINGS_MOST = 500


@dataclass(frozen=True)
class Labels:
    """Titles by dictionary and code, in the order of lists; `past` has those of codes that are chosen no more."""

    terms: dict[str, dict[str, tuple[str, str]]]
    past: dict[str, dict[str, tuple[str, str]]]

    def coded(self, dictionary: str, code: str) -> dict[str, str]:
        """A code with its title and its words inside a sentence; an unknown code speaks for itself."""
        known = self.terms.get(dictionary, {}).get(code) or self.past.get(dictionary, {}).get(code)
        title, short = known or (code, code)
        return {"code": code, "title": title, "short": short}

    def all(self, dictionary: str, codes: list[str]) -> list[dict[str, str]]:
        return [self.coded(dictionary, code) for code in codes]


@lru_cache(1)
def terms_meant() -> Select[Any]:
    """What each code means, or meant last, one row a dictionary; put together once, for that costs more than asking."""
    today = bindparam("today", type_=Date)
    valid = or_(col(Term.valid_to).is_(None), col(Term.valid_to) > today)
    kept = (col(Term.dictionary), col(Term.code), col(Term.title), col(Term.short), col(Term.place), valid.label("valid"))
    newest = select(*kept).ext(distinct_on(col(Term.dictionary), col(Term.code))).where(col(Term.valid_from) <= today)
    term = newest.order_by(col(Term.dictionary), col(Term.code), col(Term.valid_from).desc()).subquery("meant")
    each = func.json_build_array(term.c.code, term.c.title, term.c.short, term.c.valid)
    return select(term.c.dictionary, func.json_agg(aggregate_order_by(each, term.c.place))).group_by(term.c.dictionary)


EDITION = select(col(TermEdition.edition))
kept: dict[tuple[UUID, date], Labels] = {}
"""The titles of the newest edition, by edition and day: every answer names some, and they change a few times a year."""


async def labels(session: AsyncSession, today: date) -> Labels:
    """Every title in force, and the last ones of codes that are chosen no more."""
    current: tuple[UUID, date] = ((await driven(session, EDITION, {}))[0].edition, today)
    if current not in kept:
        said = await labels_read(session, today)
        kept.clear()
        kept[current] = said
    return kept[current]


async def labels_read(session: AsyncSession, today: date) -> Labels:
    rows = await driven(session, terms_meant(), {"today": today})
    now, past = (
        {name: {code: (title, short) for code, title, short, v in terms if v is side} for name, terms in rows} for side in (True, False)
    )
    return Labels(now, past)


async def dictionaries(session: AsyncSession, today: date) -> dict[str, Any]:
    """All terms with their validity and whether they are in force, the legal minima of hours, all municipalities with ОКТМО old and new."""
    terms = await session.execute(
        select(col(Term.dictionary), col(Term.code), col(Term.title), col(Term.short), col(Term.valid_from), col(Term.valid_to)).order_by(
            col(Term.dictionary), col(Term.place), col(Term.valid_from)
        )
    )
    by_name: dict[str, list[dict[str, Any]]] = {}
    for row in terms:
        by_name.setdefault(row.dictionary, []).append(row._asdict() | {"in_force": in_force(row, today)})
    places = await session.execute(select(*columns_of(Territory)).order_by(col(Territory.title), col(Territory.oktmo)))
    known = [row._asdict() | {"in_force": in_force(row, today)} for row in places]
    return {"terms": by_name, "municipalities": known, "hours_minima": await minima(session, today)}


def columns_of(table: type[Territory] | type[HoursMinimum] | type[AbuseWord]) -> list[Any]:
    return [col(getattr(table, name)) for name in table.model_fields]


def in_force(row: Any, today: date) -> bool:
    return bool(row.valid_from <= today and (row.valid_to is None or row.valid_to > today))


async def municipality(session: AsyncSession, oktmo: str, today: date) -> str | None:
    """The ОКТМО in force for a code that may be abolished by now; None for an unknown one."""
    found: Territory | None = await session.get(Territory, oktmo)
    while found and found.successor and found.valid_to and found.valid_to <= today:
        found = await session.get(Territory, found.successor)
    return found.oktmo if found else None


async def minima(session: AsyncSession, today: date) -> list[dict[str, Any]]:
    """Legal minima of hours, the newest first."""
    rows = await session.execute(select(*columns_of(HoursMinimum)).order_by(col(HoursMinimum.kind), col(HoursMinimum.valid_from).desc()))
    return [row._asdict() | {"in_force": in_force(row, today)} for row in rows]


async def abuse_words(session: AsyncSession, today: date) -> list[dict[str, Any]]:
    """Beginnings of words that moderators are pointed to, in the order of letters."""
    rows = await session.execute(select(*columns_of(AbuseWord)).order_by(col(AbuseWord.beginning), col(AbuseWord.valid_from)))
    return [row._asdict() | {"in_force": in_force(row, today)} for row in rows]


async def wordings(session: AsyncSession, dictionary: str, q: str, today: date) -> list[dict[str, Any]]:
    """Words that mean codes of a dictionary, those of one code together."""
    kept = (col(Wording.code), col(Wording.words), col(Wording.valid_from), col(Wording.valid_to))
    listed = select(*kept).where(col(Wording.dictionary) == dictionary).order_by(*kept[:3])
    if q:
        said = q.lower().replace("ё", "е")
        listed = listed.where(
            or_(col(Wording.words).contains(said, autoescape=True), func.lower(col(Wording.code)).contains(said, autoescape=True))
        )
    rows = await session.execute(listed.limit(WORDINGS_MOST))
    return [row._asdict() | {"in_force": in_force(row, today)} for row in rows]
