"""Requests to the operator, and the letters that answer them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ADDRESS = r"^[A-Za-z0-9!#$%&''*+/=^_`{|}~-]+(\.[A-Za-z0-9!#$%&''*+/=^_`{|}~-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "support_request",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("category", sa.String(length=10), nullable=False),
        sa.Column("words", sa.String(length=3000), nullable=False),
        sa.Column("page", sa.String(length=300), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("answer", sa.String(length=3000), nullable=True),
        sa.Column("answered_at", moment, nullable=True),
        sa.Column("answered_by", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("request_id"),
        sa.UniqueConstraint("number"),
        sa.CheckConstraint(f"email ~ '{ADDRESS}'", name="support_request_email_shape"),
        sa.CheckConstraint("category IN ('question', 'problem', 'proposal')", name="support_request_category_known"),
        sa.CheckConstraint("num_nonnulls(answer, answered_at, answered_by) IN (0, 3)", name="support_request_answered_by_someone"),
    )
    op.create_index("support_request_in_turn", "support_request", ["asked_at", "request_id"])
    op.create_index("ix_support_request_person_id", "support_request", ["person_id"])
    op.add_column("delivery", sa.Column("request_id", sa.Uuid(), nullable=True))
    op.create_foreign_key("delivery_request_id_fkey", "delivery", "support_request", ["request_id"], ["request_id"], ondelete="CASCADE")
    op.create_index("ix_delivery_request_id", "delivery", ["request_id"])
    op.create_unique_constraint("delivery_once_per_request", "delivery", ["event_id", "request_id", "rule"])
    op.drop_constraint("delivery_to_one", "delivery")
    op.create_check_constraint("delivery_to_one", "delivery", "num_nonnulls(person_id, subscription_id, request_id) = 1")


def downgrade() -> None:
    op.execute("DELETE FROM delivery WHERE request_id IS NOT NULL")
    op.drop_constraint("delivery_to_one", "delivery")
    op.drop_constraint("delivery_once_per_request", "delivery")
    op.drop_index("ix_delivery_request_id", table_name="delivery")
    op.drop_constraint("delivery_request_id_fkey", "delivery")
    op.drop_column("delivery", "request_id")
    op.create_check_constraint("delivery_to_one", "delivery", "(person_id IS NULL) <> (subscription_id IS NULL)")
    op.drop_table("support_request")
