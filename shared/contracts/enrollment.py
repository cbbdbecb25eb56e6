"""What enrollment says: learners without names, consents, applications, seats, orders, documents."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.base import Code, Event, Oktmo, Part
from shared.contracts.catalog import DocumentKind

ConsentPurpose = Literal["training", "assessment", "notifications", "publication"]
HolderRole = Literal["learner", "school", "municipality", "agency", "provider", "operator", "nobody"]
Status = Literal[
    "teacher_confirmation",
    "submitted",
    "school_review",
    "municipality_review",
    "provider_review",
    "clarification",
    "waiting_list",
    "seat_offered",
    "accepted",
    "enrolled",
    "completed",
    "not_completed",
    "expelled",
    "withdrawn",
    "rejected",
    "expired",
    "cancelled_by_provider",
]
FINAL: frozenset[str] = frozenset({"completed", "not_completed", "expelled", "withdrawn", "rejected", "expired", "cancelled_by_provider"})
"""Statuses that an application never leaves."""


class LearnerChanged(Event, topic="enrollment.learner_changed.v1"):
    """A learner's codes; names and documents never leave enrollment."""

    person_id: UUID
    organisation_id: UUID | None = None
    oktmo: Oktmo | None = None
    position: Code | None = None
    subjects: list[Code] = []
    levels: list[Code] = []
    hours_norm: Annotated[int, Field(ge=0)] | None = None
    last_training_on: date | None = None


class StaffCounted(Event, topic="enrollment.staff_counted.v1"):
    """How many people hold a position in an organisation: a denominator, no persons."""

    count_id: UUID
    organisation_id: UUID
    position: Code
    number: Annotated[int, Field(ge=0)]


class ConsentGranted(Event, topic="enrollment.consent_granted.v1"):
    """A person consented to one purpose under one version of its text (152-ФЗ, ст. 9)."""

    consent_id: UUID
    person_id: UUID
    purpose: ConsentPurpose
    text_version: Annotated[int, Field(gt=0)]


class ConsentWithdrawn(Event, topic="enrollment.consent_withdrawn.v1"):
    """A person took a consent back; `request_id` is what every service answers with `PersonErased`."""

    request_id: UUID
    consent_id: UUID
    person_id: UUID
    purpose: ConsentPurpose
    text_version: Annotated[int, Field(gt=0)]
    erase: bool


class PersonMerged(Event, topic="enrollment.person_merged.v1"):
    """Two records were one person; later facts may still carry the old id."""

    from_person_id: UUID
    into_person_id: UUID


class SuggestionOffered(Event, topic="enrollment.suggestion_offered.v1"):
    """A route's step became a suggestion to apply."""

    suggestion_id: UUID
    person_id: UUID
    route_id: UUID
    step_id: UUID
    programme_id: UUID
    group_id: UUID
    expires: date


class SuggestionLapsed(Event, topic="enrollment.suggestion_lapsed.v1"):
    """A suggestion that is no longer on offer."""

    suggestion_id: UUID
    person_id: UUID
    route_id: UUID
    step_id: UUID
    reason: Literal[
        "applied", "expired", "declined", "route_changed", "group_cancelled", "group_full", "programme_withdrawn", "withdrawn_consent"
    ]


class ApplicationSubmitted(Event, topic="enrollment.application_submitted.v1"):
    """A person applied; `groups` is ranked, the wanted one first."""

    application_id: UUID
    number: Code
    person_id: UUID
    programme_id: UUID
    provider_id: UUID
    groups: Annotated[list[UUID], Field(min_length=1)]
    organisation_id: UUID
    oktmo: Oktmo
    suggestion_id: UUID | None = None
    route_id: UUID | None = None
    step_id: UUID | None = None
    channel: Literal["portal", "suggestion", "appointment", "import"]


class Holder(Part):
    """Who has to act now: a role and the id of its scope (organisation, municipality by ОКТМО, agency, provider, person)."""

    role: HolderRole
    scope: Code | None = None


class StatusChanged(Event, topic="enrollment.status_changed.v1"):
    """An application moved; the revision of the envelope numbers the steps of its history."""

    application_id: UUID
    number: Code
    person_id: UUID
    programme_id: UUID
    provider_id: UUID
    group_id: UUID | None = None
    organisation_id: UUID
    oktmo: Oktmo
    route_id: UUID | None = None
    step_id: UUID | None = None
    from_status: Status | None = None
    to_status: Status
    actor_role: Code
    reason: Code | None = None
    holder: Holder
    due: date | None = None
    order_number: Code | None = None
    changed_at: AwareDatetime


class QuotaRest(Part):
    """Unused seats of one quota."""

    oktmo: Oktmo
    rest: Annotated[int, Field(ge=0)]


class SeatsChanged(Event, topic="enrollment.seats_changed.v1"):
    """A group's seats as enrollment counts them."""

    group_id: UUID
    programme_id: UUID
    capacity: Annotated[int, Field(ge=0)]
    held: Annotated[int, Field(ge=0)]
    taken: Annotated[int, Field(ge=0)]
    waiting: Annotated[int, Field(ge=0)]
    quotas: list[QuotaRest] = []


class OrderSigned(Event, topic="enrollment.order_signed.v1"):
    """A provider's numbered order about applications of one group."""

    order_id: UUID
    number: Code
    kind: Literal["enrolment", "completion", "expulsion", "transfer"]
    dated: date
    provider_id: UUID
    group_id: UUID
    applications: list[UUID]


class TrainingCompleted(Event, topic="enrollment.training_completed.v1"):
    """A training ended; it gives the right to one review."""

    application_id: UUID
    person_id: UUID
    programme_id: UUID
    provider_id: UUID
    group_id: UUID
    organisation_id: UUID
    oktmo: Oktmo
    route_id: UUID | None = None
    step_id: UUID | None = None
    outcome: Literal["completed", "not_completed", "expelled"]
    hours: Annotated[int, Field(ge=0)]
    started_on: date
    ended_on: date
    document_kind: DocumentKind
    position: Code | None = None
    subject_group: Code | None = None


class AttendanceRecorded(Event, topic="enrollment.attendance_recorded.v1"):
    """A person attended an event; it gives the right to one review."""

    attendance_id: UUID
    event_id: UUID
    person_id: UUID
    position: Code | None = None
    subject_group: Code | None = None


class DocumentIssued(Event, topic="enrollment.document_issued.v1"):
    """A document was issued; its number never leaves enrollment."""

    document_id: UUID
    application_id: UUID
    person_id: UUID
    programme_id: UUID
    kind: DocumentKind
    issued_on: date
