"""Events: written down, announced, changed with a reason, cancelled with a reason."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands.findable import make_findable, make_unfindable
from services.catalog.commands.organisers import name_of, organiser_fault, themes_of, titled
from services.catalog.commands.owned import owned
from services.catalog.commands.programme_facts import framework
from services.catalog.commands.reference import municipality
from services.catalog.rules import events as rules
from services.catalog.rules.events import EventFacts
from services.catalog.rules.fields import same_revision
from services.catalog.tables import Gathering
from shared.access import Caller
from shared.clock import today
from shared.contracts.catalog import EventAnnounced, EventCancelled, EventChanged
from shared.errors import Wrong, demand_none
from shared.messaging.outbox import emit

SAID = ("organiser_id", "kind", "title", "starts", "ends", "place", "oktmo", "capacity_asked", "competences")
own_event = owned(Gathering, by="organiser_id", refusal="Такого мероприятия нет.")


async def draft_event(session: AsyncSession, facts: EventFacts, *, caller: Caller, now: datetime) -> UUID:
    """Write down a draft; return its id."""
    facts = await checked(session, facts, caller=caller, now=now)
    event = Gathering(**columns_of(facts))
    session.add(event)
    await session.flush()
    return event.id


async def change_event(
    session: AsyncSession,
    event_id: UUID,
    facts: EventFacts,
    *,
    reason: str | None,
    caller: Caller,
    now: datetime,
    revision: int | None = None,
) -> None:
    """Bring an event to these facts; an announced one says why."""
    event = await own_event(session, event_id, caller)
    before, announced = facts_of(event), event.status == "published"
    same_revision(wanted=revision, revision=event.revision, current=before.model_dump(mode="json"))
    rules.may_change_event(status=event.status, ends=event.ends, now=now)
    facts = await checked(session, facts, caller=caller, now=now, before=before, announced=announced)
    if facts == before:
        return
    if announced and reason is None:
        raise Wrong({"reason": "Напишите, почему меняется: это увидят те, кто собирался прийти."})
    for field, value in columns_of(facts).items():
        setattr(event, field, value)
    if announced:
        event.change_reason, event.changed_at = reason, now
    event.revision += 1
    await session.flush()
    if announced:
        await show(session, event)
        await emit(session, EventChanged.model_validate({**said_of(event), "reason": reason}), subject=event.id, revision=event.revision)


async def publish_event(session: AsyncSession, event_id: UUID, *, caller: Caller, now: datetime) -> None:
    """Announce a draft; publishing twice is not an error."""
    event = await own_event(session, event_id, caller)
    if event.status == "published":
        return
    rules.may_change_event(status=event.status, ends=event.ends, now=now)
    await checked(session, facts_of(event), caller=caller, now=now, announced=True)
    event.status, event.published_at = "published", now
    event.revision += 1
    await session.flush()
    await show(session, event)
    await emit(session, EventAnnounced.model_validate(said_of(event)), subject=event.id, revision=event.revision)


async def cancel_event(session: AsyncSession, event_id: UUID, *, reason: str, caller: Caller, now: datetime) -> None:
    """Call an announced event off; cancelling twice is not an error."""
    event = await own_event(session, event_id, caller)
    if event.status == "cancelled":
        return
    rules.may_cancel_event(status=event.status, ends=event.ends, now=now)
    event.status, event.cancellation_reason = "cancelled", reason
    event.revision += 1
    await make_unfindable(session, "event", event_id)
    await emit(session, EventCancelled(event_id=event_id, reason=reason), subject=event_id, revision=event.revision)


async def checked(
    session: AsyncSession,
    facts: EventFacts,
    *,
    caller: Caller,
    now: datetime,
    before: EventFacts | None = None,
    announced: bool = False,
) -> EventFacts:
    """The facts with the ОКТМО in force; raises `Wrong`."""
    faults = rules.event_faults(facts, now=now, before=before)
    faults |= rules.competence_faults(facts.competences, known=await framework(session))
    if announced:
        faults |= rules.announcement_faults(facts)
    if fault := await organiser_fault(session, facts.organiser_id, caller):
        faults["organiser_id"] = fault
    oktmo = facts.oktmo and await municipality(session, facts.oktmo)
    if facts.oktmo and oktmo is None:
        faults["oktmo"] = "Такого муниципалитета нет в справочнике ОКТМО."
    demand_none(faults)
    return facts.model_copy(update={"oktmo": oktmo})


def columns_of(facts: EventFacts) -> dict[str, Any]:
    return {**facts.model_dump(exclude={"agenda"}), "agenda": [one.model_dump() for one in facts.agenda]}


def facts_of(event: Gathering) -> EventFacts:
    """What a stored event states."""
    return EventFacts.model_validate({field: getattr(event, field) for field in EventFacts.model_fields})


def said_of(event: Gathering) -> dict[str, Any]:
    return {"event_id": event.id, **{name: getattr(event, name) for name in SAID}}


async def show(session: AsyncSession, event: Gathering) -> None:
    """Let the announced event be found."""
    kind, organiser = await titled(session, "event_kind", event.kind), await name_of(session, event.organiser_id)
    story = " ".join([event.annotation, *(f"{one['title']} {one['speaker']}" for one in event.agenda)])
    await make_findable(
        session,
        "event",
        event.id,
        title=event.title,
        summary=event.annotation,
        day=today(event.starts),
        themes=f"{kind} {await themes_of(session, event.competences)}",
        story=story,
        around=f"{organiser} {event.place or 'онлайн'}",
    )
