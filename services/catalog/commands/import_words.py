"""What the cells of an uploaded table may mean: dictionaries in force, places, and the objects that they name by code."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.rules.import_columns import Kind
from services.catalog.rules.import_values import Words
from services.catalog.rules.organisations import PROVIDING
from services.catalog.rules.programmes import UNSEEN
from services.catalog.tables import Organisation, Programme, ProgrammePrerequisite, Term, Territory, in_force
from shared.access import Caller
from shared.clock import today
from shared.database import within


async def words_for(
    session: AsyncSession, kind: Kind, *, mentioned: Collection[str], provider_id: UUID | None, caller: Caller, now: datetime
) -> Words:
    """The words of a kind of table; `mentioned` are the codes of programmes in its cells."""
    day = today(now)
    terms: dict[str, dict[str, tuple[str, str]]] = {}
    rows = select(col(Term.dictionary), col(Term.code), col(Term.title), col(Term.short)).where(in_force(Term, day))
    for dictionary, code, title, short in await session.execute(rows.order_by(col(Term.place))):
        terms.setdefault(dictionary, {})[code] = (title, short)
    places = await session.execute(select(col(Territory.oktmo), col(Territory.title)).where(in_force(Territory, day)))
    return Words(
        terms,
        {oktmo: title for oktmo, title in places},
        {} if kind == "organisations" else await programmes(session, kind, mentioned=mentioned, provider_id=provider_id, caller=caller),
        await organisations(session, kind),
    )


async def programmes(
    session: AsyncSession, kind: Kind, *, mentioned: Collection[str], provider_id: UUID | None, caller: Caller
) -> dict[str, UUID]:
    """Programmes by code: for groups the provider's own, as prerequisites whatever the caller sees and what is required already."""
    mine = within(caller, provider=col(Programme.provider_id))
    if kind == "groups":
        seen = mine if provider_id is None else mine & (col(Programme.provider_id) == provider_id)
        named = col(Programme.code).in_(mentioned) & seen
    else:
        required = select(col(ProgrammePrerequisite.required_id)).join(
            Programme, col(Programme.id) == col(ProgrammePrerequisite.programme_id)
        )
        named = (col(Programme.code).in_(mentioned) & (col(Programme.status).not_in(UNSEEN) | mine)) | col(Programme.id).in_(
            required.where(mine)
        )
    found = await session.execute(select(col(Programme.code), col(Programme.id)).where(named))
    return {code: one for code, one in found}


async def organisations(session: AsyncSession, kind: Kind) -> dict[str, UUID]:
    """Organisations by code; only those that teach where a programme names its own."""
    found = select(col(Organisation.code), col(Organisation.id))
    if kind != "organisations":
        found = found.where(col(Organisation.kind).in_(PROVIDING))
    return {code: one for code, one in await session.execute(found)}
