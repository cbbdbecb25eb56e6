"""Subscriptions to saved searches, and letters to their addresses."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subscription",
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("path", sa.String(length=2000), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("email ~ '^[^@[:space:]]+@[^@[:space:]]+$'", name="subscription_email_shape"),
        sa.CheckConstraint("octet_length(secret) = 32", name="subscription_secret_long"),
        sa.CheckConstraint("confirmed_at IS NULL OR confirmed_at < asked_at + interval '48 hours'", name="subscription_confirmed_in_time"),
        sa.PrimaryKeyConstraint("subscription_id"),
    )
    op.create_index("ix_subscription_email", "subscription", ["email"])
    op.create_index("ix_subscription_person_id", "subscription", ["person_id"])
    op.alter_column("delivery", "person_id", nullable=True)
    op.add_column("delivery", sa.Column("subscription_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "delivery_subscription_id_fkey", "delivery", "subscription", ["subscription_id"], ["subscription_id"], ondelete="CASCADE"
    )
    op.create_index("ix_delivery_subscription_id", "delivery", ["subscription_id"])
    op.create_unique_constraint("delivery_once_per_subscription", "delivery", ["event_id", "subscription_id", "rule"])
    op.create_check_constraint("delivery_to_one", "delivery", "(person_id IS NULL) <> (subscription_id IS NULL)")


def downgrade() -> None:
    op.execute("DELETE FROM delivery WHERE subscription_id IS NOT NULL")
    op.drop_constraint("delivery_to_one", "delivery")
    op.drop_constraint("delivery_once_per_subscription", "delivery")
    op.drop_index("ix_delivery_subscription_id", table_name="delivery")
    op.drop_constraint("delivery_subscription_id_fkey", "delivery")
    op.drop_column("delivery", "subscription_id")
    op.alter_column("delivery", "person_id", nullable=False)
    op.drop_table("subscription")
