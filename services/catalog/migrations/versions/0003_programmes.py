"""Programmes, what they develop, and the words they are found by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_table(
        "programme",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("code", sa.String, nullable=False, unique=True),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("annotation", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("hours", sa.Integer, nullable=False),
        sa.Column("form", sa.String, nullable=False),
        sa.Column("distance_share", sa.Float, nullable=False),
        sa.Column("positions", ARRAY(sa.Text), nullable=False),
        sa.Column("subjects", ARRAY(sa.Text), nullable=False),
        sa.Column("levels", ARRAY(sa.Text), nullable=False),
        sa.Column("outline", JSONB, nullable=False),
        sa.Column("provider_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("funding", sa.String, nullable=False),
        sa.Column("fee", sa.Integer, nullable=False),
        sa.Column("document_kind", sa.String, nullable=False),
        sa.Column("approvals", ARRAY(sa.Text), nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawal_reason", sa.String),
        sa.Column("document", TSVECTOR),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.UniqueConstraint("id", "provider_id", name="programme_of_its_provider"),
        sa.CheckConstraint("kind IN ('professional_development', 'retraining', 'internship')", name="kind_known"),
        sa.CheckConstraint("form IN ('full_time', 'blended', 'distance')", name="form_known"),
        sa.CheckConstraint("funding IN ('federal', 'regional', 'municipal', 'paid')", name="funding_known"),
        sa.CheckConstraint(
            "document_kind IN ('qualification_certificate', 'retraining_diploma', 'study_certificate')", name="document_kind_known"
        ),
        sa.CheckConstraint("status IN ('draft', 'published', 'withdrawn')", name="status_known"),
        sa.CheckConstraint("hours BETWEEN 1 AND 3000", name="programme_hours_sane"),
        sa.CheckConstraint(
            "CASE form WHEN 'full_time' THEN distance_share = 0 WHEN 'distance' THEN distance_share = 1 "
            "ELSE distance_share > 0 AND distance_share < 1 END",
            name="programme_distance_as_its_form",
        ),
        sa.CheckConstraint("fee >= 0 AND (funding = 'paid') = (fee > 0)", name="programme_fee_when_paid"),
        sa.CheckConstraint(
            "CASE kind WHEN 'professional_development' THEN document_kind = 'qualification_certificate' "
            "WHEN 'retraining' THEN document_kind = 'retraining_diploma' ELSE document_kind <> 'retraining_diploma' END",
            name="programme_document_as_its_kind",
        ),
        sa.CheckConstraint("approvals <@ ARRAY['school', 'municipality']", name="programme_approvals_known"),
        sa.CheckConstraint("(status = 'draft') = (published_at IS NULL)", name="programme_published_once"),
        sa.CheckConstraint("(status = 'withdrawn') = (withdrawal_reason IS NOT NULL)", name="programme_withdrawn_with_a_reason"),
        sa.CheckConstraint("revision > 0", name="programme_revision_counted"),
    )
    op.create_index("programme_document", "programme", ["document"], postgresql_using="gin")
    small: sa.Label[str] = sa.literal_column("lower(code)").label("small")
    op.create_index("programme_code_start", "programme", [small], postgresql_ops={"small": "text_pattern_ops"})
    op.create_index("programme_provider", "programme", ["provider_id", "status"])
    op.create_table(
        "programme_effect",
        sa.Column("programme_id", sa.Uuid, sa.ForeignKey("programme.id", ondelete="CASCADE"), nullable=False),
        sa.Column("competence", sa.String, nullable=False),
        sa.Column("share", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("programme_id", "competence"),
        sa.CheckConstraint("share IN (0.2, 0.4, 0.6)", name="programme_effect_on_the_scale"),
    )
    op.create_index("programme_effect_competence", "programme_effect", ["competence"])
    op.create_table(
        "programme_prerequisite",
        sa.Column("programme_id", sa.Uuid, sa.ForeignKey("programme.id", ondelete="CASCADE"), nullable=False),
        sa.Column("required_id", sa.Uuid, sa.ForeignKey("programme.id"), nullable=False),
        sa.PrimaryKeyConstraint("programme_id", "required_id"),
        sa.CheckConstraint("programme_id <> required_id", name="programme_prerequisite_of_another"),
    )
    op.create_index("programme_prerequisite_required", "programme_prerequisite", ["required_id"])
    op.create_table(
        "programme_word",
        sa.Column("programme_id", sa.Uuid, sa.ForeignKey("programme.id", ondelete="CASCADE"), nullable=False),
        sa.Column("word", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("programme_id", "word"),
    )
    op.create_index("programme_word_alike", "programme_word", ["word"], postgresql_using="gin", postgresql_ops={"word": "gin_trgm_ops"})


def downgrade() -> None:
    for table in ("programme_word", "programme_prerequisite", "programme_effect", "programme"):
        op.drop_table(table)
