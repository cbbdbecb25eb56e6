"""Facts, copies, persons' keys, and rebuilds."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STATUSES = (
    "'teacher_confirmation', 'submitted', 'school_review', 'municipality_review', 'provider_review', 'clarification', "
    "'waiting_list', 'seat_offered', 'accepted', 'enrolled', 'completed', 'not_completed', "
    "'expelled', 'withdrawn', 'rejected', 'expired', 'cancelled_by_provider'"
)


def upgrade() -> None:
    op.create_table(
        "answer",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("request_id"),
    )
    op.create_table(
        "application",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("oktmo", sa.String(length=8), nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("holder", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "holder IN ('learner', 'school', 'municipality', 'agency', 'provider', 'operator', 'nobody')", name="application_holder_known"
        ),
        sa.CheckConstraint(
            f"status IN ({STATUSES})",
            name="application_status_known",
        ),
        sa.PrimaryKeyConstraint("application_id"),
    )
    op.create_index("ix_application_oktmo", "application", ["oktmo"], unique=False)
    op.create_index("ix_application_organisation_id", "application", ["organisation_id"], unique=False)
    op.create_index("ix_application_programme_id", "application", ["programme_id"], unique=False)
    op.create_index("ix_application_provider_id", "application", ["provider_id"], unique=False)
    op.create_table(
        "cancellation",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("group_id", "revision"),
    )
    op.create_table(
        "closure",
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("competence", sa.String(length=100), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("before", sa.Float(), nullable=False),
        sa.Column("after", sa.Float(), nullable=False),
        sa.Column("difference_error", sa.Float(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("measured_on", sa.Date(), nullable=False),
        sa.CheckConstraint("verdict IN ('closed', 'partly', 'open', 'insufficient')", name="closure_verdict_known"),
        sa.CheckConstraint("difference_error >= 0", name="closure_error_positive"),
        sa.PrimaryKeyConstraint("route_id", "revision", "competence"),
    )
    op.create_index("ix_closure_person", "closure", ["person"], unique=False)
    op.create_table(
        "competence",
        sa.Column("framework_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=2000), nullable=False),
        sa.Column("section", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("framework_id", "code"),
    )
    op.create_table(
        "erasure",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("request_id"),
    )
    op.create_index("ix_erasure_person_id", "erasure", ["person_id"], unique=False)
    op.create_table(
        "identity",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_index("ix_identity_key", "identity", ["key"], unique=False)
    op.create_table(
        "letter",
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rule", sa.String(length=100), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("failure", sa.String(length=20), nullable=True),
        sa.CheckConstraint("(seconds IS NULL) <> (failure IS NULL)", name="letter_arrived_or_failed"),
        sa.PrimaryKeyConstraint("delivery_id", "revision"),
    )
    op.create_index("ix_letter_told_on", "letter", ["told_on"], unique=False)
    op.create_table(
        "measurement",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("competence", sa.String(length=100), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.CheckConstraint("purpose IN ('entry', 'interim', 'exit')", name="measurement_purpose_known"),
        sa.CheckConstraint("verdict IN ('deficit', 'borderline', 'none', 'insufficient')", name="measurement_verdict_known"),
        sa.PrimaryKeyConstraint("attempt_id", "revision", "competence"),
    )
    op.create_index("measurement_newest", "measurement", ["person", "competence", "completed_at"], unique=False)
    op.create_table(
        "organisation",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("short_name", sa.String(length=2000), nullable=False),
        sa.Column("oktmo", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id"),
    )
    op.create_index("organisation_of_municipality", "organisation", ["kind", "oktmo"], unique=False)
    op.create_table(
        "programme",
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=2000), nullable=False),
        sa.PrimaryKeyConstraint("programme_id"),
    )
    op.create_index("ix_programme_provider_id", "programme", ["provider_id"], unique=False)
    op.create_table(
        "rebuild",
        sa.Column("rebuild_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("skipped", sa.BigInteger(), nullable=False),
        sa.Column("problem", sa.String(length=200), nullable=True),
        sa.CheckConstraint("(state = 'reading') = (ended_at IS NULL)", name="rebuild_ends_once"),
        sa.CheckConstraint("state IN ('reading', 'done', 'failed')", name="rebuild_state_known"),
        sa.CheckConstraint("events >= 0 AND skipped >= 0", name="rebuild_counted"),
        sa.PrimaryKeyConstraint("rebuild_id"),
    )
    op.create_table(
        "residence",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("oktmo", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("person", "changed_at", "revision", "oktmo"),
    )
    op.create_table(
        "route",
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("hours", sa.BigInteger(), nullable=False),
        sa.Column("residual", JSONB, nullable=False),
        sa.CheckConstraint("status IN ('proposed', 'accepted')", name="route_status_known"),
        sa.CheckConstraint("hours >= 0 AND steps >= 0", name="route_counted"),
        sa.PrimaryKeyConstraint("route_id"),
    )
    op.create_index("ix_route_person", "route", ["person"], unique=False)
    op.create_table(
        "route_mark",
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("marked_on", sa.Date(), nullable=False),
        sa.CheckConstraint("kind IN ('planned', 'accepted', 'studied', 'completed')", name="route_mark_kind_known"),
        sa.PrimaryKeyConstraint("route_id", "kind", "revision"),
    )
    op.create_table(
        "seats",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("capacity", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("waiting", sa.BigInteger(), nullable=False),
        sa.Column("quotas", JSONB, nullable=False),
        sa.CheckConstraint("capacity >= 0 AND held >= 0 AND taken >= 0 AND waiting >= 0", name="seats_counted"),
        sa.PrimaryKeyConstraint("group_id"),
    )
    op.create_index("ix_seats_programme_id", "seats", ["programme_id"], unique=False)
    op.create_table(
        "step",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("holder", sa.String(length=20), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "holder IN ('learner', 'school', 'municipality', 'agency', 'provider', 'operator', 'nobody')", name="step_holder_known"
        ),
        sa.CheckConstraint(
            f"status IN ({STATUSES})",
            name="step_status_known",
        ),
        sa.PrimaryKeyConstraint("application_id", "revision"),
    )
    op.create_table(
        "study_group",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("group_id"),
    )
    op.create_index("ix_study_group_provider_id", "study_group", ["provider_id"], unique=False)
    op.create_table(
        "submission",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.CheckConstraint("channel IN ('portal', 'suggestion', 'appointment', 'import')", name="submission_channel_known"),
        sa.PrimaryKeyConstraint("application_id"),
    )
    op.create_index("ix_submission_submitted_on", "submission", ["submitted_on"], unique=False)
    op.create_table(
        "training",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("oktmo", sa.String(length=8), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("hours", sa.BigInteger(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.CheckConstraint("outcome IN ('completed', 'not_completed', 'expelled')", name="training_outcome_known"),
        sa.CheckConstraint("hours >= 0", name="training_hours_counted"),
        sa.PrimaryKeyConstraint("application_id", "revision"),
    )
    op.create_index("ix_training_person", "training", ["person"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_training_person", table_name="training")
    op.drop_table("training")
    op.drop_index("ix_submission_submitted_on", table_name="submission")
    op.drop_table("submission")
    op.drop_index("ix_study_group_provider_id", table_name="study_group")
    op.drop_table("study_group")
    op.drop_table("step")
    op.drop_index("ix_seats_programme_id", table_name="seats")
    op.drop_table("seats")
    op.drop_table("route_mark")
    op.drop_index("ix_route_person", table_name="route")
    op.drop_table("route")
    op.drop_table("residence")
    op.drop_table("rebuild")
    op.drop_index("ix_programme_provider_id", table_name="programme")
    op.drop_table("programme")
    op.drop_index("organisation_of_municipality", table_name="organisation")
    op.drop_table("organisation")
    op.drop_index("measurement_newest", table_name="measurement")
    op.drop_table("measurement")
    op.drop_index("ix_letter_told_on", table_name="letter")
    op.drop_table("letter")
    op.drop_index("ix_identity_key", table_name="identity")
    op.drop_table("identity")
    op.drop_index("ix_erasure_person_id", table_name="erasure")
    op.drop_table("erasure")
    op.drop_table("competence")
    op.drop_index("ix_closure_person", table_name="closure")
    op.drop_table("closure")
    op.drop_table("cancellation")
    op.drop_index("ix_application_provider_id", table_name="application")
    op.drop_index("ix_application_programme_id", table_name="application")
    op.drop_index("ix_application_organisation_id", table_name="application")
    op.drop_index("ix_application_oktmo", table_name="application")
    op.drop_table("application")
    op.drop_table("answer")
