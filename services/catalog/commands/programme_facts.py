"""A programme's facts: what is wrong with them, where they are stored, how they are told."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, literal, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands.owned import owned
from services.catalog.commands.reference import audience_codes, minimum_hours
from services.catalog.rules import programmes as rules
from services.catalog.rules.organisations import PROVIDING
from services.catalog.rules.programmes import UNSEEN, ProgrammeFacts
from services.catalog.tables import Competence, Organisation, Programme, ProgrammeEffect, ProgrammeFile, ProgrammePrerequisite
from shared.access import Caller
from shared.clock import today
from shared.contracts.catalog import ProgrammePublished
from shared.database import within
from shared.errors import demand_none
from shared.messaging.outbox import emit

COLUMNS = (
    "code", "title", "annotation", "goal", "kind", "hours", "form", "distance_share", "register_number", "register_until", "files",
    "provider_id", "funding", "fee", "document_kind", "approvals",
)  # fmt: skip
LISTS = ("outline", "teachers")
own_programme = owned(Programme, by="provider_id", refusal="Такой программы нет.")


async def demand_ready(session: AsyncSession, facts: ProgrammeFacts, *, caller: Caller, now: datetime, itself: UUID) -> None:
    """Refuse facts that are wrong or lack something to be published; raises `Wrong`."""
    faults = await faults_of(session, facts, caller=caller, now=now, itself=itself)
    demand_none(faults | rules.readiness_faults(facts, competences=await framework(session)))


async def faults_of(
    session: AsyncSession, facts: ProgrammeFacts, *, caller: Caller, now: datetime, itself: UUID | None = None
) -> dict[str, str]:
    """Everything that is wrong with the facts, by field; a foreign provider or draft is as unknown as a missing one."""
    day = today(now)
    faults = rules.programme_faults(facts, minimum=await minimum_hours(session, facts.kind, day))
    faults |= rules.audience_faults(facts.audience, known=await audience_codes(session, day))
    teaches = select(col(Organisation.id)).where(
        col(Organisation.id) == facts.provider_id,
        col(Organisation.kind).in_(PROVIDING),
        col(Organisation.status) == "active",
        within(caller, provider=col(Organisation.id)),
    )
    if await session.scalar(teaches) is None:
        faults["provider_id"] = "Такой организации ДПО нет."
    if facts.prerequisites and (fault := await prerequisite_fault(session, facts.prerequisites, caller, itself)):
        faults.setdefault("prerequisites", fault)
    if facts.files:
        own = (col(ProgrammeFile.id).in_(facts.files)) & (col(ProgrammeFile.programme_id) == itself)
        if len(set(await session.scalars(select(col(ProgrammeFile.id)).where(own)))) < len(set(facts.files)):
            faults.setdefault("files", "Такого файла у программы нет: приложите его снова.")
    return faults


async def prerequisite_fault(session: AsyncSession, required: list[UUID], caller: Caller, itself: UUID | None) -> str | None:
    """What is wrong with the programmes that have to be passed before."""
    visible = col(Programme.status).not_in(UNSEEN) | within(caller, provider=col(Programme.provider_id))
    known = set(await session.scalars(select(col(Programme.id)).where(col(Programme.id).in_(required), visible)))
    if set(required) - known:
        return "Такой программы нет среди опубликованных."
    before = select(col(Programme.id).label("id")).where(col(Programme.id).in_(required)).cte("before", recursive=True)
    needed = select(col(ProgrammePrerequisite.required_id)).where(col(ProgrammePrerequisite.programme_id) == before.c.id)
    before = before.union(needed)
    if itself and await session.scalar(select(literal(1)).where(before.c.id == itself)):
        return "Программы не могут требовать друг друга по кругу."
    return None


async def framework(session: AsyncSession) -> set[str]:
    """The competences of the framework in force; empty while none was heard of."""
    newest = select(func.max(col(Competence.version))).scalar_subquery()
    return set(await session.scalars(select(col(Competence.code)).where(col(Competence.version) == newest)))


def columns_of(facts: ProgrammeFacts) -> dict[str, Any]:
    """The columns that hold the facts."""
    stated = {field: getattr(facts, field) for field in COLUMNS}
    lists = {field: [one.model_dump() for one in getattr(facts, field)] for field in LISTS}
    return {**stated, **facts.audience.model_dump(), **lists}


async def store(session: AsyncSession, programme: Programme, facts: ProgrammeFacts) -> None:
    """Bring a stored programme to these facts."""
    for field, value in columns_of(facts).items():
        setattr(programme, field, value)
    await session.flush()
    await write_parts(session, programme.id, facts)


async def write_parts(session: AsyncSession, programme_id: UUID, facts: ProgrammeFacts) -> None:
    """Replace the competences and prerequisites of a programme."""
    effects = [{"programme_id": programme_id, **effect.model_dump()} for effect in facts.effects]
    required = [{"programme_id": programme_id, "required_id": one} for one in facts.prerequisites]
    for table, rows in ((ProgrammeEffect, effects), (ProgrammePrerequisite, required)):
        await session.execute(delete(table).where(col(table.programme_id) == programme_id))
        if rows:
            await session.execute(insert(table), rows)


async def facts_of(session: AsyncSession, programme: Programme) -> ProgrammeFacts:
    """What a stored programme states."""
    [facts] = await facts_of_each(session, [programme])
    return facts


async def facts_of_each(session: AsyncSession, programmes: Sequence[Any]) -> list[ProgrammeFacts]:
    """What each of several programmes states; they may be rows of the columns."""
    ids, effects, required = [one.id for one in programmes], defaultdict(list), defaultdict(list)
    shares = select(col(ProgrammeEffect.programme_id), col(ProgrammeEffect.competence), col(ProgrammeEffect.share))
    for programme_id, competence, share in await session.execute(shares.where(col(ProgrammeEffect.programme_id).in_(ids))):
        effects[programme_id].append({"competence": competence, "share": share})
    pairs = select(col(ProgrammePrerequisite.programme_id), col(ProgrammePrerequisite.required_id))
    for programme_id, required_id in await session.execute(pairs.where(col(ProgrammePrerequisite.programme_id).in_(ids))):
        required[programme_id].append(required_id)
    stated = []
    for one in programmes:
        facts = {field: getattr(one, field) for field in (*COLUMNS, *LISTS)}
        audience = {field: getattr(one, field) for field in rules.Audience.model_fields}
        parts = {"effects": effects[one.id], "prerequisites": required[one.id]}
        stated.append(ProgrammeFacts.model_validate({**facts, "audience": audience, **parts}))
    return stated


async def tell_published(session: AsyncSession, programme: Programme, facts: ProgrammeFacts) -> None:
    said = facts.model_dump(include=set(ProgrammePublished.model_fields))
    event = ProgrammePublished.model_validate({"programme_id": programme.id, **said})
    await emit(session, event, subject=programme.id, revision=programme.revision)
