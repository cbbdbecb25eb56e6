"""Groups: announced, changed with a reason, cancelled with a reason."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands.owned import owned
from services.catalog.commands.programme_facts import own_programme
from services.catalog.commands.reference import municipality
from services.catalog.rules import groups as rules
from services.catalog.rules import timetables
from services.catalog.rules.fields import same_revision
from services.catalog.rules.groups import GroupFacts
from services.catalog.tables import Group
from shared.access import Caller
from shared.clock import today
from shared.contracts.catalog import GroupAnnounced, GroupCancelled, GroupChanged
from shared.errors import demand_none
from shared.messaging.outbox import emit

own_group = owned(Group, by="provider_id", refusal="Такого потока нет.")


async def announce_group(session: AsyncSession, programme_id: UUID, facts: GroupFacts, *, caller: Caller, now: datetime) -> UUID:
    """Announce a group of a published programme; return its id."""
    programme = await own_programme(session, programme_id, caller)
    rules.may_announce(programme_status=programme.status)
    facts = await checked(session, facts, form=facts.form or programme.form, funding=facts.funding or programme.funding, now=now)
    group = Group(programme_id=programme_id, provider_id=programme.provider_id, announced_at=now, **columns_of(facts))
    session.add(group)
    await session.flush()
    await emit(session, GroupAnnounced.model_validate(said_of(group)), subject=group.id, revision=group.revision)
    return group.id


async def copy_group(session: AsyncSession, group_id: UUID, *, starts: date | None, caller: Caller, now: datetime) -> UUID:
    """Announce a former group again, a year later to the weekday or from a given day on; return the id of the new one."""
    group = await own_group(session, group_id, caller)
    demand_none(timetables.copy_faults(wanted=starts, today=today(now)))
    first = timetables.next_start(starts=group.starts, wanted=starts, today=today(now))
    facts = timetables.shifted(facts_of(group), days=first - group.starts)
    return await announce_group(session, group.programme_id, facts, caller=caller, now=now)


async def change_group(
    session: AsyncSession,
    group_id: UUID,
    facts: GroupFacts,
    *,
    reason: str,
    caller: Caller,
    now: datetime,
    revision: int | None = None,
) -> None:
    """Bring a group to these facts and say why."""
    group = await own_group(session, group_id, caller)
    before = facts_of(group)
    same_revision(wanted=revision, revision=group.revision, current=before.model_dump(mode="json"))
    rules.may_change_group(status=group.status, ends=group.ends, today=today(now))
    facts = await checked(session, facts, form=facts.form or group.form, funding=facts.funding or group.funding, now=now, before=before)
    if facts == before:
        return
    for field, value in columns_of(facts).items():
        setattr(group, field, value)
    group.revision += 1
    await emit(session, GroupChanged.model_validate({**said_of(group), "reason": reason}), subject=group.id, revision=group.revision)


async def cancel_group(session: AsyncSession, group_id: UUID, *, reason: str, caller: Caller, now: datetime) -> None:
    """Call a group off before it begins; cancelling twice is not an error."""
    group = await own_group(session, group_id, caller)
    if group.status == "cancelled":
        return
    rules.may_cancel_group(starts=group.starts, today=today(now))
    group.status, group.cancellation_reason = "cancelled", reason
    group.revision += 1
    event = GroupCancelled(group_id=group_id, programme_id=group.programme_id, reason=reason)
    await emit(session, event, subject=group_id, revision=group.revision)


async def checked(
    session: AsyncSession, facts: GroupFacts, *, form: str, funding: str, now: datetime, before: GroupFacts | None = None
) -> GroupFacts:
    """The facts complete, with the ОКТМО in force; raises `Wrong`."""
    faults = rules.group_faults(facts, form=form, today=today(now), before=before)
    oktmo = facts.oktmo and await municipality(session, facts.oktmo)
    if facts.oktmo and oktmo is None:
        faults["oktmo"] = "Такого муниципалитета нет в справочнике ОКТМО."
    demand_none(faults)
    return facts.model_copy(update={"form": form, "funding": funding, "oktmo": oktmo})


def columns_of(facts: GroupFacts) -> dict[str, Any]:
    return {**facts.model_dump(exclude={"timetable"}), "timetable": [meeting.model_dump(mode="json") for meeting in facts.timetable]}


def facts_of(group: Group) -> GroupFacts:
    """What a stored group states."""
    return GroupFacts.model_validate({field: getattr(group, field) for field in GroupFacts.model_fields})


def said_of(group: Group) -> dict[str, Any]:
    return {"group_id": group.id, **group.model_dump(exclude={"id"})}
