"""What is measured and with what: framework versions, items, procedures and their forms, the scale of levels."""

from datetime import date, datetime
from typing import Any, get_args
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.assessment.rules.bank import Kind
from services.assessment.tables.registry import Base, one_of, texts
from shared.contracts.assessment import Purpose

PURPOSES = get_args(Purpose)


class Framework(Base, table=True):
    """One version of a competence framework; it never changes, the next version follows it."""

    __table_args__ = (CheckConstraint("version > 0", name="version_counted"), Index("framework_newest", "published_at"))
    framework_id: UUID = Field(default_factory=uuid4, primary_key=True)
    version: int = Field(primary_key=True)
    title: str
    published_at: datetime


class Competence(Base, table=True):
    """A competence of one version, with its cut and the standard error of the cut in logits."""

    __table_args__ = (
        ForeignKeyConstraint(["framework_id", "version"], ["framework.framework_id", "framework.version"]),
        UniqueConstraint("framework_id", "version", "position"),
        CheckConstraint("cut BETWEEN -4 AND 4 AND cut_error BETWEEN 0 AND 2", name="cut_on_scale"),
    )
    framework_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    code: str = Field(primary_key=True)
    position: int
    title: str
    description: str
    section: str
    labour_functions: list[str] = texts()
    cut: float
    cut_error: float


class Item(Base, table=True):
    """An item as it was written; a correction is another row under the same code, so what was asked stays as it was asked."""

    __table_args__ = (
        UniqueConstraint("framework_id", "code", "revision"),
        Index("item_current", "framework_id", "code", unique=True, postgresql_where=text("current")),
        one_of("kind", get_args(Kind)),
        CheckConstraint("difficulty BETWEEN 1 AND 5", name="difficulty_graded"),
        CheckConstraint("top > 0", name="top_reachable"),
        CheckConstraint("revision > 0", name="revision_counted"),
    )
    item_id: UUID = Field(default_factory=uuid4, primary_key=True)
    framework_id: UUID
    code: str
    revision: int
    current: bool
    competence: str
    kind: str
    stem: str
    options: list[dict[str, str]] = Field(sa_column=Column(JSONB, nullable=False))
    targets: list[dict[str, str]] = Field(sa_column=Column(JSONB, nullable=False))
    unit: str | None = None
    key: Any = Field(sa_column=Column(JSONB, nullable=False))
    difficulty: int
    top: int
    source: str
    rationale: str
    added_at: datetime


class Procedure(Base, table=True):
    """An assessment procedure open to teachers, in its newest revision."""

    __table_args__ = (
        ForeignKeyConstraint(["framework_id", "framework_version"], ["framework.framework_id", "framework.version"]),
        CheckConstraint("minutes BETWEEN 1 AND 600", name="minutes_bounded"),
        CheckConstraint("cardinality(difficulty_scale) = 4", name="four_steps_of_difficulty"),
        CheckConstraint("revision > 0", name="revision_counted"),
    )
    procedure_id: UUID = Field(default_factory=uuid4, primary_key=True)
    revision: int
    title: str
    organiser_id: UUID
    framework_id: UUID
    framework_version: int
    minutes: int
    result_visible_to: str
    instructions: str
    difficulty_scale: list[str] = texts()
    samples: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    published_at: datetime


class FormItem(Base, table=True):
    """An item's place in a procedure's form for one purpose."""

    __tablename__ = "form_item"
    __table_args__ = (
        ForeignKeyConstraint(["procedure_id"], ["procedure.procedure_id"]),
        ForeignKeyConstraint(["item_id"], ["item.item_id"]),
        UniqueConstraint("procedure_id", "purpose", "item_id"),
        one_of("purpose", PURPOSES),
        CheckConstraint("position > 0", name="position_counted"),
    )
    procedure_id: UUID = Field(primary_key=True)
    purpose: str = Field(primary_key=True)
    position: int = Field(primary_key=True)
    item_id: UUID


class Question(Base, table=True):
    """What a procedure asks about the difficulty that a teacher feels in one competence."""

    __table_args__ = (ForeignKeyConstraint(["procedure_id"], ["procedure.procedure_id"]),)
    procedure_id: UUID = Field(primary_key=True)
    competence: str = Field(primary_key=True)
    question: str


class Band(Base, table=True):
    """A level of one version of the scale, from so many per cent on; results keep the version they were named by."""

    __tablename__ = "scale_band"
    __table_args__ = (CheckConstraint("least BETWEEN 0 AND 100", name="least_is_per_cent"), UniqueConstraint("scale", "level"))
    scale: str = Field(primary_key=True)
    least: int = Field(primary_key=True)
    level: str
    title: str
    in_force_from: date
