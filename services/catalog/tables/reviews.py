"""Reviews by those who were there, and the figures they add up to."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from services.catalog.tables.registry import Base, moment, one_of


class Review(Base, table=True):
    """What somebody says by their right to review, which is used once; the author is known by the right only."""

    __tablename__ = "review"
    __table_args__ = (
        ForeignKeyConstraint(
            ["right_id", "target_kind", "target_id"],
            ["review_right.id", "review_right.target_kind", "review_right.target_id"],
            name="review_by_its_right",
            ondelete="CASCADE",
        ),
        UniqueConstraint("right_id", name="review_right_used_once"),
        one_of("status", ("in_review", "published", "rejected")),
        CheckConstraint(
            "content BETWEEN 1 AND 5 AND teacher BETWEEN 1 AND 5 AND organisation BETWEEN 1 AND 5 AND usefulness BETWEEN 1 AND 5",
            name="review_marks_on_the_scale",
        ),
        CheckConstraint("length(text) BETWEEN 20 AND 2000", name="review_says_something"),
        CheckConstraint("(status = 'in_review') = (decided_at IS NULL)", name="review_decided_once"),
        CheckConstraint("(status = 'rejected') = (reason IS NOT NULL)", name="review_rejected_with_a_reason"),
        CheckConstraint("(reply IS NULL) = (replied_at IS NULL)", name="review_replied_at_a_time"),
        CheckConstraint("reply IS NULL OR status = 'published'", name="review_replied_when_published"),
        CheckConstraint("use IN ('regularly', 'sometimes', 'no')", name="review_use_known"),
        CheckConstraint("(use IS NULL) = (used_at IS NULL) AND (use IS NOT NULL OR use_text IS NULL)", name="review_use_at_a_time"),
        CheckConstraint("revision > 0", name="review_revision_counted"),
        Index("review_shown", "target_kind", "target_id", "decided_at", postgresql_where=text("status = 'published'")),
        Index("review_waiting", "submitted_at", postgresql_where=text("status = 'in_review'")),
    )
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    right_id: UUID
    target_kind: str
    target_id: UUID
    provider_id: UUID = Field(foreign_key="organisation.id", index=True)
    content: int
    teacher: int
    organisation: int
    usefulness: int
    text: str
    position: str | None = None
    subject_group: str | None = None
    status: str = "in_review"
    reason: str | None = None
    submitted_at: datetime = moment()
    decided_at: datetime | None = moment(default=None)
    reply: str | None = None
    replied_at: datetime | None = moment(default=None)
    use: str | None = None
    use_text: str | None = None
    used_at: datetime | None = moment(default=None)
    revision: int = 1


class Rating(Base, table=True):
    """The sums of the published reviews of one target; kept in the transactions that publish and erase reviews."""

    __tablename__ = "rating"
    __table_args__ = (
        one_of("target_kind", ("programme", "event")),
        CheckConstraint("n >= 0", name="rating_of_someone"),
        CheckConstraint(
            "content BETWEEN n AND 5 * n AND teacher BETWEEN n AND 5 * n AND organisation BETWEEN n AND 5 * n "
            "AND usefulness BETWEEN n AND 5 * n",
            name="rating_sums_on_the_scale",
        ),
    )
    target_kind: str = Field(primary_key=True)
    target_id: UUID = Field(primary_key=True)
    n: int
    content: int
    teacher: int
    organisation: int
    usefulness: int
