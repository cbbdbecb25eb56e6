"""Copies of what was heard, and the routes made of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "application",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("application_id"),
    )
    op.create_index("ix_application_person_id", "application", ["person_id"], unique=False)
    op.create_table(
        "competence",
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("competence_group", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "erased",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "learner",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("fact", JSONB, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "measurement",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("procedure_id", sa.Uuid(), nullable=False),
        sa.Column("route_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fact", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("attempt_id"),
    )
    op.create_index("measurement_of_person", "measurement", ["person_id", "completed_at"], unique=False)
    op.create_table(
        "programme",
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("fact", JSONB, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("programme_id"),
    )
    op.create_table(
        "route",
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("procedure_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("wishes", JSONB, server_default="{}", nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("objective", sa.Float(), nullable=False),
        sa.Column("bound", sa.Float(), nullable=False),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("solver", sa.String(length=40), nullable=False),
        sa.Column("inputs_hash", sa.String(length=100), nullable=False),
        sa.Column("residual", JSONB, server_default="[]", nullable=False),
        sa.Column("changes", JSONB, server_default="[]", nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("studied_on", sa.Date(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('proposed', 'accepted', 'studied', 'completed', 'replaced')", name="status_known"),
        sa.CheckConstraint("bound >= objective - 0.000000001", name="bound_holds"),
        sa.PrimaryKeyConstraint("route_id"),
        sa.UniqueConstraint("attempt_id"),
    )
    op.create_index("ix_route_person_id", "route", ["person_id"], unique=False)
    op.create_index(
        "one_live_route", "route", ["person_id"], unique=True, postgresql_where=sa.text("status IN ('proposed', 'accepted', 'studied')")
    )
    op.create_table(
        "seats",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("free", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("group_id"),
    )
    op.create_table(
        "study_group",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_closes", sa.Date(), nullable=True),
        sa.Column("fact", JSONB, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("group_id"),
    )
    op.create_index("ix_study_group_enrolment_closes", "study_group", ["enrolment_closes"], unique=False)
    op.create_index("ix_study_group_programme_id", "study_group", ["programme_id"], unique=False)
    op.create_table(
        "training",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("application_id"),
    )
    op.create_index("ix_training_person_id", "training", ["person_id"], unique=False)
    op.create_table(
        "step",
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("groups", JSONB, server_default="[]", nullable=False),
        sa.Column("starts", sa.Date(), nullable=True),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("closes", JSONB, server_default="{}", nullable=False),
        sa.Column("reason", JSONB, server_default="{}", nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("status IN ('planned', 'applied', 'studying', 'completed')", name="status_known"),
        sa.CheckConstraint("hours > 0", name="hours_positive"),
        sa.ForeignKeyConstraint(
            ["route_id"],
            ["route.route_id"],
        ),
        sa.PrimaryKeyConstraint("step_id"),
        sa.UniqueConstraint("route_id", "programme_id"),
    )
    op.create_index("ix_step_programme_id", "step", ["programme_id"], unique=False)
    op.create_index("ix_step_route_id", "step", ["route_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_step_route_id", table_name="step")
    op.drop_index("ix_step_programme_id", table_name="step")
    op.drop_table("step")
    op.drop_index("ix_training_person_id", table_name="training")
    op.drop_table("training")
    op.drop_index("ix_study_group_programme_id", table_name="study_group")
    op.drop_index("ix_study_group_enrolment_closes", table_name="study_group")
    op.drop_table("study_group")
    op.drop_table("seats")
    op.drop_index("one_live_route", table_name="route", postgresql_where=sa.text("status IN ('proposed', 'accepted', 'studied')"))
    op.drop_index("ix_route_person_id", table_name="route")
    op.drop_table("route")
    op.drop_table("programme")
    op.drop_index("measurement_of_person", table_name="measurement")
    op.drop_table("measurement")
    op.drop_table("learner")
    op.drop_table("erased")
    op.drop_table("competence")
    op.drop_index("ix_application_person_id", table_name="application")
    op.drop_table("application")
