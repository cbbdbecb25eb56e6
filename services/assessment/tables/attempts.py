"""Attempts, their answers, what was felt and what was measured."""

from datetime import datetime
from typing import Any, get_args
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.assessment.tables.bank import PURPOSES
from services.assessment.tables.registry import Base, one_of
from shared.contracts.assessment import Verdict

STATUSES = ("running", "completed", "abandoned")


def of_attempt() -> ForeignKeyConstraint:
    """Whatever belongs to an attempt goes with it."""
    return ForeignKeyConstraint(["attempt_id"], ["attempt.attempt_id"], ondelete="CASCADE")


class Attempt(Base, table=True):
    """One sitting of a person; the version of the framework and the end of its time are those of its start."""

    __table_args__ = (
        ForeignKeyConstraint(["procedure_id"], ["procedure.procedure_id"]),
        ForeignKeyConstraint(["framework_id", "framework_version"], ["framework.framework_id", "framework.version"]),
        Index("one_running_attempt", "person_id", "procedure_id", unique=True, postgresql_where=text("status = 'running'")),
        Index("attempt_of_person", "person_id", "started_at"),
        Index("attempt_of_procedure", "procedure_id", postgresql_where=text("status = 'completed'")),
        one_of("purpose", PURPOSES),
        one_of("status", STATUSES),
        CheckConstraint("(purpose = 'exit') = (route_id IS NOT NULL)", name="exit_has_route"),
        CheckConstraint("expires_at > started_at", name="time_given"),
        CheckConstraint("(status = 'running') = (closed_at IS NULL)", name="closed_has_time"),
        CheckConstraint("closed_at BETWEEN started_at AND expires_at", name="closed_in_time"),
        CheckConstraint("(status = 'completed') = (calibration IS NOT NULL AND scale IS NOT NULL)", name="completed_has_versions"),
    )
    attempt_id: UUID = Field(default_factory=uuid4, primary_key=True)
    person_id: UUID
    procedure_id: UUID
    framework_id: UUID
    framework_version: int
    purpose: str
    route_id: UUID | None = None
    status: str = "running"
    started_at: datetime
    expires_at: datetime
    closed_at: datetime | None = None
    calibration: str | None = None
    scale: str | None = None


class AttemptItem(Base, table=True):
    """An item as shown in an attempt, and the answer so far; "" , [] and {} say «I do not know», no answer at all is NULL."""

    __tablename__ = "attempt_item"
    __table_args__ = (
        of_attempt(),
        ForeignKeyConstraint(["item_id"], ["item.item_id"]),
        UniqueConstraint("attempt_id", "position"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answer_has_time"),
    )
    attempt_id: UUID = Field(primary_key=True)
    item_id: UUID = Field(primary_key=True)
    position: int
    answer: Any = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    answered_at: datetime | None = None


class Difficulty(Base, table=True):
    """How hard a competence feels, 0 to 3; never part of the estimate."""

    __table_args__ = (of_attempt(), CheckConstraint("felt BETWEEN 0 AND 3", name="felt_on_scale"))
    attempt_id: UUID = Field(primary_key=True)
    competence: str = Field(primary_key=True)
    felt: int


class Result(Base, table=True):
    """One competence of a finished attempt; estimate, error, cut and severity are in logits, per cents are of the form's points."""

    __table_args__ = (
        of_attempt(),
        one_of("verdict", get_args(Verdict)),
        CheckConstraint("standard_error >= 0 AND cut_error >= 0 AND severity >= 0", name="errors_not_negative"),
        CheckConstraint("probability BETWEEN 0 AND 1", name="probability_is_share"),
        CheckConstraint("items BETWEEN 0 AND items_shown", name="items_shown_first"),
        CheckConstraint("0 <= percent_low AND percent_low <= percent_high AND percent_high <= 100", name="interval_is_per_cent"),
        CheckConstraint("percent BETWEEN 0 AND 100 AND done BETWEEN 0 AND 100 AND cut_percent BETWEEN 0 AND 100", name="per_cents"),
    )
    attempt_id: UUID = Field(primary_key=True)
    competence: str = Field(primary_key=True)
    estimate: float
    standard_error: float
    items: int
    items_shown: int
    items_wanted: int
    done: float | None
    percent: float
    percent_low: float
    percent_high: float
    cut: float
    cut_error: float
    cut_percent: float
    probability: float
    severity: float
    level: str
    verdict: str


class ItemReport(Base, table=True):
    """What a person says is wrong with an item; their newest words stand."""

    __tablename__ = "item_report"
    __table_args__ = (
        ForeignKeyConstraint(
            ["attempt_id", "item_id"], ["attempt_item.attempt_id", "attempt_item.item_id"], ondelete="CASCADE", name="report_of_item_shown"
        ),
        UniqueConstraint("attempt_id", "item_id"),
        Index("report_newest", "reported_at"),
    )
    report_id: UUID = Field(default_factory=uuid4, primary_key=True)
    attempt_id: UUID
    item_id: UUID
    text: str
    reported_at: datetime
