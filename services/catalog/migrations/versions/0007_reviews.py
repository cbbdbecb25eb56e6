"""Reviews of programmes and events by those who were there, their moderation and the second poll."""

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

moment = sa.DateTime(timezone=True)
MARKS = ("content", "teacher", "organisation", "usefulness")
SINCE = date(2026, 1, 1)
ABUSE = (
    "бездар", "болван", "быдл", "дебил", "дегенерат", "дерьм", "долбо", "дура", "дурак", "жоп", "идиот", "имбецил", "кретин",
    "лохотрон", "мерзав", "мразь", "мрази", "наглец", "негодя", "недоум", "отморозок", "отстой", "подлец", "подонок", "придур",
    "скотин", "сволоч", "слабоум", "тупиц", "тупой", "тупая", "тупые", "тупорыл", "тварь", "твари", "ублюд", "урод", "хамк", "хамл",
)  # fmt: skip


def upgrade() -> None:
    op.create_unique_constraint("review_right_of_a_target", "review_right", ["id", "target_kind", "target_id"])
    op.create_table(
        "review",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("right_id", sa.Uuid, nullable=False),
        sa.Column("target_kind", sa.String, nullable=False),
        sa.Column("target_id", sa.Uuid, nullable=False),
        sa.Column("provider_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False),
        *(sa.Column(mark, sa.Integer, nullable=False) for mark in MARKS),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("position", sa.String),
        sa.Column("subject_group", sa.String),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("submitted_at", moment, nullable=False),
        sa.Column("decided_at", moment),
        sa.Column("reply", sa.String),
        sa.Column("replied_at", moment),
        sa.Column("use", sa.String),
        sa.Column("use_text", sa.String),
        sa.Column("used_at", moment),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["right_id", "target_kind", "target_id"],
            ["review_right.id", "review_right.target_kind", "review_right.target_id"],
            name="review_by_its_right",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("right_id", name="review_right_used_once"),
        sa.CheckConstraint("status IN ('in_review', 'published', 'rejected')", name="status_known"),
        sa.CheckConstraint(
            "content BETWEEN 1 AND 5 AND teacher BETWEEN 1 AND 5 AND organisation BETWEEN 1 AND 5 AND usefulness BETWEEN 1 AND 5",
            name="review_marks_on_the_scale",
        ),
        sa.CheckConstraint("length(text) BETWEEN 20 AND 2000", name="review_says_something"),
        sa.CheckConstraint("(status = 'in_review') = (decided_at IS NULL)", name="review_decided_once"),
        sa.CheckConstraint("(status = 'rejected') = (reason IS NOT NULL)", name="review_rejected_with_a_reason"),
        sa.CheckConstraint("(reply IS NULL) = (replied_at IS NULL)", name="review_replied_at_a_time"),
        sa.CheckConstraint("reply IS NULL OR status = 'published'", name="review_replied_when_published"),
        sa.CheckConstraint("use IN ('regularly', 'sometimes', 'no')", name="review_use_known"),
        sa.CheckConstraint("(use IS NULL) = (used_at IS NULL) AND (use IS NOT NULL OR use_text IS NULL)", name="review_use_at_a_time"),
        sa.CheckConstraint("revision > 0", name="review_revision_counted"),
    )
    op.create_index("ix_review_provider_id", "review", ["provider_id"])
    op.create_index("review_shown", "review", ["target_kind", "target_id", "decided_at"], postgresql_where=sa.text("status = 'published'"))
    op.create_index("review_waiting", "review", ["submitted_at"], postgresql_where=sa.text("status = 'in_review'"))
    op.create_table(
        "rating",
        sa.Column("target_kind", sa.String, nullable=False),
        sa.Column("target_id", sa.Uuid, nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        *(sa.Column(mark, sa.Integer, nullable=False) for mark in MARKS),
        sa.PrimaryKeyConstraint("target_kind", "target_id"),
        sa.CheckConstraint("target_kind IN ('programme', 'event')", name="target_kind_known"),
        sa.CheckConstraint("n >= 0", name="rating_of_someone"),
        sa.CheckConstraint(" AND ".join(f"{mark} BETWEEN n AND 5 * n" for mark in MARKS), name="rating_sums_on_the_scale"),
    )
    words = op.create_table(
        "abuse_word",
        sa.Column("beginning", sa.String, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.PrimaryKeyConstraint("beginning", "valid_from"),
        sa.CheckConstraint("valid_to > valid_from", name="abuse_word_valid_for_a_while"),
        sa.CheckConstraint("beginning ~ '^[а-я]{3,40}$'", name="abuse_word_folded"),
    )
    op.create_index("abuse_word_in_force", "abuse_word", ["beginning"], unique=True, postgresql_where=sa.text("valid_to IS NULL"))
    op.bulk_insert(words, [{"beginning": beginning, "valid_from": SINCE, "valid_to": None} for beginning in ABUSE])


def downgrade() -> None:
    for table in ("abuse_word", "rating", "review"):
        op.drop_table(table)
    op.drop_constraint("review_right_of_a_target", "review_right")
