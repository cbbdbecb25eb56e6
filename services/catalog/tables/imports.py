"""Tables that people uploaded, what each row would do and did, and which column they meant by which heading."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.catalog.tables.registry import Base, moment, one_of

IMPORTED = ("programmes", "groups", "organisations")


class ImportRun(Base, table=True):
    """A table as it was uploaded: checked as often as its author likes, applied once, undone once."""

    __tablename__ = "import_run"
    __table_args__ = (
        one_of("kind", IMPORTED),
        one_of("status", ("uploaded", "checked", "applied", "undone")),
        CheckConstraint("rows BETWEEN 1 AND 500", name="import_run_rows"),
        CheckConstraint("(status = 'uploaded') = (fields IS NULL)", name="import_run_checked_with_a_mapping"),
        CheckConstraint(
            "added >= 0 AND changed >= 0 AND same >= 0 AND wrong >= 0 AND (status = 'uploaded' OR added + changed + same + wrong = rows)",
            name="import_run_counted",
        ),
        CheckConstraint("(status IN ('applied', 'undone')) = (applied_at IS NOT NULL)", name="import_run_applied_at_a_time"),
        CheckConstraint("(status = 'undone') = (undone_at IS NOT NULL)", name="import_run_undone_at_a_time"),
        CheckConstraint("kind <> 'organisations' OR provider_id IS NULL", name="import_run_of_the_register"),
        Index("import_run_provider", "provider_id", "uploaded_at"),
    )
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: str
    provider_id: UUID | None = Field(default=None, foreign_key="organisation.id")
    name: str
    author: str
    uploaded_at: datetime = moment()
    headings: list[str] = Field(sa_type=JSONB, nullable=False)
    fields: list[str | None] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    status: str = "uploaded"
    rows: int
    added: int = 0
    changed: int = 0
    same: int = 0
    wrong: int = 0
    applied_at: datetime | None = moment(default=None)
    undone_at: datetime | None = moment(default=None)


class ImportRow(Base, table=True):
    """A row of a table: what it would do, or did to an object that was `before` and was left at a revision."""

    __tablename__ = "import_row"
    __table_args__ = (
        one_of("outcome", ("new", "changed", "same", "error")),
        one_of("undo", ("undone", "kept")),
        CheckConstraint("coalesce(outcome = 'error', false) = (jsonb_array_length(errors) > 0)", name="import_row_wrong_in_words"),
        CheckConstraint("before IS NULL OR outcome = 'changed'", name="import_row_changed_from_something"),
        CheckConstraint(
            "left_revision IS NULL OR (outcome IN ('new', 'changed') AND object_id IS NOT NULL)", name="import_row_did_something"
        ),
        CheckConstraint("undo IS NULL OR left_revision IS NOT NULL", name="import_row_undone_after_it_did"),
        CheckConstraint("coalesce(undo = 'kept', false) = (note IS NOT NULL)", name="import_row_kept_for_a_reason"),
    )
    run_id: UUID = Field(primary_key=True, foreign_key="import_run.id", ondelete="CASCADE")
    number: int = Field(primary_key=True)
    cells: list[str] = Field(sa_type=JSONB, nullable=False)
    outcome: str | None = None
    title: str = ""
    object_id: UUID | None = None
    seen_revision: int | None = None
    changes: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB, nullable=False)
    errors: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB, nullable=False)
    before: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    left_revision: int | None = None
    undo: str | None = None
    note: str | None = None


class ImportMapping(Base, table=True):
    """The fields that an organisation last chose for these headings."""

    __tablename__ = "import_mapping"
    holder: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    headings: str = Field(primary_key=True)
    fields: list[str | None] = Field(sa_type=JSONB, nullable=False)
    saved_at: datetime = moment()
