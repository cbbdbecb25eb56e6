"""The card of a programme, and the list of one's own."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from services.catalog.api.shapes.dictionaries import Coded
from services.catalog.api.shapes.groups import CardGroup
from services.catalog.api.shapes.organisations import ProviderCard
from services.catalog.api.shapes.reviews import RatingOut
from services.catalog.rules.programmes import ProgrammeStatus


class AudienceOut(BaseModel):
    """Whom a programme is for; an empty list admits everyone."""

    positions: list[Coded]
    subjects: list[Coded]
    levels: list[Coded]


class Referred(BaseModel):
    id: UUID
    code: str
    title: str


class MeasuredOut(BaseModel):
    """The measured share of the deficit closed: mean and interval over n people."""

    mean: float
    low: float
    high: float
    n: int


class CompetenceOut(BaseModel):
    """A competence that a programme develops; the title is its code until the framework is heard of."""

    code: str
    title: str
    section: str | None
    share: float
    labour_functions: list[str]
    measured: MeasuredOut | None


class ModuleOut(BaseModel):
    title: str
    hours: int
    content: str


class TeacherOut(BaseModel):
    """A teacher as the provider publishes them."""

    name: str
    position: str
    degree: str


class FileOut(BaseModel):
    """A PDF attached to a programme, at `/programmes/{id}/files/{id}`."""

    id: UUID
    name: str
    size: int


class RemarkOut(BaseModel):
    """What the reader asks to change; an empty field means the whole."""

    field: str
    text: str


ReviewState = Literal["in_review", "published", "returned", "replaced"]


class VersionReadOut(BaseModel):
    """A submitted version and what became of it; `own` when the caller wrote or submitted it and so can not read it."""

    number: int
    state: ReviewState
    author_role: str
    submitted_at: datetime
    decided_at: datetime | None
    remarks: list[RemarkOut]
    own: bool


class ProgrammeOut(BaseModel):
    """The card of a programme, with its groups that are not over; `review` is for its provider and roles of the region."""

    id: UUID
    code: str
    title: str
    annotation: str
    goal: str
    kind: Coded
    hours: int
    form: Coded
    distance_share: float
    audience: AudienceOut
    prerequisites: list[Referred]
    competences: list[CompetenceOut]
    labour_functions: list[Coded]
    outline: list[ModuleOut]
    teachers: list[TeacherOut]
    register_number: str | None
    register_until: date | None
    files: list[FileOut]
    provider: ProviderCard
    funding: Coded
    fee: int
    document: Coded
    approvals: list[Coded]
    status: ProgrammeStatus
    published_at: datetime | None
    withdrawal_reason: str | None
    revision: int
    review: VersionReadOut | None
    rating: RatingOut | None = None
    groups: list[CardGroup]


class OwnProgramme(BaseModel):
    """A programme in its provider's list, with the number of its groups that are not over and the state of its newest version."""

    id: UUID
    code: str
    title: str
    kind: Coded
    hours: int
    form: Coded
    provider_id: UUID
    status: ProgrammeStatus
    published_at: datetime | None
    revision: int
    groups: int
    review: ReviewState | None


class OwnProgrammePage(BaseModel):
    items: list[OwnProgramme]
    next: str | None
