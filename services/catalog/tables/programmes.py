"""Programmes, what they develop, and the groups that gather for them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, UniqueConstraint, Uuid, literal_column, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlmodel import Field

from services.catalog.tables.registry import Base, moment, one_of, texts

KINDS = ("professional_development", "retraining", "internship")
FORMS = ("full_time", "blended", "distance")
FUNDING = ("federal", "regional", "municipal", "paid")
STATUSES = ("draft", "in_review", "published", "withdrawn", "archived")
DOCUMENTS = ("qualification_certificate", "retraining_diploma", "study_certificate")


class Programme(Base, table=True):
    """A programme; `document` is its words for full-text search, empty until it is published, and `written_by` whose words these are."""

    __tablename__ = "programme"
    __table_args__ = (
        one_of("kind", KINDS),
        one_of("form", FORMS),
        one_of("funding", FUNDING),
        one_of("document_kind", DOCUMENTS),
        one_of("status", STATUSES),
        CheckConstraint("hours BETWEEN 1 AND 3000", name="programme_hours_sane"),
        CheckConstraint(
            "CASE form WHEN 'full_time' THEN distance_share = 0 WHEN 'distance' THEN distance_share = 1 "
            "ELSE distance_share > 0 AND distance_share < 1 END",
            name="programme_distance_as_its_form",
        ),
        CheckConstraint("fee >= 0 AND (funding = 'paid') = (fee > 0)", name="programme_fee_when_paid"),
        CheckConstraint(
            "CASE kind WHEN 'professional_development' THEN document_kind = 'qualification_certificate' "
            "WHEN 'retraining' THEN document_kind = 'retraining_diploma' ELSE document_kind <> 'retraining_diploma' END",
            name="programme_document_as_its_kind",
        ),
        CheckConstraint("approvals <@ ARRAY['school', 'municipality']", name="programme_approvals_known"),
        CheckConstraint("(status IN ('draft', 'in_review')) = (published_at IS NULL)", name="programme_published_once"),
        CheckConstraint(
            "(status IN ('withdrawn', 'archived')) = (withdrawal_reason IS NOT NULL)", name="programme_withdrawn_with_a_reason"
        ),
        CheckConstraint("(register_number IS NULL) = (register_until IS NULL)", name="programme_register_number_with_its_term"),
        CheckConstraint("revision > 0", name="programme_revision_counted"),
        UniqueConstraint("id", "provider_id", name="programme_of_its_provider"),
        Index("programme_document", "document", postgresql_using="gin"),
        Index("programme_code_start", literal_column("lower(code)").label("small"), postgresql_ops={"small": "text_pattern_ops"}),
        Index("programme_provider", "provider_id", "status"),
        Index("programme_published", "published_at", postgresql_where=text("status = 'published'")),
    )
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    code: str = Field(unique=True)
    title: str
    annotation: str
    goal: str = ""
    kind: str
    hours: int
    form: str
    distance_share: float
    positions: list[str] = texts()
    subjects: list[str] = texts()
    levels: list[str] = texts()
    outline: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB, nullable=False)
    teachers: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB, nullable=False)
    register_number: str | None = None
    register_until: date | None = None
    files: list[UUID] = Field(default_factory=list, sa_type=ARRAY(Uuid), nullable=False)
    provider_id: UUID = Field(foreign_key="organisation.id")
    funding: str
    fee: int = 0
    document_kind: str
    approvals: list[str] = texts()
    status: str = "draft"
    written_by: str = ""
    written_as: str = ""
    published_at: datetime | None = moment(default=None)
    withdrawal_reason: str | None = None
    document: Any = Field(default=None, sa_column=Column(TSVECTOR))
    revision: int = 1


class ProgrammeEffect(Base, table=True):
    """The expected share of a competence's deficit that a programme closes."""

    __tablename__ = "programme_effect"
    __table_args__ = (
        CheckConstraint("share IN (0.2, 0.4, 0.6)", name="programme_effect_on_the_scale"),
        Index("programme_effect_competence", "competence"),
    )
    programme_id: UUID = Field(primary_key=True, foreign_key="programme.id", ondelete="CASCADE")
    competence: str = Field(primary_key=True)
    share: float


class ProgrammePrerequisite(Base, table=True):
    """A programme that has to be passed before another."""

    __tablename__ = "programme_prerequisite"
    __table_args__ = (
        CheckConstraint("programme_id <> required_id", name="programme_prerequisite_of_another"),
        Index("programme_prerequisite_required", "required_id"),
    )
    programme_id: UUID = Field(primary_key=True, foreign_key="programme.id", ondelete="CASCADE")
    required_id: UUID = Field(primary_key=True, foreign_key="programme.id")


class ProgrammeWord(Base, table=True):
    """A word of a published programme: what a misspelt query is corrected to."""

    __tablename__ = "programme_word"
    __table_args__ = (Index("programme_word_alike", "word", postgresql_using="gin", postgresql_ops={"word": "gin_trgm_ops"}),)
    programme_id: UUID = Field(primary_key=True, foreign_key="programme.id", ondelete="CASCADE")
    word: str = Field(primary_key=True)


class Group(Base, table=True):
    """A group as announced; the capacity in force and every seat are enrollment's."""

    __tablename__ = "study_group"
    __table_args__ = (
        ForeignKeyConstraint(
            ["programme_id", "provider_id"], ["programme.id", "programme.provider_id"], name="study_group_of_the_provider"
        ),
        one_of("form", FORMS),
        one_of("funding", FUNDING),
        one_of("status", ("announced", "cancelled")),
        CheckConstraint("starts <= ends", name="study_group_ends_after_it_starts"),
        CheckConstraint("enrolment_opens <= enrolment_closes AND enrolment_closes <= starts", name="study_group_window_before_start"),
        CheckConstraint("capacity_asked BETWEEN 1 AND 10000", name="study_group_capacity_sane"),
        CheckConstraint("form = 'distance' OR oktmo IS NOT NULL", name="study_group_meets_somewhere"),
        CheckConstraint("(status = 'cancelled') = (cancellation_reason IS NOT NULL)", name="study_group_cancelled_with_a_reason"),
        CheckConstraint("contact_email ~ '^[^@[:space:]]+@[^@[:space:]]+$'", name="study_group_contact_email_shape"),
        CheckConstraint("revision > 0", name="study_group_revision_counted"),
        Index("study_group_programme", "programme_id", "starts"),
        Index("study_group_announced", "announced_at"),
        Index("study_group_soon", "enrolment_closes", "starts", postgresql_where=text("status = 'announced'")),
    )
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    programme_id: UUID
    provider_id: UUID
    starts: date
    ends: date
    enrolment_opens: date
    enrolment_closes: date
    capacity_asked: int
    form: str
    funding: str
    oktmo: str | None = Field(default=None, foreign_key="territory.oktmo")
    place: str | None = None
    contact_phone: str | None = None
    contact_email: str | None = None
    timetable: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB, nullable=False)
    status: str = "announced"
    cancellation_reason: str | None = None
    announced_at: datetime = moment()
    revision: int = 1
