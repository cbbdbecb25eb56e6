"""What happened, without names: no figure needs to know who, so a person is a key that erasure replaces."""

from datetime import date, datetime
from typing import Any, ClassVar, get_args
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.reports.tables.base import Current, Fact, moment, number, revision
from shared.contracts.assessment import Purpose, Verdict
from shared.contracts.enrollment import HolderRole, Status
from shared.contracts.routes import Closure as Closed

MARKS = ("planned", "accepted", "studied", "completed")


def one_of(table: str, column: str, values: tuple[str, ...]) -> CheckConstraint:
    """The column holds one of these values."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values)})", name=f"{table}_{column}_known")


class Submission(Fact, table=True):
    """An application's first day and the way it came."""

    __table_args__ = (one_of("submission", "channel", ("portal", "suggestion", "appointment", "import")),)
    application_id: UUID = Field(primary_key=True)
    submitted_on: date = Field(index=True)
    channel: str = Field(max_length=20)


class Application(Current, table=True):
    """Where an application stands."""

    __table_args__ = (
        one_of("application", "status", get_args(Status)),
        one_of("application", "holder", get_args(HolderRole)),
    )
    application_id: UUID = Field(primary_key=True)
    revision: int = revision()
    programme_id: UUID = Field(index=True)
    provider_id: UUID = Field(index=True)
    organisation_id: UUID = Field(index=True)
    oktmo: str = Field(max_length=8, index=True)
    status: str = Field(max_length=30)
    holder: str = Field(max_length=20)


class Step(Fact, table=True):
    """One line of an application's history: from this moment on it is in this status and at this holder."""

    __table_args__ = (one_of("step", "status", get_args(Status)), one_of("step", "holder", get_args(HolderRole)))
    application_id: UUID = Field(primary_key=True)
    revision: int = revision(key=True)
    status: str = Field(max_length=30)
    holder: str = Field(max_length=20)
    changed_at: datetime = moment()


class Training(Fact, table=True):
    """A training that ended; a corrected one is a later revision."""

    personal: ClassVar[bool] = True
    __table_args__ = (
        one_of("training", "outcome", ("completed", "not_completed", "expelled")),
        CheckConstraint("hours >= 0", name="training_hours_counted"),
    )
    application_id: UUID = Field(primary_key=True)
    revision: int = revision(key=True)
    person: UUID = Field(index=True)
    oktmo: str = Field(max_length=8)
    outcome: str = Field(max_length=20)
    hours: int = number()
    ended_on: date


class Measurement(Fact, table=True):
    """One competence of one result."""

    personal: ClassVar[bool] = True
    __table_args__ = (
        one_of("measurement", "purpose", get_args(Purpose)),
        one_of("measurement", "verdict", get_args(Verdict)),
        Index("measurement_newest", "person", "competence", "completed_at"),
    )
    attempt_id: UUID = Field(primary_key=True)
    revision: int = revision(key=True)
    competence: str = Field(primary_key=True, max_length=100)
    person: UUID
    purpose: str = Field(max_length=10)
    verdict: str = Field(max_length=20)
    completed_at: datetime = moment()
    completed_on: date


class Route(Current, table=True):
    """A route as it is planned now; `residual` says what it leaves open, and why."""

    personal: ClassVar[bool] = True
    __table_args__ = (
        one_of("route", "status", ("proposed", "accepted")),
        CheckConstraint("hours >= 0 AND steps >= 0", name="route_counted"),
    )
    route_id: UUID = Field(primary_key=True)
    revision: int = revision()
    person: UUID = Field(index=True)
    status: str = Field(max_length=10)
    steps: int
    hours: int = number()
    residual: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))


class RouteMark(Fact, table=True):
    """A day in a route's life."""

    __tablename__ = "route_mark"
    __table_args__ = (one_of("route_mark", "kind", MARKS),)
    route_id: UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True, max_length=10)
    revision: int = revision(key=True)
    marked_on: date


class Closure(Fact, table=True):
    """One competence of a route measured before and after, in logits."""

    personal: ClassVar[bool] = True
    __table_args__ = (
        one_of("closure", "verdict", get_args(Closed)),
        CheckConstraint("difference_error >= 0", name="closure_error_positive"),
    )
    route_id: UUID = Field(primary_key=True)
    revision: int = revision(key=True)
    competence: str = Field(primary_key=True, max_length=100)
    person: UUID = Field(index=True)
    before: float
    after: float
    difference_error: float
    verdict: str = Field(max_length=20)
    measured_on: date


class Residence(Fact, table=True):
    """The municipality a person works in from a moment on, '' for none; all that is kept of a learner."""

    personal: ClassVar[bool] = True
    person: UUID = Field(primary_key=True)
    changed_at: datetime = moment(primary_key=True)
    revision: int = revision(key=True)
    oktmo: str = Field(primary_key=True, max_length=8)


class Seats(Current, table=True):
    """A group's seats as enrollment counts them; `quotas` is what is left of each municipality's."""

    __table_args__ = (CheckConstraint("capacity >= 0 AND held >= 0 AND taken >= 0 AND waiting >= 0", name="seats_counted"),)
    group_id: UUID = Field(primary_key=True)
    revision: int = revision()
    programme_id: UUID = Field(index=True)
    capacity: int = number()
    held: int = number()
    taken: int = number()
    waiting: int = number()
    quotas: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))


class Letter(Fact, table=True):
    """A letter that arrived, `seconds` after its fact, or could not be delivered."""

    __table_args__ = (CheckConstraint("(seconds IS NULL) <> (failure IS NULL)", name="letter_arrived_or_failed"),)
    delivery_id: UUID = Field(primary_key=True)
    revision: int = revision(key=True)
    rule: str = Field(max_length=100)
    channel: str = Field(max_length=10)
    told_on: date = Field(index=True)
    seconds: float | None = None
    failure: str | None = Field(default=None, max_length=20)


class Missed(Fact, table=True):
    """What at least five searches looked for in vain: words of the register and codes of filters, never what was typed."""

    __table_args__ = (CheckConstraint("count >= 5", name="missed_by_enough"),)
    miss_id: UUID = Field(primary_key=True)
    revision: int = revision(key=True)
    missed_on: date = Field(index=True)
    lexemes: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    facets: dict[str, list[str]] = Field(sa_column=Column(JSONB, nullable=False))
    count: int = number()
