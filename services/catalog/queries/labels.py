"""Titles of codes, as the dictionaries in force say them."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Date, Select, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.tables import HoursMinimum, Term, Territory


@dataclass(frozen=True)
class Labels:
    """Titles by dictionary and code, in the order of lists."""

    terms: dict[str, dict[str, tuple[str, str]]]

    def coded(self, dictionary: str, code: str) -> dict[str, str]:
        """A code with its title and its words inside a sentence; an unknown code speaks for itself."""
        title, short = self.terms.get(dictionary, {}).get(code, (code, code))
        return {"code": code, "title": title, "short": short}

    def all(self, dictionary: str, codes: list[str]) -> list[dict[str, str]]:
        return [self.coded(dictionary, code) for code in codes]


@lru_cache(1)
def terms_in_force() -> Select[Any]:
    """One row a dictionary; put together once, for that costs more than asking."""
    today = bindparam("today", type_=Date)
    valid = (col(Term.valid_from) <= today) & or_(col(Term.valid_to).is_(None), col(Term.valid_to) > today)
    triple = func.json_build_array(col(Term.code), col(Term.title), col(Term.short))
    listed = func.json_agg(aggregate_order_by(triple, col(Term.place)))
    return select(col(Term.dictionary), listed).where(valid).group_by(col(Term.dictionary))


async def labels(session: AsyncSession, today: date) -> Labels:
    """Every title in force."""
    rows = await session.execute(terms_in_force(), {"today": today})
    return Labels({name: {code: (title, short) for code, title, short in terms} for name, terms in rows})


async def dictionaries(session: AsyncSession) -> dict[str, Any]:
    """All terms with their validity, the legal minima of hours, and all municipalities with their ОКТМО old and new."""
    terms = await session.execute(
        select(col(Term.dictionary), col(Term.code), col(Term.title), col(Term.short), col(Term.valid_from), col(Term.valid_to)).order_by(
            col(Term.dictionary), col(Term.place), col(Term.valid_from)
        )
    )
    by_name: dict[str, list[dict[str, Any]]] = {}
    for row in terms:
        by_name.setdefault(row.dictionary, []).append(row._asdict())
    places = await session.execute(select(*Territory.__table__.columns).order_by(col(Territory.title), col(Territory.oktmo)))  # type: ignore[attr-defined]
    minima = await session.scalars(select(HoursMinimum).order_by(col(HoursMinimum.kind), col(HoursMinimum.valid_from)))
    hours = [one.model_dump() for one in minima]
    return {"terms": by_name, "municipalities": [row._asdict() for row in places], "hours_minima": hours}
