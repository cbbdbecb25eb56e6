"""Saved searches, and what was looked for in vain."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def moment(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.add_column("study_group", sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()))
    op.create_index("study_group_announced", "study_group", ["announced_at"])
    op.create_index("programme_published", "programme", ["published_at"], postgresql_where=sa.text("status = 'published'"))
    op.create_table(
        "saved_search",
        sa.Column("subscription_id", sa.Uuid, primary_key=True),
        sa.Column("wanted", JSONB, nullable=False),
        moment("saved_at"),
        moment("looked_at", nullable=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.CheckConstraint("looked_at >= saved_at", name="saved_search_looked_at_later"),
    )
    op.create_index("saved_search_waiting", "saved_search", ["looked_at"], postgresql_where=sa.text("looked_at IS NOT NULL"))
    op.create_table(
        "told_item",
        sa.Column("subscription_id", sa.Uuid, sa.ForeignKey("saved_search.subscription_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("item_id", sa.Uuid, primary_key=True),
    )
    op.create_table(
        "missed_search",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("miss_id", sa.Uuid, nullable=False, unique=True),
        sa.Column("lexemes", ARRAY(sa.Text), nullable=False),
        sa.Column("facets", JSONB, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        moment("since"),
        moment("hour"),
        sa.CheckConstraint("count > 0", name="missed_search_counted"),
        sa.CheckConstraint("octet_length(digest) = 32", name="missed_search_digest_whole"),
        sa.CheckConstraint("since <= hour", name="missed_search_since_before"),
    )


def downgrade() -> None:
    for table in ("missed_search", "told_item", "saved_search"):
        op.drop_table(table)
    op.drop_index("programme_published", table_name="programme")
    op.drop_index("study_group_announced", table_name="study_group")
    op.drop_column("study_group", "announced_at")
