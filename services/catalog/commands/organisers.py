"""In whose name something is published, and what the register knows about it."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.rules.events import ORGANISING
from services.catalog.tables import Competence, Organisation, Term
from shared.access import Caller
from shared.database import within


async def organiser_fault(session: AsyncSession, organisation_id: UUID, caller: Caller) -> str | None:
    """What is wrong with an organiser; somebody else's is as unknown as a missing one."""
    gathers = select(col(Organisation.id)).where(
        col(Organisation.id) == organisation_id,
        col(Organisation.kind).in_(ORGANISING),
        col(Organisation.status) == "active",
        within(caller, provider=col(Organisation.id)),
    )
    return None if await session.scalar(gathers) else "Такой организации нет."


async def themes_of(session: AsyncSession, codes: Collection[str]) -> str:
    """The titles of competences, as words to be found by."""
    return " ".join(await session.scalars(select(col(Competence.title)).where(col(Competence.code).in_(codes))))


async def name_of(session: AsyncSession, organisation_id: UUID) -> str:
    """The short name of an organisation."""
    return str(await session.scalar(select(col(Organisation.short_name)).where(col(Organisation.id) == organisation_id)))


async def titled(session: AsyncSession, dictionary: str, code: str) -> str:
    """The title in force of a code."""
    named = select(col(Term.title)).where(col(Term.dictionary) == dictionary, col(Term.code) == code, col(Term.valid_to).is_(None))
    return str(await session.scalar(named) or code)
