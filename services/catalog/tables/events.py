"""Webinars, seminars, conferences, contests and master classes."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.catalog.tables.registry import Base, announced, moment, one_of, texts

KINDS = ("webinar", "seminar", "conference", "contest", "master_class")


class Gathering(Base, table=True):
    """An event as announced; `agenda` is the programme of its day, attendance is enrollment's."""

    __tablename__ = "gathering"
    __table_args__ = (
        *announced("gathering"),
        one_of("kind", KINDS),
        CheckConstraint("starts < ends AND ends <= starts + interval '14 days'", name="gathering_ends_after_it_starts"),
        CheckConstraint("capacity_asked BETWEEN 1 AND 100000", name="gathering_capacity_sane"),
        CheckConstraint("link IS NOT NULL OR (place IS NOT NULL AND oktmo IS NOT NULL)", name="gathering_meets_somewhere"),
        CheckConstraint("(changed_at IS NULL) = (change_reason IS NULL)", name="gathering_changed_with_a_reason"),
        Index("gathering_soon", "status", "starts", "id"),
        Index("gathering_organiser", "organiser_id", "starts"),
    )
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    organiser_id: UUID = Field(foreign_key="organisation.id")
    kind: str
    title: str
    annotation: str
    starts: datetime = moment()
    ends: datetime = moment()
    oktmo: str | None = Field(default=None, foreign_key="territory.oktmo")
    place: str | None = None
    link: str | None = None
    capacity_asked: int | None = None
    competences: list[str] = texts()
    agenda: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB, nullable=False)
    status: str = "draft"
    published_at: datetime | None = moment(default=None)
    cancellation_reason: str | None = None
    change_reason: str | None = None
    changed_at: datetime | None = moment(default=None)
    revision: int = 1
