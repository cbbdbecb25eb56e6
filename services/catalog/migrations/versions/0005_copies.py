"""What other services said: seats, competences, procedures, measured effects, rights to review, consents, subscriptions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "seat_count",
        sa.Column("group_id", sa.Uuid, primary_key=True),
        sa.Column("capacity", sa.Integer, nullable=False),
        sa.Column("held", sa.Integer, nullable=False),
        sa.Column("taken", sa.Integer, nullable=False),
        sa.Column("waiting", sa.Integer, nullable=False),
        sa.Column("quotas", JSONB, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("as_of", moment, nullable=False),
        sa.CheckConstraint("capacity >= 0 AND held >= 0 AND taken >= 0 AND waiting >= 0", name="seat_count_not_negative"),
    )
    op.create_table(
        "competence",
        sa.Column("code", sa.String, primary_key=True),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("section", sa.String, nullable=False),
        sa.Column("labour_functions", ARRAY(sa.Text), nullable=False),
        sa.Column("framework_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "procedure",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("organiser_id", sa.Uuid, nullable=False),
        sa.Column("competences", ARRAY(sa.Text), nullable=False),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("result_visible_to", sa.String, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.CheckConstraint("minutes > 0", name="procedure_takes_time"),
    )
    op.create_table(
        "measured_effect",
        sa.Column("programme_id", sa.Uuid, nullable=False),
        sa.Column("competence", sa.String, nullable=False),
        sa.Column("mean", sa.Float, nullable=False),
        sa.Column("low", sa.Float, nullable=False),
        sa.Column("high", sa.Float, nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("programme_id", "competence"),
        sa.CheckConstraint("n > 0", name="measured_effect_of_someone"),
    )
    op.create_table(
        "review_right",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("target_kind", sa.String, nullable=False),
        sa.Column("target_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.String),
        sa.Column("subject_group", sa.String),
        sa.Column("granted_at", moment, nullable=False),
        sa.CheckConstraint("target_kind IN ('programme', 'event')", name="target_kind_known"),
    )
    op.create_index("review_right_person", "review_right", ["person_id"])
    op.create_table(
        "publication_consent",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("given", sa.Boolean, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.create_index("publication_consent_person", "publication_consent", ["person_id"])
    op.create_table(
        "subscription",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("confirmed", sa.Boolean, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "person_alias",
        sa.Column("person_id", sa.Uuid, primary_key=True),
        sa.Column("same_as", sa.Uuid, nullable=False),
        sa.CheckConstraint("person_id <> same_as", name="person_alias_of_another"),
    )
    op.create_index("person_alias_of", "person_alias", ["same_as"])
    op.create_table(
        "erased_person",
        sa.Column("request_id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("erased_at", moment, nullable=False),
    )
    op.create_index("ix_erased_person_person_id", "erased_person", ["person_id"])


def downgrade() -> None:
    for table in (
        "erased_person",
        "person_alias",
        "subscription",
        "publication_consent",
        "review_right",
        "measured_effect",
        "procedure",
        "competence",
        "seat_count",
    ):
        op.drop_table(table)
