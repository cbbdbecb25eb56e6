"""Events: the calendar, cards, and announcing, changing and cancelling."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.catalog import commands, queries
from services.catalog.api.callers import Publisher, Since, Visitor
from services.catalog.api.public import Public
from services.catalog.api.shapes.dictionaries import Coded, FacetValue
from services.catalog.api.shapes.organisations import ProviderOut
from services.catalog.rules.events import AgendaItem, EventFacts, WantedEvents
from services.catalog.rules.fields import Facts, Reason
from shared.edge import Now, Tx

router = APIRouter(route_class=Public, tags=["events"])


class EventChange(EventFacts):
    """All facts of the event as they are to be; an announced one also says why it changes."""

    reason: Reason | None = None

    @property
    def facts(self) -> EventFacts:
        return EventFacts.model_validate({field: getattr(self, field) for field in EventFacts.model_fields})


class EventCancellation(Facts):
    reason: Reason


class EventItem(BaseModel):
    """An event in a list."""

    id: UUID
    kind: Coded
    title: str
    annotation: str
    starts: datetime
    ends: datetime
    oktmo: str | None
    municipality: str | None
    place: str | None
    online: bool
    link: str | None
    capacity_asked: int | None
    organiser: ProviderOut
    status: Literal["draft", "published", "cancelled"]
    cancellation_reason: str | None
    revision: int


class EventPage(BaseModel):
    items: list[EventItem]
    total: int
    next: str | None
    facets: dict[str, list[FacetValue]]


class OwnEvents(BaseModel):
    items: list[EventItem]


class CompetenceTitle(BaseModel):
    code: str
    title: str


class EventOut(EventItem):
    """The card of an event, with the programme of its day and why it changed last."""

    agenda: list[AgendaItem]
    competences: list[CompetenceTitle]
    published_at: datetime | None
    change_reason: str | None
    changed_at: datetime | None


@router.get("/events", response_model=EventPage)
async def list_events(wanted: Annotated[WantedEvents, Query()], caller: Visitor, tx: Tx, now: Now) -> Any:
    """Announced events, the coming ones by their start; counts of the facets react to each other."""
    return await queries.events.events_listed(tx, wanted, now=now)


@router.get("/own-events", response_model=OwnEvents)
async def list_own_events(caller: Publisher, tx: Tx, now: Now) -> Any:
    """The events of the caller's organisation, drafts too."""
    return await queries.events.own_events(tx, caller=caller, now=now)


@router.get("/events/{event_id}", response_model=EventOut)
async def show_event(event_id: UUID, caller: Visitor, tx: Tx, now: Now) -> Any:
    return await queries.events.event_card(tx, event_id, caller=caller, now=now)


@router.post("/events", status_code=201, response_model=EventOut)
async def draft_event(body: EventFacts, caller: Publisher, tx: Tx, now: Now) -> Any:
    event_id = await commands.events.draft_event(tx, body, caller=caller, now=now)
    return await queries.events.event_card(tx, event_id, caller=caller, now=now)


@router.put("/events/{event_id}", response_model=EventOut)
async def change_event(event_id: UUID, body: EventChange, caller: Publisher, since: Since, tx: Tx, now: Now) -> Any:
    await commands.events.change_event(tx, event_id, body.facts, reason=body.reason, caller=caller, now=now, revision=since)
    return await queries.events.event_card(tx, event_id, caller=caller, now=now)


@router.post("/events/{event_id}/publication", response_model=EventOut)
async def publish_event(event_id: UUID, caller: Publisher, tx: Tx, now: Now) -> Any:
    await commands.events.publish_event(tx, event_id, caller=caller, now=now)
    return await queries.events.event_card(tx, event_id, caller=caller, now=now)


@router.post("/events/{event_id}/cancellation", response_model=EventOut)
async def cancel_event(event_id: UUID, body: EventCancellation, caller: Publisher, tx: Tx, now: Now) -> Any:
    await commands.events.cancel_event(tx, event_id, reason=body.reason, caller=caller, now=now)
    return await queries.events.event_card(tx, event_id, caller=caller, now=now)
