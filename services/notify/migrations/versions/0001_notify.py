"""Contacts, notices, deliveries and the copies that letters name."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("salutation", sa.String(length=200), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("email ~ '^[^@[:space:]]+@[^@[:space:]]+$'", name="email_shape"),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "delivery",
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(length=50), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("facts", JSONB, nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=50), nullable=True),
        sa.Column("traceparent", sa.String(length=60), nullable=True),
        sa.CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name="sent_has_time"),
        sa.CheckConstraint("status IN ('queued', 'sent', 'failed')", name="status_known"),
        sa.PrimaryKeyConstraint("delivery_id"),
        sa.UniqueConstraint("event_id", "person_id", "rule"),
    )
    op.create_index("delivery_about", "delivery", ["about_id"], unique=False)
    op.create_index("delivery_queued", "delivery", ["next_try_at"], unique=False, postgresql_where=sa.text("status = 'queued'"))
    op.create_index("ix_delivery_person_id", "delivery", ["person_id"], unique=False)
    op.create_table(
        "erased",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "notice",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(length=50), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("facts", JSONB, nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("notice_id"),
        sa.UniqueConstraint("event_id", "person_id", "rule"),
    )
    op.create_index("notice_of_person", "notice", ["person_id", "noticed_at"], unique=False)
    op.create_table(
        "programme",
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("programme_id"),
    )
    op.create_table(
        "refusal",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(length=50), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "rule"),
    )
    op.create_table(
        "seat",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("application_id"),
    )
    op.create_index("ix_seat_group_id", "seat", ["group_id"], unique=False)
    op.create_index("ix_seat_person_id", "seat", ["person_id"], unique=False)
    op.create_table(
        "study_group",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("group_id"),
    )


def downgrade() -> None:
    op.drop_table("study_group")
    op.drop_index("ix_seat_person_id", table_name="seat")
    op.drop_index("ix_seat_group_id", table_name="seat")
    op.drop_table("seat")
    op.drop_table("refusal")
    op.drop_table("programme")
    op.drop_index("notice_of_person", table_name="notice")
    op.drop_table("notice")
    op.drop_table("erased")
    op.drop_index("ix_delivery_person_id", table_name="delivery")
    op.drop_index("delivery_queued", table_name="delivery", postgresql_where=sa.text("status = 'queued'"))
    op.drop_index("delivery_about", table_name="delivery")
    op.drop_table("delivery")
    op.drop_table("contact")
