"""Copies of routes, and the suggestions made of their steps."""

from datetime import date, datetime
from typing import get_args
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field

from services.enrollment.rules.suggestions import LapseReason
from services.enrollment.tables.base import Base, ids, moment, one_of


class Route(Base, table=True):
    """A route: its newest plan and the newest agreement to it, each as new as its revision (0 while not heard)."""

    __tablename__ = "route"
    __table_args__ = (one_of("route", "status", ("proposed", "accepted")), Index("route_person", "person_id", "planned_at"))
    id: UUID = Field(primary_key=True)
    person_id: UUID
    plan_revision: int = Field(default=0, sa_type=BigInteger)
    planned_at: datetime | None = moment(default=None)
    status: str = "proposed"
    agreed_revision: int = Field(default=0, sa_type=BigInteger)
    agreed: list[UUID] = ids()


class RouteStep(Base, table=True):
    """A step of a route's newest plan that stands for a programme; its groups are ranked."""

    __tablename__ = "route_step"
    __table_args__ = (
        Index("route_step_programme", "programme_id"),
        Index("route_step_groups", "groups", postgresql_using="gin"),
    )
    route_id: UUID = Field(primary_key=True, foreign_key="route.id", ondelete="CASCADE")
    step_id: UUID = Field(primary_key=True)
    place: int
    programme_id: UUID
    groups: list[UUID] = ids()


class Suggestion(Base, table=True):
    """An invitation to apply; one per step at a time."""

    __tablename__ = "suggestion"
    __table_args__ = (
        one_of("suggestion", "reason", get_args(LapseReason)),
        CheckConstraint("(lapsed_at IS NULL) = (reason IS NULL)", name="suggestion_lapsed_for_a_reason"),
        Index("suggestion_on_offer", "step_id", unique=True, postgresql_where=text("lapsed_at IS NULL")),
        Index("suggestion_person", "person_id"),
        Index("suggestion_route", "route_id"),
    )
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    person_id: UUID
    route_id: UUID
    step_id: UUID
    programme_id: UUID
    group_id: UUID
    expires: date
    allocated: bool = False
    offered_at: datetime = moment()
    lapsed_at: datetime | None = moment(default=None)
    reason: str | None = None
