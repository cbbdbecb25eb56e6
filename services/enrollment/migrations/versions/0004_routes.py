"""Copies of routes, suggestions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

moment = sa.DateTime(timezone=True)
REASONS = "('applied', 'declined', 'expired', 'group_cancelled', 'group_full', 'programme_withdrawn', 'route_changed', 'withdrawn_consent')"


def upgrade() -> None:
    op.create_table(
        "route",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("plan_revision", sa.BigInteger, nullable=False),
        sa.Column("planned_at", moment),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("agreed_revision", sa.BigInteger, nullable=False),
        sa.Column("agreed", ARRAY(sa.Uuid), nullable=False),
        sa.CheckConstraint("status IN ('accepted', 'proposed')", name="route_status_known"),
    )
    op.create_index("route_person", "route", ["person_id", "planned_at"])
    op.create_table(
        "route_step",
        sa.Column("route_id", sa.Uuid, sa.ForeignKey("route.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("step_id", sa.Uuid, primary_key=True),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("programme_id", sa.Uuid, nullable=False),
        sa.Column("groups", ARRAY(sa.Uuid), nullable=False),
    )
    op.create_index("route_step_programme", "route_step", ["programme_id"])
    op.create_index("route_step_groups", "route_step", ["groups"], postgresql_using="gin")
    op.create_table(
        "suggestion",
        sa.Column("id", sa.Uuid, primary_key=True),
        *(sa.Column(name, sa.Uuid, nullable=False) for name in ("person_id", "route_id", "step_id", "programme_id", "group_id")),
        sa.Column("expires", sa.Date, nullable=False),
        sa.Column("allocated", sa.Boolean, nullable=False),
        sa.Column("offered_at", moment, nullable=False),
        sa.Column("lapsed_at", moment),
        sa.Column("reason", sa.String),
        sa.CheckConstraint(f"reason IN {REASONS}", name="suggestion_reason_known"),
        sa.CheckConstraint("(lapsed_at IS NULL) = (reason IS NULL)", name="suggestion_lapsed_for_a_reason"),
    )
    op.create_index("suggestion_on_offer", "suggestion", ["step_id"], unique=True, postgresql_where=sa.text("lapsed_at IS NULL"))
    op.create_index("suggestion_person", "suggestion", ["person_id"])
    op.create_index("suggestion_route", "suggestion", ["route_id"])


def downgrade() -> None:
    for table in ("suggestion", "route_step", "route"):
        op.drop_table(table)
