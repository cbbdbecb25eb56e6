"""Persons, how they sign in, and what they agreed to. Names and numbers live here and nowhere else in the suite."""

from datetime import date, datetime
from typing import Any, get_args
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.enrollment.tables.base import Base, codes, moment, one_of
from shared.contracts.enrollment import ConsentPurpose

EDUCATION = ("higher", "secondary_vocational", "studying")
SNILS_HOLDS = """CASE WHEN snils IS NULL THEN true WHEN snils !~ '^[0-9]{11}$' THEN false
WHEN left(snils, 9)::bigint <= 1001998 THEN true
ELSE (9 * substr(snils, 1, 1)::int + 8 * substr(snils, 2, 1)::int + 7 * substr(snils, 3, 1)::int
+ 6 * substr(snils, 4, 1)::int + 5 * substr(snils, 5, 1)::int + 4 * substr(snils, 6, 1)::int
+ 3 * substr(snils, 7, 1)::int + 2 * substr(snils, 8, 1)::int + substr(snils, 9, 1)::int) % 101 % 100 = right(snils, 2)::int END"""
NOTHING_LEFT = (
    "num_nonnulls(family_name, given_name, middle_name, birth_date, gender, snils, citizenship, education_level, "
    "diploma_family_name, diploma_series, diploma_number, organisation_id, oktmo, position) = 0"
)


class Learner(Base, table=True):
    """A person who consented; after erasure an empty row that drops late facts, or what the law keeps of a training."""

    __tablename__ = "learner"
    __table_args__ = (
        one_of("learner", "gender", ("male", "female")),
        one_of("learner", "education_level", EDUCATION),
        CheckConstraint(SNILS_HOLDS, name="learner_snils_holds"),
        CheckConstraint("citizenship ~ '^[0-9]{3}$'", name="learner_citizenship_code"),
        CheckConstraint("hours_norm BETWEEN 0 AND 80", name="learner_hours_norm_sane"),
        CheckConstraint("revision > 0", name="learner_revision_counted"),
        CheckConstraint("erased_at IS NOT NULL OR (family_name IS NOT NULL AND given_name IS NOT NULL)", name="learner_named"),
        CheckConstraint(f"erased_at IS NULL OR kept_ground IS NOT NULL OR {NOTHING_LEFT}", name="learner_erased_whole"),
        Index("learner_snils", "snils", unique=True, postgresql_where=text("snils IS NOT NULL AND erased_at IS NULL")),
        Index("learner_organisation", "organisation_id"),
    )
    person_id: UUID = Field(default_factory=uuid4, primary_key=True)
    family_name: str | None = None
    given_name: str | None = None
    middle_name: str | None = None
    birth_date: date | None = None
    gender: str | None = None
    snils: str | None = None
    snils_confirmed: bool = False  # said by an issuer, not typed in
    citizenship: str | None = None
    education_level: str | None = None
    diploma_family_name: str | None = None
    diploma_series: str | None = None
    diploma_number: str | None = None
    organisation_id: UUID | None = None
    oktmo: str | None = None  # the organisation's, as last told
    position: str | None = None
    subjects: list[str] = codes()
    levels: list[str] = codes()
    hours_norm: int | None = None
    trained_elsewhere_on: date | None = None
    revision: int = 1
    stored_at: datetime = moment()
    erased_at: datetime | None = moment(default=None)
    kept_ground: str | None = None


class Identity(Base, table=True):
    """An account of an issuer that a person signs in with; stored only after consent."""

    __tablename__ = "identity"
    __table_args__ = (Index("identity_person", "person_id"),)
    issuer: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    person_id: UUID = Field(foreign_key="learner.person_id")
    linked_at: datetime = moment()


class ConsentText(Base, table=True):
    """One version of what people agree to; never changed, a new version follows."""

    __tablename__ = "consent_text"
    __table_args__ = (
        one_of("consent_text", "purpose", get_args(ConsentPurpose)),
        CheckConstraint("version > 0", name="consent_text_version_counted"),
        CheckConstraint("hash = encode(sha256(convert_to(body, 'UTF8')), 'hex')", name="consent_text_hash_of_its_body"),
    )
    purpose: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    title: str
    body: str
    hash: str
    in_force_from: date


class Consent(Base, table=True):
    """A person's consent to one purpose, a document of its own; it outlives the person's data as the proof."""

    __tablename__ = "consent"
    __table_args__ = (
        ForeignKeyConstraint(["purpose", "text_version"], ["consent_text.purpose", "consent_text.version"], name="consent_to_a_text"),
        CheckConstraint("withdrawn_at >= given_at", name="consent_withdrawn_after_it_was_given"),
        Index("consent_active", "person_id", "purpose", unique=True, postgresql_where=text("withdrawn_at IS NULL")),
        Index("consent_person", "person_id", "given_at"),
    )
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    person_id: UUID = Field(foreign_key="learner.person_id")
    purpose: str
    text_version: int
    text_hash: str
    given_at: datetime = moment()
    withdrawn_at: datetime | None = moment(default=None)


class Erasure(Base, table=True):
    """A request to erase a person, answered by every service until the day that the law sets."""

    __tablename__ = "erasure"
    __table_args__ = (CheckConstraint("due >= requested_on", name="erasure_due_later"), Index("erasure_person", "person_id"))
    request_id: UUID = Field(primary_key=True)
    person_id: UUID
    requested_on: date
    due: date


class ErasureAnswer(Base, table=True):
    """One service's answer; it may be heard before its request is known here."""

    __tablename__ = "erasure_answer"
    request_id: UUID = Field(primary_key=True)
    service: str = Field(primary_key=True)
    answered_at: datetime = moment()
    erased: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB, nullable=False)
    kept: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB, nullable=False)
