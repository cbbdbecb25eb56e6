"""Applications, their history, seats, orders and trainings."""

from datetime import date, datetime
from typing import get_args
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlmodel import Field

from services.enrollment.rules.moves import LIVE, STATUSES, STUDIED, Action
from services.enrollment.rules.seats import PLACES
from services.enrollment.tables.base import Base, codes, ids, listed, moment, one_of
from shared.contracts.enrollment import FINAL, HolderRole, Status

CHANNELS = ("portal", "suggestion", "appointment", "import")
KINDS = ("enrolment", "completion", "expulsion", "transfer")
OUTCOMES = ("completed", "not_completed", "expelled")
LIVE_ONLY = text(f"status IN {listed(LIVE)}")


class Seats(Base, table=True):
    """A group's counters; every change is one conditional UPDATE and one revision."""

    __tablename__ = "seats"
    __table_args__ = (
        CheckConstraint("held >= 0 AND taken >= 0 AND waiting >= 0", name="seats_counted"),
        CheckConstraint("held + taken <= capacity", name="seats_never_oversold"),
        CheckConstraint("revision > 0", name="seats_revision_counted"),
    )
    group_id: UUID = Field(primary_key=True)
    programme_id: UUID
    capacity: int
    chosen: bool = False  # the provider set the capacity here; the announcement no longer does
    held: int = 0
    taken: int = 0
    waiting: int = 0
    revision: int = 1


class Application(Base, table=True):
    """Where an application stands now; its past is in `transition`."""

    __tablename__ = "application"
    __table_args__ = (
        one_of("application", "status", STATUSES),
        one_of("application", "channel", CHANNELS),
        one_of("application", "holder_role", get_args(HolderRole)),
        CheckConstraint(f"(status IN {listed(FINAL)}) = (holder_role = 'nobody')", name="application_held_while_live"),
        CheckConstraint(f"(status IN {listed(PLACES)}) = (seat_group_id IS NOT NULL)", name="application_counted_where_it_stands"),
        CheckConstraint("(status IN ('clarification', 'seat_offered')) = (returns_to IS NOT NULL)", name="application_returns_somewhere"),
        CheckConstraint("status <> 'waiting_list' OR waiting_since IS NOT NULL", name="application_waits_since"),
        CheckConstraint(f"status NOT IN {listed(STUDIED)} OR order_id IS NOT NULL", name="application_enrolled_by_an_order"),
        CheckConstraint("cardinality(groups) > 0", name="application_names_a_group"),
        CheckConstraint("revision > 0", name="application_revision_counted"),
        CheckConstraint("offers_lapsed >= 0", name="application_offers_counted"),
        Index("application_one_live", "person_id", "programme_id", unique=True, postgresql_where=LIVE_ONLY),
        Index("application_held_by", "holder_role", "holder_scope", "due", "number"),
        Index("application_person", "person_id"),
        Index("application_organisation", "organisation_id", "number"),
        Index("application_oktmo", "oktmo", "number"),
        Index("application_provider", "provider_id", "number"),
        Index("application_group", "group_id", "status"),
        Index("application_seat", "seat_group_id", "status"),
        Index("application_waiting", "group_id", "offers_lapsed", "waiting_since", postgresql_where=text("status = 'waiting_list'")),
    )
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    number: str = Field(unique=True)
    person_id: UUID = Field(foreign_key="learner.person_id")
    programme_id: UUID = Field(foreign_key="programme.id")
    provider_id: UUID
    groups: list[UUID] = ids()
    group_id: UUID = Field(foreign_key="study_group.id")
    seat_group_id: UUID | None = Field(default=None, foreign_key="seats.group_id")
    organisation_id: UUID
    oktmo: str
    agency_id: UUID | None = None
    approvals: list[str] = codes()
    passed: list[str] = codes()
    channel: str
    suggestion_id: UUID | None = None
    route_id: UUID | None = None
    step_id: UUID | None = None
    status: Status = Field(sa_type=String)
    returns_to: str | None = None
    holder_role: HolderRole = Field(sa_type=String)
    holder_scope: str | None = None
    due: date | None = None
    waiting_since: datetime | None = moment(default=None)
    offers_lapsed: int = 0
    order_id: UUID | None = Field(default=None, foreign_key="signed_order.id")
    submitted_at: datetime = moment()
    moved_at: datetime = moment()
    revision: int = 1


class Transition(Base, table=True):
    """One step of an application's history: codes and ids only, never changed, never deleted."""

    __tablename__ = "transition"
    __table_args__ = (
        one_of("transition", "to_status", STATUSES),
        one_of("transition", "action", get_args(Action)),
        CheckConstraint("(revision = 1) = (from_status IS NULL)", name="transition_first_from_nothing"),
        CheckConstraint("action <> 'reject' OR reason IS NOT NULL", name="transition_rejected_for_a_reason"),
        Index("transition_at", "at"),
    )
    application_id: UUID = Field(primary_key=True, foreign_key="application.id")
    revision: int = Field(primary_key=True)
    action: str
    from_status: str | None = None
    to_status: str
    group_id: UUID
    actor_role: str
    actor: str
    reason: str | None = Field(default=None, foreign_key="reason.code")
    holder_role: str
    holder_scope: str | None = None
    due: date | None = None
    order_id: UUID | None = Field(default=None, foreign_key="signed_order.id")
    at: datetime = moment()


class Remark(Base, table=True):
    """Words to a step of the history; people write names into them, so they can be erased."""

    __tablename__ = "remark"
    __table_args__ = (
        ForeignKeyConstraint(["application_id", "revision"], ["transition.application_id", "transition.revision"], name="remark_to_a_step"),
        CheckConstraint("length(words) BETWEEN 1 AND 2000", name="remark_says_something"),
    )
    application_id: UUID = Field(primary_key=True)
    revision: int = Field(primary_key=True)
    words: str


class SignedOrder(Base, table=True):
    """A provider's numbered order; its number is unique within a year."""

    __tablename__ = "signed_order"
    __table_args__ = (
        one_of("signed_order", "kind", KINDS),
        CheckConstraint("year = extract(year FROM dated)", name="signed_order_of_its_year"),
        UniqueConstraint("provider_id", "year", "number", name="signed_order_number"),
        Index("signed_order_group", "group_id"),
    )
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: str
    number: str
    dated: date
    year: int
    provider_id: UUID
    group_id: UUID = Field(foreign_key="study_group.id")
    signed_by: str
    signed_at: datetime = moment()


class OrderLine(Base, table=True):
    """One application in an order."""

    __tablename__ = "order_line"
    __table_args__ = (one_of("order_line", "outcome", OUTCOMES), Index("order_line_application", "application_id"))
    order_id: UUID = Field(primary_key=True, foreign_key="signed_order.id")
    application_id: UUID = Field(primary_key=True, foreign_key="application.id")
    outcome: str | None = None
    from_group_id: UUID | None = None


class Training(Base, table=True):
    """A training that ended, as the statutory forms count it."""

    __tablename__ = "training"
    __table_args__ = (
        one_of("training", "outcome", OUTCOMES),
        CheckConstraint("hours >= 0", name="training_hours_counted"),
        CheckConstraint("started_on <= ended_on", name="training_ends_after_it_starts"),
        Index("training_person", "person_id", "ended_on"),
    )
    application_id: UUID = Field(primary_key=True, foreign_key="application.id")
    person_id: UUID = Field(foreign_key="learner.person_id")
    programme_id: UUID
    provider_id: UUID
    group_id: UUID
    order_id: UUID = Field(foreign_key="signed_order.id")
    outcome: str
    hours: int
    started_on: date
    ended_on: date
    document_kind: str
    position: str | None = None
    subject_group: str | None = None
