"""What is told of a group and its seats."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from services.catalog.api.shapes.dictionaries import Coded
from services.catalog.api.shapes.organisations import ProviderOut
from services.catalog.rules.groups import Enrolment
from services.catalog.rules.programmes import ProgrammeStatus


class QuotaOut(BaseModel):
    oktmo: str
    rest: int


class SeatsOut(BaseModel):
    """A group's seats as enrollment counted them at `as_of`."""

    capacity: int
    held: int
    taken: int
    waiting: int
    free: int
    quotas: list[QuotaOut]
    as_of: datetime


class GroupItem(BaseModel):
    """A group; `seats` is null until enrollment has counted them."""

    id: UUID
    programme_id: UUID
    starts: date
    ends: date
    enrolment_opens: date
    enrolment_closes: date
    enrolment: Enrolment
    capacity_asked: int
    form: Coded
    funding: Coded
    oktmo: str | None
    municipality: str | None
    place: str | None
    status: Literal["announced", "cancelled"]
    cancellation_reason: str | None
    seats: SeatsOut | None


class ProgrammeOfGroup(BaseModel):
    id: UUID
    code: str
    title: str
    hours: int
    status: ProgrammeStatus
    published_at: datetime | None = None


class GroupListed(GroupItem):
    programme: ProgrammeOfGroup
    provider: ProviderOut


class GroupPage(BaseModel):
    items: list[GroupListed]
    next: str | None


class MeetingOut(BaseModel):
    starts: datetime
    ends: datetime
    place: str | None
    room: str | None = None
    teacher: str | None = None


class GroupOut(GroupListed):
    contact_phone: str | None
    contact_email: str | None
    timetable: list[MeetingOut]
    revision: int


class CardGroup(GroupItem):
    """A group on the card, with whom to ask and when it meets."""

    contact_phone: str | None
    contact_email: str | None
    timetable: list[MeetingOut]
