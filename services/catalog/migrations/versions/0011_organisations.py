"""Licences and contacts of organisations, and what changed when."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TEXTS = ("phone", "email", "founder", "licence_number", "licence_authority", "licence_status")
CHECKS = {
    "licence_status_known": "licence_status IN ('active', 'suspended', 'ended')",
    "organisation_licence_whole": "num_nulls(licence_number, licence_issued, licence_authority, licence_status) IN (0, 4)",
    "organisation_email_shape": "email ~ '^[^@[:space:]]+@[^@[:space:]]+$'",
    "organisation_phone_shape": "phone ~ '^[+0-9]'",
}


def upgrade() -> None:
    for name in TEXTS:
        op.add_column("organisation", sa.Column(name, sa.String))
    op.add_column("organisation", sa.Column("licence_issued", sa.Date))
    op.add_column("organisation", sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()))
    for name, condition in CHECKS.items():
        op.create_check_constraint(name, "organisation", condition)
    op.create_table(
        "organisation_change",
        sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("organisation.id"), primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("changes", JSONB, nullable=False),
        sa.CheckConstraint("revision > 1", name="organisation_change_after_entry"),
    )


def downgrade() -> None:
    op.drop_table("organisation_change")
    for name in CHECKS:
        op.drop_constraint(name, "organisation")
    for name in (*TEXTS, "licence_issued", "changed_at"):
        op.drop_column("organisation", name)
