"""What other services said, kept here: each row is as new as its revision."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, CheckConstraint, Index, Select, UniqueConstraint, Uuid, case, cast, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import BigInteger, Field, col

from services.catalog.tables.registry import Base, moment, one_of, texts


def counted() -> Any:
    """A column of the revision that a row is as new as."""
    return Field(sa_type=BigInteger)


class SeatCount(Base, table=True):
    """A group's seats as enrollment counted them at `as_of`; a group may be heard of here before it is."""

    __tablename__ = "seat_count"
    __table_args__ = (CheckConstraint("capacity >= 0 AND held >= 0 AND taken >= 0 AND waiting >= 0", name="seat_count_not_negative"),)
    group_id: UUID = Field(primary_key=True)
    capacity: int
    held: int
    taken: int
    waiting: int
    quotas: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB, nullable=False)
    revision: int = counted()
    as_of: datetime = moment()


class Competence(Base, table=True):
    """A competence of the newest framework that names it."""

    __tablename__ = "competence"
    code: str = Field(primary_key=True)
    title: str
    section: str
    labour_functions: list[str] = texts()
    framework_id: UUID
    version: int


class Procedure(Base, table=True):
    """An assessment procedure open to teachers."""

    __tablename__ = "procedure"
    __table_args__ = (CheckConstraint("minutes > 0", name="procedure_takes_time"),)
    id: UUID = Field(primary_key=True)
    title: str
    organiser_id: UUID
    competences: list[str] = texts()
    minutes: int
    result_visible_to: str
    revision: int = counted()


class MeasuredEffect(Base, table=True):
    """What a programme was measured to close of a competence's deficit: mean and interval over n people."""

    __tablename__ = "measured_effect"
    __table_args__ = (CheckConstraint("n > 0", name="measured_effect_of_someone"),)
    programme_id: UUID = Field(primary_key=True)
    competence: str = Field(primary_key=True)
    mean: float
    low: float
    high: float
    n: int
    version: int


class ReviewRight(Base, table=True):
    """A person's leave to write one review about a programme or an event they took part in."""

    __tablename__ = "review_right"
    __table_args__ = (
        one_of("target_kind", ("programme", "event")),
        UniqueConstraint("id", "target_kind", "target_id", name="review_right_of_a_target"),
        Index("review_right_person", "person_id"),
    )
    id: UUID = Field(primary_key=True)
    person_id: UUID
    target_kind: str
    target_id: UUID
    position: str | None = None
    subject_group: str | None = None
    granted_at: datetime = moment()


class PublicationConsent(Base, table=True):
    """A consent to publication, given or taken back."""

    __tablename__ = "publication_consent"
    __table_args__ = (Index("publication_consent_person", "person_id"),)
    id: UUID = Field(primary_key=True)
    person_id: UUID
    given: bool
    revision: int = counted()


class Subscription(Base, table=True):
    """Whether the address behind a saved search was confirmed; the address itself is notify's."""

    __tablename__ = "subscription"
    id: UUID = Field(primary_key=True)
    confirmed: bool
    revision: int = counted()


class PersonAlias(Base, table=True):
    """A record of a person that turned out to be another one's."""

    __tablename__ = "person_alias"
    __table_args__ = (CheckConstraint("person_id <> same_as", name="person_alias_of_another"), Index("person_alias_of", "same_as"))
    person_id: UUID = Field(primary_key=True)
    same_as: UUID


class ErasedPerson(Base, table=True):
    """Someone who is erased, by the request that was answered: late facts about them are dropped."""

    __tablename__ = "erased_person"
    request_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(index=True)
    erased_at: datetime = moment()


def ids_of(person_id: UUID | None) -> CTE:
    """A person's id and those of their other records."""
    return records(select(cast(person_id, Uuid).label("id")), "mine")


def records(start: Select[Any], name: str) -> CTE:
    """These ids and all that were said to be the same person, in either direction."""
    same = start.cte(name, recursive=True)
    other = case((col(PersonAlias.person_id) == same.c.id, col(PersonAlias.same_as)), else_=col(PersonAlias.person_id))
    return same.union(select(other).where(same.c.id.in_((col(PersonAlias.person_id), col(PersonAlias.same_as)))))
