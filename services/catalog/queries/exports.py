"""What of the register goes into a table: values by the fields of its columns, and the words that say them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.queries.groups import groups_wanted
from services.catalog.queries.labels import labels
from services.catalog.queries.search import ids_found
from services.catalog.queries.seats import G
from services.catalog.rules.import_values import Words
from services.catalog.rules.imports import flat
from services.catalog.rules.programmes import ProgrammeFacts
from services.catalog.rules.search import Wanted, WantedGroups, WantedOwn
from services.catalog.tables import Organisation, Programme, ProgrammeEffect, ProgrammePrerequisite, ProgrammeVersion, Territory
from shared.access import Caller
from shared.database import within

MOST = 2000
Values = Sequence[Mapping[str, Any]]
STATES = {"draft": "Черновик", "in_review": "На проверке", "published": "Опубликована", "withdrawn": "Снята", "archived": "В архиве"}
GROUP_STATES = {"announced": "Объявлен", "cancelled": "Отменён"}
STATE, PROVIDER, PROGRAMME = "Состояние", "Название организации", "Название программы"
"""Headings of columns that only tell, and are not imported."""


async def programmes_found(session: AsyncSession, wanted: Wanted, *, today: date) -> tuple[Values, Words]:
    """The published programmes of a search."""
    return await programmes(session, await ids_found(session, wanted, today=today, most=MOST), {}, today)


async def own_programmes(session: AsyncSession, wanted: WantedOwn, *, caller: Caller, today: date) -> tuple[Values, Words]:
    """The caller's programmes as their provider edits them: of one in review the version that waits."""
    waits = (col(ProgrammeVersion.programme_id) == col(Programme.id)) & col(ProgrammeVersion.decision).is_(None)
    listed = select(col(Programme.id), col(ProgrammeVersion.facts)).outerjoin(ProgrammeVersion, waits)
    listed = listed.where(within(caller, provider=col(Programme.provider_id)))
    if wanted.status:
        state = col(ProgrammeVersion.facts).is_not(None) if wanted.status == "in_review" else col(Programme.status) == wanted.status
        listed = listed.where(state)
    rows = (await session.execute(listed.order_by(col(Programme.code)).limit(MOST))).all()
    pending = {row.id: flat(ProgrammeFacts.model_validate(row.facts)) for row in rows if row.facts}
    return await programmes(session, [row.id for row in rows], pending, today)


async def programmes(
    session: AsyncSession, ids: Sequence[UUID], pending: Mapping[UUID, Mapping[str, Any]], today: date
) -> tuple[Values, Words]:
    """Programmes in this order; what is `pending` of one stands instead of what is public."""
    effect, required = ProgrammeEffect, ProgrammePrerequisite
    effects: dict[UUID, list[dict[str, Any]]] = {}
    shares = select(col(effect.programme_id), col(effect.competence), col(effect.share)).where(col(effect.programme_id).in_(ids))
    for programme_id, competence, share in await session.execute(shares.order_by(col(effect.competence))):
        effects.setdefault(programme_id, []).append({"competence": competence, "share": share})
    before: dict[UUID, list[UUID]] = {}
    pairs = select(col(required.programme_id), col(required.required_id)).where(col(required.programme_id).in_(ids))
    for programme_id, one in await session.execute(pairs.order_by(col(required.required_id))):
        before.setdefault(programme_id, []).append(one)
    named = select(Programme, col(Organisation.short_name)).join(Organisation, col(Organisation.id) == col(Programme.provider_id))
    found: dict[UUID, dict[str, Any]] = {}
    for programme, provider in await session.execute(named.where(col(Programme.id).in_(ids))):
        lists = {f"audience.{field}": getattr(programme, field) for field in ("positions", "subjects", "levels")}
        parts = {"effects": effects.get(programme.id, []), "prerequisites": before.get(programme.id, [])}
        public = {**programme.model_dump(exclude={"document"}), **lists, **parts}
        found[programme.id] = {**public, **pending.get(programme.id, {}), STATE: STATES[programme.status], PROVIDER: provider}
    values = [found[one] for one in ids if one in found]
    return values, await words(session, today, programmes=(one for value in values for one in value["prerequisites"]))


async def groups(session: AsyncSession, wanted: WantedGroups, *, today: date) -> tuple[Values, Words]:
    """Groups by their first day."""
    rows = await session.execute(groups_wanted(wanted).order_by(col(G.starts), col(G.id)).limit(MOST), {"today": today})
    values = [
        {**row._asdict(), "programme": row.programme_id, PROGRAMME: row.programme_title, STATE: GROUP_STATES[row.status]} for row in rows
    ]
    return values, await words(session, today, programmes=(one["programme"] for one in values))


async def words(session: AsyncSession, today: date, *, programmes: Iterable[UUID]) -> Words:
    """The words in force, with the codes of these programmes and of all who teach."""
    places = select(col(Territory.oktmo), col(Territory.title)).where(
        col(Territory.valid_from) <= today, or_(col(Territory.valid_to).is_(None), col(Territory.valid_to) > today)
    )
    codes = select(col(Programme.code), col(Programme.id)).where(col(Programme.id).in_(set(programmes)))
    teach = select(col(Organisation.code), col(Organisation.id)).where(
        col(Organisation.id).in_(select(col(Programme.provider_id)).distinct())
    )
    return Words(
        (await labels(session, today)).terms,
        {oktmo: title for oktmo, title in await session.execute(places)},
        {code: one for code, one in await session.execute(codes)},
        {code: one for code, one in await session.execute(teach)},
    )
