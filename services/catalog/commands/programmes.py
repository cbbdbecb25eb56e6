"""Programmes: written down as drafts, published, changed in the open, withdrawn."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, literal, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands.reference import audience_codes, minimum_hours
from services.catalog.commands.search import rewrite_documents
from services.catalog.rules import programmes as rules
from services.catalog.rules.fields import demand_none
from services.catalog.rules.organisations import PROVIDING
from services.catalog.rules.programmes import CodeTaken, ProgrammeFacts
from services.catalog.tables import Competence, Organisation, Programme, ProgrammeEffect, ProgrammePrerequisite
from shared.access import Caller
from shared.clock import today
from shared.contracts.catalog import ProgrammePublished, ProgrammeWithdrawn
from shared.database import within
from shared.errors import NotFound
from shared.messaging.outbox import emit

FIXED = ("code", "kind", "provider_id")
COLUMNS = ("code", "title", "annotation", "kind", "hours", "form", "distance_share", "provider_id", "funding", "fee", "document_kind")


async def draft_programme(session: AsyncSession, facts: ProgrammeFacts, *, caller: Caller, now: datetime) -> UUID:
    """Write down a draft; return its id."""
    demand_none(await faults_of(session, facts, caller=caller, now=now))
    if await session.scalar(select(col(Programme.id)).where(col(Programme.code) == facts.code)):
        raise CodeTaken()
    programme = Programme(**columns_of(facts))
    session.add(programme)
    await session.flush()
    await write_parts(session, programme.id, facts)
    return programme.id


async def change_programme(session: AsyncSession, programme_id: UUID, facts: ProgrammeFacts, *, caller: Caller, now: datetime) -> None:
    """Bring a programme to these facts; a published one is published anew."""
    programme = await own_programme(session, programme_id, caller)
    before = await facts_of(session, programme)
    rules.may_change(status=programme.status, fixed_changed=any(getattr(before, field) != getattr(facts, field) for field in FIXED))
    faults = await faults_of(session, facts, caller=caller, now=now, itself=programme_id)
    if programme.status == "published":
        faults |= rules.readiness_faults(facts, competences=await framework(session))
    demand_none(faults)
    if facts == before:
        return
    if facts.code != before.code and await session.scalar(select(col(Programme.id)).where(col(Programme.code) == facts.code)):
        raise CodeTaken()
    for field, value in columns_of(facts).items():
        setattr(programme, field, value)
    programme.revision += 1
    await session.flush()
    await write_parts(session, programme_id, facts)
    if programme.status == "published":
        await rewrite_documents(session, [programme_id])
        await tell_published(session, programme, facts)


async def publish_programme(session: AsyncSession, programme_id: UUID, *, caller: Caller, now: datetime) -> None:
    """Open a draft to applications; publishing twice is not an error."""
    programme = await own_programme(session, programme_id, caller)
    if programme.status == "published":
        return
    rules.may_change(status=programme.status, fixed_changed=False)
    facts = await facts_of(session, programme)
    faults = await faults_of(session, facts, caller=caller, now=now, itself=programme_id)
    demand_none(faults | rules.readiness_faults(facts, competences=await framework(session)))
    programme.status, programme.published_at = "published", now
    programme.revision += 1
    await rewrite_documents(session, [programme_id])
    await tell_published(session, programme, facts)


async def withdraw_programme(session: AsyncSession, programme_id: UUID, *, reason: str, caller: Caller) -> None:
    """Take a programme off the register; groups under way go on, new ones do not open."""
    programme = await own_programme(session, programme_id, caller)
    rules.may_withdraw(status=programme.status)
    if programme.status == "withdrawn":
        return
    programme.status, programme.withdrawal_reason = "withdrawn", reason
    programme.revision += 1
    await rewrite_documents(session, [programme_id])
    event = ProgrammeWithdrawn(programme_id=programme_id, reason=reason)
    await emit(session, event, subject=programme_id, revision=programme.revision)


async def own_programme(session: AsyncSession, programme_id: UUID, caller: Caller) -> Programme:
    """The caller's programme, locked; raises `NotFound` for an unknown or foreign one."""
    mine = within(caller, provider=col(Programme.provider_id))
    found: Programme | None = await session.scalar(select(Programme).where(col(Programme.id) == programme_id, mine).with_for_update())
    if found is None:
        raise NotFound("Такой программы нет.")
    return found


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
    return faults


async def prerequisite_fault(session: AsyncSession, required: list[UUID], caller: Caller, itself: UUID | None) -> str | None:
    """What is wrong with the programmes that have to be passed before."""
    visible = (col(Programme.status) != "draft") | within(caller, provider=col(Programme.provider_id))
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
    stated = {field: getattr(facts, field) for field in COLUMNS}
    outline = [module.model_dump() for module in facts.outline]
    return {**stated, **facts.audience.model_dump(), "outline": outline, "approvals": facts.approvals}


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
    effects = await session.execute(
        select(col(ProgrammeEffect.competence), col(ProgrammeEffect.share)).where(col(ProgrammeEffect.programme_id) == programme.id)
    )
    required = await session.scalars(
        select(col(ProgrammePrerequisite.required_id)).where(col(ProgrammePrerequisite.programme_id) == programme.id)
    )
    stated = {field: getattr(programme, field) for field in (*COLUMNS, "outline", "approvals")}
    audience = {field: getattr(programme, field) for field in rules.Audience.model_fields}
    parts = {"effects": [row._asdict() for row in effects], "prerequisites": list(required)}
    return ProgrammeFacts.model_validate({**stated, "audience": audience, **parts})


async def tell_published(session: AsyncSession, programme: Programme, facts: ProgrammeFacts) -> None:
    said = facts.model_dump(include=set(ProgrammePublished.model_fields))
    event = ProgrammePublished.model_validate({"programme_id": programme.id, **said})
    await emit(session, event, subject=programme.id, revision=programme.revision)
