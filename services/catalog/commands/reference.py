"""What commands look up in the dictionaries: codes in force, legal minima, municipalities."""

from datetime import date

from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.queries import labels
from services.catalog.tables import HoursMinimum, in_force
from shared.clock import today

FIELDS = {"positions": "position", "subjects": "subject", "levels": "level"}


async def audience_codes(session: AsyncSession, day: date) -> dict[str, set[str]]:
    """The codes in force by field of an audience."""
    terms = (await labels.labels(session, day)).terms
    return {field: set(terms.get(dictionary, ())) for field, dictionary in FIELDS.items()}


async def minimum_hours(session: AsyncSession, kind: str, day: date) -> int | None:
    """The fewest hours that the law allows a kind of programme on a day; None where it says nothing."""
    found: int | None = await session.scalar(
        select(col(HoursMinimum.hours)).where(col(HoursMinimum.kind) == kind, in_force(HoursMinimum, day))
    )
    return found


async def municipality(session: AsyncSession, oktmo: str) -> str | None:
    """The ОКТМО in force today for a code that may be abolished by now; None for an unknown one."""
    return await labels.municipality(session, oktmo, today(session.info["clock"]()))
