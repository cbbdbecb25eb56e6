"""What commands look up in the dictionaries: codes in force, legal minima, municipalities."""

from datetime import date

from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.queries import labels
from services.catalog.tables import HoursMinimum, Term, in_force
from shared.clock import today

FIELDS = {"positions": "position", "subjects": "subject", "levels": "level"}


async def audience_codes(session: AsyncSession, day: date) -> dict[str, set[str]]:
    """The codes in force by field of an audience."""
    rows = await session.execute(
        select(col(Term.dictionary), col(Term.code)).where(col(Term.dictionary).in_(FIELDS.values()), in_force(Term, day))
    )
    known: dict[str, set[str]] = {field: set() for field in FIELDS}
    for dictionary, code in rows:
        known[next(field for field, name in FIELDS.items() if name == dictionary)].add(code)
    return known


async def minimum_hours(session: AsyncSession, kind: str, day: date) -> int | None:
    """The fewest hours that the law allows a kind of programme on a day; None where it says nothing."""
    found: int | None = await session.scalar(
        select(col(HoursMinimum.hours)).where(col(HoursMinimum.kind) == kind, in_force(HoursMinimum, day))
    )
    return found


async def municipality(session: AsyncSession, oktmo: str) -> str | None:
    """The ОКТМО in force today for a code that may be abolished by now; None for an unknown one."""
    return await labels.municipality(session, oktmo, today(session.info["clock"]()))
