"""Notices of assessment procedures: written down, published, changed, cancelled."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands.findable import make_findable, make_unfindable
from services.catalog.commands.organisers import name_of, organiser_fault, themes_of
from services.catalog.commands.owned import owned
from services.catalog.commands.programme_facts import framework
from services.catalog.rules import notices as rules
from services.catalog.rules.events import competence_faults
from services.catalog.rules.fields import same_revision
from services.catalog.rules.notices import NoticeFacts
from services.catalog.tables import Notice, Procedure
from shared.access import Caller
from shared.clock import today
from shared.errors import demand_none

own_notice = owned(Notice, by="organiser_id", refusal="Такого объявления нет.")


async def draft_notice(session: AsyncSession, facts: NoticeFacts, *, caller: Caller, now: datetime) -> UUID:
    """Write down a draft; return its id."""
    await check(session, facts, caller=caller, now=now)
    notice = Notice(**facts.model_dump())
    session.add(notice)
    await session.flush()
    return notice.id


async def change_notice(
    session: AsyncSession, notice_id: UUID, facts: NoticeFacts, *, caller: Caller, now: datetime, revision: int | None = None
) -> None:
    """Bring a notice to these facts; a published one changes in the open."""
    notice = await own_notice(session, notice_id, caller)
    before = facts_of(notice)
    same_revision(wanted=revision, revision=notice.revision, current=before.model_dump(mode="json"))
    rules.may_change_notice(status=notice.status, closes=notice.closes, today=today(now))
    await check(session, facts, caller=caller, now=now, before=before)
    if facts == before:
        return
    for field, value in facts.model_dump().items():
        setattr(notice, field, value)
    notice.revision += 1
    if notice.status == "published":
        await show(session, notice)


async def publish_notice(session: AsyncSession, notice_id: UUID, *, caller: Caller, now: datetime) -> None:
    """Publish a draft; publishing twice is not an error."""
    notice = await own_notice(session, notice_id, caller)
    if notice.status == "published":
        return
    rules.may_change_notice(status=notice.status, closes=notice.closes, today=today(now))
    await check(session, facts_of(notice), caller=caller, now=now)
    notice.status, notice.published_at = "published", now
    notice.revision += 1
    await show(session, notice)


async def cancel_notice(session: AsyncSession, notice_id: UUID, *, reason: str, caller: Caller, now: datetime) -> None:
    """Take a published notice back; cancelling twice is not an error."""
    notice = await own_notice(session, notice_id, caller)
    if notice.status == "cancelled":
        return
    rules.may_cancel_notice(status=notice.status, closes=notice.closes, today=today(now))
    notice.status, notice.cancellation_reason = "cancelled", reason
    notice.revision += 1
    await make_unfindable(session, "procedure", notice_id)


async def check(session: AsyncSession, facts: NoticeFacts, *, caller: Caller, now: datetime, before: NoticeFacts | None = None) -> None:
    """Refuse facts that can not be; raises `Wrong`."""
    faults = rules.notice_faults(facts, today=today(now), before=before)
    faults |= competence_faults(facts.competences, known=await framework(session))
    if fault := await organiser_fault(session, facts.organiser_id, caller):
        faults["organiser_id"] = fault
    if facts.procedure_id and await session.get(Procedure, facts.procedure_id) is None:
        faults["procedure_id"] = "Такой процедуры диагностики нет."
    demand_none(faults)


def facts_of(notice: Notice) -> NoticeFacts:
    """What a stored notice states."""
    return NoticeFacts.model_validate({field: getattr(notice, field) for field in NoticeFacts.model_fields})


async def show(session: AsyncSession, notice: Notice) -> None:
    """Let the published notice be found."""
    await session.flush()
    await make_findable(
        session,
        "procedure",
        notice.id,
        title=notice.title,
        summary=notice.measures,
        day=notice.opens,
        themes=f"процедура оценки диагностика {await themes_of(session, notice.competences)}",
        story=f"{notice.measures} {notice.registration}",
        around=await name_of(session, notice.organiser_id),
    )
