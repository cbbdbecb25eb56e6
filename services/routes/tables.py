"""Copies of what was heard, and the routes made of them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Base(SQLModel, registry=registry()):
    """routes' own metadata."""


def json_column(default: str | None = None) -> Any:
    return Field(sa_column=Column(JSONB, nullable=False, server_default=default))


def holding(column: str, **only: Any) -> Index:
    """Finds the rows whose list holds something."""
    return Index(f"holding_{column}", column, postgresql_using="gin", postgresql_ops={column: "jsonb_path_ops"}, **only)


def fact_or_none() -> Any:
    """A fact that may be missing; a missing one is NULL, not the JSON word for it."""
    return Field(default=None, sa_column=Column(JSONB(none_as_null=True)))


class Programme(Base, table=True):
    """A copy of a published programme; `fact` is the event's data."""

    programme_id: UUID = Field(primary_key=True)
    published: bool
    fact: dict[str, Any] | None = fact_or_none()
    revision: int


class StudyGroup(Base, table=True):
    """A copy of an announced group; a cancelled one keeps no fact."""

    __tablename__ = "study_group"
    group_id: UUID = Field(primary_key=True)
    programme_id: UUID = Field(index=True)
    enrolment_closes: date | None = Field(default=None, index=True)
    fact: dict[str, Any] | None = fact_or_none()
    revision: int


class Seats(Base, table=True):
    """A copy: how many seats a group has left."""

    group_id: UUID = Field(primary_key=True)
    free: int
    revision: int


class Learner(Base, table=True):
    """A copy of a learner's codes."""

    person_id: UUID = Field(primary_key=True)
    fact: dict[str, Any] = json_column()
    revision: int


class Competence(Base, table=True):
    """A copy: what a competence is called."""

    code: str = Field(primary_key=True, max_length=100)
    title: str
    competence_group: str
    revision: int


class Measurement(Base, table=True):
    """A finished measurement; `fact` is the event's data."""

    __table_args__ = (Index("measurement_of_person", "person_id", "completed_at"),)
    attempt_id: UUID = Field(primary_key=True)
    person_id: UUID
    procedure_id: UUID
    route_id: UUID | None = None
    purpose: str = Field(max_length=20)
    completed_at: datetime
    fact: dict[str, Any] = json_column()


class Application(Base, table=True):
    """The newest known status of an application."""

    application_id: UUID = Field(primary_key=True)
    number: str = Field(max_length=100)
    person_id: UUID = Field(index=True)
    programme_id: UUID
    group_id: UUID | None = None
    status: str = Field(max_length=30)
    revision: int


class Training(Base, table=True):
    """A training that ended."""

    application_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(index=True)
    programme_id: UUID
    group_id: UUID
    outcome: str = Field(max_length=20)
    ended_on: date


class Route(Base, table=True):
    """A route of one person, made from one measurement; a person has one live route at most."""

    __table_args__ = (
        CheckConstraint("status IN ('proposed', 'accepted', 'studied', 'completed', 'replaced')", name="status_known"),
        CheckConstraint("bound >= objective - 0.000000001", name="bound_holds"),
        UniqueConstraint("attempt_id"),
        Index("one_live_route", "person_id", unique=True, postgresql_where=text("status IN ('proposed', 'accepted', 'studied')")),
        holding("residual", postgresql_where=text("status = 'proposed'")),
    )
    route_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(index=True)
    attempt_id: UUID
    procedure_id: UUID
    status: str = Field(default="proposed", max_length=20)
    wishes: dict[str, Any] = json_column("{}")
    hours: int = Field(default=0, ge=0)
    objective: float = 0
    bound: float = 0
    proven: bool = True
    solver: str = Field(default="", max_length=40)
    inputs_hash: str = Field(default="", max_length=100)
    residual: list[Any] = json_column("[]")
    changes: list[Any] = json_column("[]")
    planned_at: datetime
    accepted_at: datetime | None = None
    studied_on: date | None = None
    completed_at: datetime | None = None
    revision: int = 0


class Step(Base, table=True):
    """One step: a programme, its groups from the best one on, why it is here, and how far it is."""

    __table_args__ = (
        CheckConstraint("status IN ('planned', 'applied', 'studying', 'completed')", name="status_known"),
        CheckConstraint("hours > 0", name="hours_positive"),
        UniqueConstraint("route_id", "programme_id"),
        holding("groups"),
    )
    step_id: UUID = Field(primary_key=True)
    route_id: UUID = Field(foreign_key="route.route_id", index=True)
    position: int
    programme_id: UUID = Field(index=True)
    groups: list[str] = json_column("[]")
    starts: date | None = None
    ends: date | None = None
    hours: int
    closes: dict[str, float] = json_column("{}")
    reason: dict[str, Any] = json_column("{}")
    status: str = Field(default="planned", max_length=20)
    application_id: UUID | None = None


class Erased(Base, table=True):
    """A tombstone: late facts about this person are dropped."""

    person_id: UUID = Field(primary_key=True)
    request_id: UUID
    erased_at: datetime
