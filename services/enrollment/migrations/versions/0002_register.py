"""Copies of the register and of role grants; dictionaries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROLES = (
    "('agency_specialist', 'assessor', 'auditor', 'expert', 'ministry', 'municipal_specialist', 'operator', "
    "'provider_specialist', 'school_specialist', 'teacher')"
)


def texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String, nullable=False) for name in names]


def codes(*names: str) -> list[sa.Column[list[str]]]:
    return [sa.Column(name, ARRAY(sa.Text), nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("revision", sa.BigInteger, nullable=False),
        *texts("kind", "name", "short_name"),
        sa.Column("oktmo", sa.String),
        sa.Column("agency_id", sa.Uuid),
        *texts("status"),
        sa.CheckConstraint("oktmo ~ '^[0-9]{8}([0-9]{3})?$'", name="organisation_oktmo_digits"),
    )
    op.create_table(
        "programme",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("provider_id", sa.Uuid, nullable=False),
        *texts("code", "title", "kind"),
        sa.Column("hours", sa.Integer, nullable=False),
        *texts("form", "funding", "document_kind"),
        *codes("positions", "subjects", "levels", "approvals"),
        sa.CheckConstraint("hours > 0", name="programme_hours_positive"),
    )
    op.create_table(
        "programme_withdrawal",
        sa.Column("programme_id", sa.Uuid, primary_key=True),
        sa.Column("revision", sa.BigInteger, nullable=False),
        *texts("reason"),
    )
    op.create_table(
        "study_group",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("programme_id", sa.Uuid, nullable=False),
        sa.Column("provider_id", sa.Uuid, nullable=False),
        *(sa.Column(name, sa.Date, nullable=False) for name in ("starts", "ends", "enrolment_opens", "enrolment_closes")),
        sa.Column("capacity_asked", sa.Integer, nullable=False),
        *texts("form", "funding"),
        sa.Column("oktmo", sa.String),
        sa.Column("place", sa.String),
        sa.CheckConstraint("starts <= ends", name="study_group_ends_after_it_starts"),
        sa.CheckConstraint("capacity_asked > 0", name="study_group_capacity_positive"),
    )
    op.create_index("study_group_programme", "study_group", ["programme_id", "starts"])
    op.create_table("group_cancellation", sa.Column("group_id", sa.Uuid, primary_key=True), *texts("reason"))
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("person_id", sa.Uuid),
        *texts("role"),
        sa.Column("scope", sa.String),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_until", sa.Date),
        sa.Column("deputy_of", sa.Uuid),
        sa.Column("revoked", sa.Boolean, nullable=False),
        sa.CheckConstraint(f"role IN {ROLES}", name="role_grant_role_known"),
        sa.CheckConstraint("revoked OR valid_from IS NOT NULL", name="role_grant_begins"),
    )
    op.create_index("role_grant_scope", "role_grant", ["role", "scope"], postgresql_where=sa.text("NOT revoked"))
    op.create_table(
        "reason",
        sa.Column("code", sa.String, primary_key=True),
        *texts("text"),
        *codes("actions"),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.CheckConstraint("valid_to > valid_from", name="reason_valid_for_a_while"),
    )
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("works", sa.Boolean, nullable=False),
        *texts("ground"),
    )


def downgrade() -> None:
    for table in (
        "calendar_day",
        "reason",
        "role_grant",
        "group_cancellation",
        "study_group",
        "programme_withdrawal",
        "programme",
        "organisation",
    ):
        op.drop_table(table)
