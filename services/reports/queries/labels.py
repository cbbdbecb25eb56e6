"""What codes are called."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.reports.rules import words
from services.reports.tables.copies import Competence, Organisation, Programme


async def municipalities(session: AsyncSession) -> dict[str, str]:
    """Municipalities by ОКТМО, as their authorities are called."""
    oktmo, name = col(Organisation.oktmo), func.min(col(Organisation.short_name))
    authorities = select(oktmo, name).where(col(Organisation.kind) == "municipal_authority", oktmo != "").group_by(oktmo)
    return {code: words.municipality(code, title) for code, title in (await session.execute(authorities)).all()}


def municipality(titles: dict[str, str], oktmo: str) -> str:
    return titles.get(oktmo) or words.municipality(oktmo, None)


async def competences(session: AsyncSession) -> dict[str, str]:
    """Titles of competences by code, as the newest framework has them."""
    newest = select(col(Competence.code), col(Competence.title)).ext(distinct_on(col(Competence.code)))
    ordered = newest.order_by(col(Competence.code), col(Competence.revision).desc(), col(Competence.framework_id))
    return {code: title for code, title in (await session.execute(ordered)).all()}


async def organisations(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, str]:
    named = select(col(Organisation.organisation_id), col(Organisation.short_name))
    return {id_: name for id_, name in (await session.execute(named.where(col(Organisation.organisation_id).in_(list(ids))))).all()}


async def programmes(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    named = select(col(Programme.programme_id), col(Programme.code), col(Programme.title))
    found = (await session.execute(named.where(col(Programme.programme_id).in_(list(ids))))).all()
    return {id_: {"code": code, "title": title} for id_, code, title in found}
