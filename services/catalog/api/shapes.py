"""What the API answers with; codes come with their titles."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from services.catalog.rules.groups import Enrolment

ProgrammeStatus = Literal["draft", "in_review", "published", "withdrawn", "archived"]
ReviewState = Literal["in_review", "published", "returned", "replaced"]


class Coded(BaseModel):
    """A code, its title, and its words inside a sentence."""

    code: str
    title: str
    short: str


class TermOut(Coded):
    dictionary: str
    valid_from: date
    valid_to: date | None
    in_force: bool


class MunicipalityOut(BaseModel):
    """A municipality under one ОКТМО; an abolished code names its successor."""

    oktmo: str
    name: str
    kind: str
    title: str
    valid_from: date
    valid_to: date | None
    successor: str | None
    in_force: bool


class HoursMinimumOut(BaseModel):
    """The fewest hours that the law allows a kind of programme, and the act that says so."""

    kind: str
    hours: int
    basis: str
    valid_from: date
    valid_to: date | None
    in_force: bool


class DictionariesOut(BaseModel):
    terms: dict[str, list[TermOut]]
    municipalities: list[MunicipalityOut]
    hours_minima: list[HoursMinimumOut]


class LicenceOut(BaseModel):
    """A licence to educate."""

    number: str
    issued: date
    authority: str
    status: Literal["active", "suspended", "ended"]


class OrganisationItem(BaseModel):
    id: UUID
    code: str
    kind: Coded
    name: str
    short_name: str
    previous_name: str | None
    valid_from: date
    inn: str | None
    kpp: str | None
    ogrn: str | None
    oktmo: str | None
    municipality: str | None
    authority_id: UUID | None
    agency_id: UUID | None
    address: str | None
    site: str | None
    phone: str | None
    email: str | None
    founder: str | None
    licence: LicenceOut | None
    status: Literal["active", "merged", "closed"]
    merged_into: UUID | None
    changed_at: datetime
    revision: int


class NameOut(BaseModel):
    """A name from a day on."""

    valid_from: date
    name: str
    short_name: str


class AboveOut(BaseModel):
    """One organisation of those above another."""

    id: UUID
    short_name: str
    kind: Coded


class OrganisationOut(OrganisationItem):
    """An organisation with the names it had, the newest first, what stands above it, the highest first, and its published programmes."""

    names: list[NameOut]
    above: list[AboveOut]
    programmes: int


class ChangeOut(BaseModel):
    """What one revision changed: each field with its value before and after."""

    revision: int
    changed_at: datetime
    role: str
    changes: dict[str, tuple[str | None, str | None]]


class ChangesOut(BaseModel):
    items: list[ChangeOut]


class OrganisationPage(BaseModel):
    items: list[OrganisationItem]
    next: str | None


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


class ProviderOut(BaseModel):
    id: UUID
    name: str
    short_name: str


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


class PieceOut(BaseModel):
    """A piece of a text; `found` when it holds words of the query."""

    text: str
    found: bool


class RatingOut(BaseModel):
    """The mean of all marks of n reviews, smoothed towards the catalogue's mean; told from five reviews on."""

    mean: float
    n: int


class ProgrammeItem(BaseModel):
    """A programme as a search result, with its nearest group that meets the filters."""

    id: UUID
    code: str
    title: str
    annotation: list[PieceOut]
    kind: Coded
    hours: int
    form: Coded
    distance_share: float
    funding: Coded
    fee: int
    document: Coded
    provider: ProviderOut
    rating: RatingOut | None = None
    nearest_group: GroupItem | None


class FacetValue(BaseModel):
    value: str
    title: str
    count: int
    chosen: bool


class UnderstoodOut(BaseModel):
    """Words of the query, and what they were taken for."""

    text: str
    meaning: str


class ProgrammePage(BaseModel):
    """A page of the search; `corrected` says the query that was answered instead of the one with misprints.

    `nearest` is what comes near when nothing is found: programmes that say a part of the words, whatever the filters.
    """

    items: list[ProgrammeItem]
    total: int
    next: str | None
    corrected: str | None
    understood: list[UnderstoodOut] = []
    nearest: list[ProgrammeItem] = []
    facets: dict[str, list[FacetValue]]


class SuggestionOut(BaseModel):
    """How a query may go on, and how many published programmes, or things of another kind, that finds."""

    kind: Literal[
        "words", "subject", "position", "provider", "municipality", "programme", "event", "organisation", "news", "document", "procedure"
    ]
    text: str
    count: int


class SuggestionsOut(BaseModel):
    items: list[SuggestionOut]


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


class ProviderCard(ProviderOut):
    kind: str
    site: str | None


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


class VersionReadOut(BaseModel):
    """A submitted version and what became of it; `own` when the caller wrote or submitted it and so can not read it."""

    number: int
    state: ReviewState
    author_role: str
    submitted_at: datetime
    decided_at: datetime | None
    remarks: list[RemarkOut]
    own: bool


class CardGroup(GroupItem):
    """A group on the card, with whom to ask."""

    contact_phone: str | None
    contact_email: str | None


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
