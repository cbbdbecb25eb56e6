"""Groups as announced."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "study_group",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("programme_id", sa.Uuid, nullable=False),
        sa.Column("provider_id", sa.Uuid, nullable=False),
        sa.Column("starts", sa.Date, nullable=False),
        sa.Column("ends", sa.Date, nullable=False),
        sa.Column("enrolment_opens", sa.Date, nullable=False),
        sa.Column("enrolment_closes", sa.Date, nullable=False),
        sa.Column("capacity_asked", sa.Integer, nullable=False),
        sa.Column("form", sa.String, nullable=False),
        sa.Column("funding", sa.String, nullable=False),
        sa.Column("oktmo", sa.String, sa.ForeignKey("territory.oktmo")),
        sa.Column("place", sa.String),
        sa.Column("timetable", JSONB, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("cancellation_reason", sa.String),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id", "provider_id"], ["programme.id", "programme.provider_id"], name="study_group_of_the_provider"
        ),
        sa.CheckConstraint("form IN ('full_time', 'blended', 'distance')", name="form_known"),
        sa.CheckConstraint("funding IN ('federal', 'regional', 'municipal', 'paid')", name="funding_known"),
        sa.CheckConstraint("status IN ('announced', 'cancelled')", name="status_known"),
        sa.CheckConstraint("starts <= ends", name="study_group_ends_after_it_starts"),
        sa.CheckConstraint("enrolment_opens <= enrolment_closes AND enrolment_closes <= starts", name="study_group_window_before_start"),
        sa.CheckConstraint("capacity_asked BETWEEN 1 AND 10000", name="study_group_capacity_sane"),
        sa.CheckConstraint("form = 'distance' OR oktmo IS NOT NULL", name="study_group_meets_somewhere"),
        sa.CheckConstraint("(status = 'cancelled') = (cancellation_reason IS NOT NULL)", name="study_group_cancelled_with_a_reason"),
        sa.CheckConstraint("revision > 0", name="study_group_revision_counted"),
    )
    op.create_index("study_group_programme", "study_group", ["programme_id", "starts"])
    announced = sa.text("status = 'announced'")
    op.create_index("study_group_soon", "study_group", ["enrolment_closes", "starts"], postgresql_where=announced)


def downgrade() -> None:
    op.drop_table("study_group")
