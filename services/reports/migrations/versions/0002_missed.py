"""Searches in vain."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "missed",
        sa.Column("miss_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("missed_on", sa.Date(), nullable=False),
        sa.Column("lexemes", JSONB, nullable=False),
        sa.Column("facets", JSONB, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("count >= 5", name="missed_by_enough"),
        sa.PrimaryKeyConstraint("miss_id", "revision"),
    )
    op.create_index("ix_missed_missed_on", "missed", ["missed_on"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_missed_missed_on", table_name="missed")
    op.drop_table("missed")
