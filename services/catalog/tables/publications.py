"""News, notices of assessment procedures, and public documents with their versions."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index, LargeBinary, text
from sqlmodel import Field

from services.catalog.rules.documents import LARGEST
from services.catalog.tables.registry import Base, announced, moment, one_of, texts


class News(Base, table=True):
    """A piece of news: who submits it and who publishes it are two persons; subjects are ids of accounts."""

    __tablename__ = "news"
    __table_args__ = (
        one_of("status", ("draft", "in_review", "published", "withdrawn")),
        CheckConstraint("published_by <> submitted_by", name="news_read_by_another"),
        CheckConstraint("status = 'draft' OR submitted_by IS NOT NULL", name="news_submitted_by_someone"),
        CheckConstraint("(status IN ('published', 'withdrawn')) = (published_at IS NOT NULL)", name="news_published_at_a_moment"),
        CheckConstraint("(published_at IS NULL) = (published_by IS NULL)", name="news_published_by_someone"),
        CheckConstraint("(status = 'withdrawn') = (withdrawal_reason IS NOT NULL)", name="news_withdrawn_with_a_reason"),
        CheckConstraint("revision > 0", name="news_revision_counted"),
        Index("news_newest", "status", "published_at", "id"),
        Index("news_organisation", "organisation_id", "status"),
    )
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id")
    title: str
    lead: str
    body: str
    status: str = "draft"
    submitted_by: str | None = None
    submitted_at: datetime | None = moment(default=None)
    published_by: str | None = None
    published_at: datetime | None = moment(default=None)
    remark: str | None = None
    withdrawal_reason: str | None = None
    revision: int = 1


class Notice(Base, table=True):
    """A notice of an assessment procedure; `procedure_id` is assessment's own procedure where there is one."""

    __tablename__ = "notice"
    __table_args__ = (
        *announced("notice"),
        CheckConstraint("opens <= closes", name="notice_closes_after_it_opens"),
        CheckConstraint("minutes BETWEEN 1 AND 1440", name="notice_takes_time"),
        Index("notice_soon", "status", "closes", "id"),
        Index("notice_organiser", "organiser_id", "closes"),
    )
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    organiser_id: UUID = Field(foreign_key="organisation.id")
    procedure_id: UUID | None = Field(default=None, foreign_key="procedure.id")
    title: str
    measures: str
    competences: list[str] = texts()
    minutes: int
    result_visible_to: str
    opens: date
    closes: date
    registration: str
    link: str | None = None
    status: str = "draft"
    published_at: datetime | None = moment(default=None)
    cancellation_reason: str | None = None
    revision: int = 1


class PublicDocument(Base, table=True):
    """A document of the operator, such as the regulation of the module; what it says is in its versions."""

    __tablename__ = "public_document"
    __table_args__ = (
        one_of("status", ("draft", "published", "withdrawn")),
        CheckConstraint("(status = 'withdrawn') = (withdrawal_reason IS NOT NULL)", name="public_document_withdrawn_with_a_reason"),
        CheckConstraint("revision > 0", name="public_document_revision_counted"),
    )
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    title: str
    about: str
    status: str = "draft"
    withdrawal_reason: str | None = None
    revision: int = 1


class DocumentVersion(Base, table=True):
    """What a document says from a day on: a text, a file, or both; published versions never change."""

    __tablename__ = "document_version"
    __table_args__ = (
        CheckConstraint("number > 0", name="document_version_counted"),
        CheckConstraint("body <> '' OR file IS NOT NULL", name="document_version_says_something"),
        CheckConstraint(
            f"substr(file, 1, 5) = convert_to('%PDF-', 'UTF8') AND octet_length(file) <= {LARGEST}", name="document_version_file_sane"
        ),
        CheckConstraint("(file IS NULL) = (file_name IS NULL)", name="document_version_file_named"),
        Index("document_version_open", "document_id", unique=True, postgresql_where=text("published_at IS NULL")),
    )
    document_id: UUID = Field(primary_key=True, foreign_key="public_document.id")
    number: int = Field(primary_key=True)
    body: str = ""
    changes: str = ""
    file_name: str | None = None
    file: bytes | None = Field(default=None, sa_type=LargeBinary)
    in_force_from: date
    published_at: datetime | None = moment(default=None)
