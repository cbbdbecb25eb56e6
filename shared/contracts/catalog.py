"""What the public register says: organisations, programmes, groups, events, reviews, documents."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.base import Code, Event, Oktmo, Part, Share, Text

OrganisationKind = Literal["ministry", "operator", "assessment_centre", "provider", "school", "municipal_authority", "agency"]
ProgrammeKind = Literal["professional_development", "retraining", "internship"]
StudyForm = Literal["full_time", "blended", "distance"]
Funding = Literal["federal", "regional", "municipal", "paid"]
DocumentKind = Literal["qualification_certificate", "retraining_diploma", "study_certificate"]
Approver = Literal["school", "municipality"]
EventKind = Literal["webinar", "seminar", "conference", "contest", "master_class"]


class Audience(Part):
    """Whom a programme is for; an empty list admits everyone."""

    positions: list[Code] = []
    subjects: list[Code] = []
    levels: list[Code] = []


class Effect(Part):
    """The expected share of a competence's deficit that the programme closes."""

    competence: Code
    share: Annotated[float, Field(ge=0, lt=1)]


class Session(Part):
    """One meeting of a group's timetable."""

    starts: AwareDatetime
    ends: AwareDatetime
    place: Text | None = None


class OrganisationChanged(Event, topic="catalog.organisation_changed.v1"):
    """An organisation as the register shows it from `valid_from` on; documents keep the name of their day."""

    organisation_id: UUID
    kind: OrganisationKind
    name: Text
    short_name: Text
    previous_name: Text | None = None
    valid_from: date
    oktmo: Oktmo | None = None
    authority_id: UUID | None = None
    agency_id: UUID | None = None
    status: Literal["active", "merged", "closed"]
    merged_into: UUID | None = None


class ProgrammePublished(Event, topic="catalog.programme_published.v1"):
    """A programme open to applications, or its next published version."""

    programme_id: UUID
    code: Code
    title: Text
    kind: ProgrammeKind
    hours: Annotated[int, Field(gt=0)]
    form: StudyForm
    distance_share: Share
    audience: Audience
    prerequisites: list[UUID] = []
    effects: list[Effect]
    provider_id: UUID
    funding: Funding
    fee: Annotated[int, Field(ge=0, description="roubles")]
    document_kind: DocumentKind
    approvals: list[Approver]


class ProgrammeWithdrawn(Event, topic="catalog.programme_withdrawn.v1"):
    """A programme that accepts no more applications."""

    programme_id: UUID
    reason: Text


class GroupDates(Event):
    """A group as announced; the capacity in force and every seat are enrollment's."""

    group_id: UUID
    programme_id: UUID
    provider_id: UUID
    starts: date
    ends: date
    timetable: list[Session] = []
    oktmo: Oktmo | None = None
    place: Text | None = None
    form: StudyForm
    capacity_asked: Annotated[int, Field(gt=0)]
    enrolment_opens: date
    enrolment_closes: date
    funding: Funding


class GroupAnnounced(GroupDates, topic="catalog.group_announced.v1"):
    """A group that will gather."""


class GroupChanged(GroupDates, topic="catalog.group_changed.v1"):
    """A group whose dates, place or asked capacity changed."""

    reason: Text


class GroupCancelled(Event, topic="catalog.group_cancelled.v1"):
    """A group that will not gather; its applications are offered another one."""

    group_id: UUID
    programme_id: UUID
    reason: Text


class Gathering(Event):
    """A webinar, seminar, conference, contest or master class as announced."""

    event_id: UUID
    organiser_id: UUID
    kind: EventKind
    title: Text
    starts: AwareDatetime
    ends: AwareDatetime
    place: Text | None = None
    oktmo: Oktmo | None = None
    capacity_asked: Annotated[int, Field(gt=0)] | None = None
    competences: list[Code] = []


class EventAnnounced(Gathering, topic="catalog.event_announced.v1"):
    """An event that will take place."""


class EventChanged(Gathering, topic="catalog.event_changed.v1"):
    """An event that moved or changed."""

    reason: Text


class EventCancelled(Event, topic="catalog.event_cancelled.v1"):
    """An event that will not take place."""

    event_id: UUID
    reason: Text


class Marks(Part):
    """The four marks of a review, 1 to 5."""

    content: Annotated[int, Field(ge=1, le=5)]
    teacher: Annotated[int, Field(ge=1, le=5)]
    organisation: Annotated[int, Field(ge=1, le=5)]
    usefulness: Annotated[int, Field(ge=1, le=5)]


class ReviewPublished(Event, topic="catalog.review_published.v1"):
    """A moderated review and the target's figures with it; the author is not said."""

    review_id: UUID
    target_id: UUID
    target_kind: Literal["programme", "event"]
    provider_id: UUID
    marks: Marks
    count: Annotated[int, Field(gt=0)]
    mean: Annotated[float, Field(ge=1, le=5)]


class ReviewDue(Event, topic="catalog.review_due.v1"):
    """The time to ask somebody who was there: how it was (first), and after three months whether it is used (second)."""

    right_id: UUID
    person_id: UUID
    kind: Literal["first", "second"]
    target_kind: Literal["programme", "event"]
    target_id: UUID
    title: Text


class SearchMissed(Event, topic="catalog.search_missed.v1"):
    """What at least five searches of an hour looked for in vain; never the raw text."""

    miss_id: UUID
    hour: AwareDatetime
    lexemes: list[Code]
    facets: dict[Code, list[Code]]
    count: Annotated[int, Field(ge=5)]


class MatchedItem(Part):
    """Something new that a saved search found."""

    item_id: UUID
    kind: Literal["programme", "group", "event", "news", "procedure"]
    title: Text


class SavedSearchMatched(Event, topic="catalog.saved_search_matched.v1"):
    """New results of a saved search; the address behind the subscription is notify's."""

    subscription_id: UUID
    items: Annotated[list[MatchedItem], Field(min_length=1)]


class DocumentPublished(Event, topic="catalog.document_published.v1"):
    """A version of a public document, such as the regulation of the module."""

    document_id: UUID
    title: Text
    version: Annotated[int, Field(gt=0)]
    in_force_from: date
