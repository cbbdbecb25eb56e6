"""Outbox, inbox, due and idempotency."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("event_id", sa.Uuid, nullable=False, unique=True),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("traceparent", sa.Text),
        sa.Column("stored_at", moment, nullable=False, server_default=sa.func.now()),
        sa.Column("sent_at", moment),
    )
    op.create_index("outbox_unsent", "outbox", ["id"], postgresql_where=sa.text("sent_at IS NULL"))
    op.create_index("outbox_sent", "outbox", ["sent_at"], postgresql_where=sa.text("sent_at IS NOT NULL"))
    op.create_table(
        "inbox",
        sa.Column("handler", sa.Text, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("handled_at", moment, nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("handler", "event_id"),
    )
    op.create_table(
        "due",
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Uuid, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("facts", JSONB, nullable=False, server_default="{}"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("traceparent", sa.Text),
        sa.PrimaryKeyConstraint("kind", "subject"),
        sa.CheckConstraint("attempts >= 0", name="attempts_counted"),
    )
    op.create_index("due_at", "due", ["at"])
    op.create_table(
        "idempotency",
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("request_hash", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.SmallInteger),
        sa.Column("media_type", sa.Text),
        sa.Column("body", sa.LargeBinary),
        sa.Column("stored_at", moment, nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("subject", "route", "key"),
    )
    op.create_index("idempotency_stored", "idempotency", ["stored_at"])


def downgrade() -> None:
    for table in ("idempotency", "due", "inbox", "outbox"):
        op.drop_table(table)
