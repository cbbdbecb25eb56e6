"""Versions of programmes as they were submitted and read, files attached to them, and working copies not yet submitted."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ColumnElement, Index, or_, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, col

from services.catalog.tables.registry import Base, moment, one_of
from shared.access import Caller

COPIED = ("programme", "group", "event", "news", "notice", "document", "organisation")


class ProgrammeVersion(Base, table=True):
    """A programme as it was submitted; whoever reads it is neither who wrote nor who submitted it."""

    __tablename__ = "programme_version"
    __table_args__ = (
        CheckConstraint("number > 0", name="programme_version_counted"),
        one_of("decision", ("published", "returned", "replaced")),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="programme_version_decided_at_a_time"),
        CheckConstraint("(reader IS NOT NULL) = coalesce(decision IN ('published', 'returned'), false)", name="programme_version_read"),
        CheckConstraint("reader <> author AND reader <> submitted_by", name="programme_version_second_reader"),
        CheckConstraint("decision <> 'returned' OR jsonb_array_length(remarks) > 0", name="programme_version_returned_with_remarks"),
        Index("programme_version_in_review", "programme_id", unique=True, postgresql_where=text("decision IS NULL")),
        Index("programme_version_queue", "submitted_at", postgresql_where=text("decision IS NULL")),
    )
    programme_id: UUID = Field(primary_key=True, foreign_key="programme.id", ondelete="CASCADE")
    number: int = Field(primary_key=True)
    facts: dict[str, Any] = Field(sa_type=JSONB, nullable=False)
    author: str
    author_role: str
    submitted_by: str
    submitted_at: datetime = moment()
    reader: str | None = None
    decided_at: datetime | None = moment(default=None)
    decision: str | None = None
    remarks: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB, nullable=False)


class ProgrammeFile(Base, table=True):
    """A PDF that the provider uploaded; the public sees it once a published version names it."""

    __tablename__ = "programme_file"
    __table_args__ = (
        CheckConstraint("size = octet_length(body) AND size BETWEEN 1 AND 5242880", name="programme_file_size"),
        CheckConstraint("substring(body FROM 1 FOR 5) = '%PDF-'::bytea", name="programme_file_is_a_pdf"),
        Index("programme_file_programme", "programme_id"),
    )
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    programme_id: UUID = Field(foreign_key="programme.id", ondelete="CASCADE")
    name: str
    body: bytes
    size: int
    stored_at: datetime = moment()


class WorkingCopy(Base, table=True):
    """What somebody has typed so far; `holder` is the organisation whose it is, or the person when there is none."""

    __tablename__ = "working_copy"
    __table_args__ = (
        one_of("kind", COPIED),
        CheckConstraint("octet_length(fields::text) <= 200000", name="working_copy_size"),
        CheckConstraint("holder = coalesce(provider_id::text, owner)", name="working_copy_of_its_holder"),
        CheckConstraint("revision > 0", name="working_copy_revision_counted"),
        Index("working_copy_holder", "holder", "saved_at"),
    )
    id: UUID = Field(primary_key=True)
    holder: str = Field(primary_key=True)
    owner: str
    provider_id: UUID | None = None
    kind: str
    object_id: UUID | None = None
    fields: dict[str, Any] = Field(sa_type=JSONB, nullable=False)
    base_revision: int | None = None
    saved_at: datetime = moment()
    revision: int = 1


def held_by(caller: Caller) -> ColumnElement[bool]:
    """The working copies of the caller and of their organisations; a role of the whole region reaches no others."""
    return or_(col(WorkingCopy.owner) == caller.subject, col(WorkingCopy.provider_id).in_(caller.scopes("provider")))
