"""The bank, attempts, results, copies of what others said, and the first scale of levels."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erased_person",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("request_id"),
    )
    op.create_index("ix_erased_person_person_id", "erased_person", ["person_id"], unique=False)
    op.create_table(
        "framework",
        sa.Column("framework_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version > 0", name="version_counted"),
        sa.PrimaryKeyConstraint("framework_id", "version"),
    )
    op.create_index("framework_newest", "framework", ["published_at"], unique=False)
    op.create_table(
        "item",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("framework_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("competence", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("stem", sa.String(), nullable=False),
        sa.Column("options", JSONB, nullable=False),
        sa.Column("targets", JSONB, nullable=False),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("key", JSONB, nullable=False),
        sa.Column("difficulty", sa.Integer(), nullable=False),
        sa.Column("top", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("rationale", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('choice', 'multiple', 'matching', 'ordering', 'numeric')", name="kind_known"),
        sa.CheckConstraint("difficulty BETWEEN 1 AND 5", name="difficulty_graded"),
        sa.CheckConstraint("revision > 0", name="revision_counted"),
        sa.CheckConstraint("top > 0", name="top_reachable"),
        sa.PrimaryKeyConstraint("item_id"),
        sa.UniqueConstraint("framework_id", "code", "revision"),
    )
    op.create_index("item_current", "item", ["framework_id", "code"], unique=True, postgresql_where=sa.text("current"))
    op.create_table(
        "learner",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.String(), nullable=True),
        sa.Column("oktmo", sa.String(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "organisation",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("short_name", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id"),
    )
    op.create_table(
        "person_alias",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("same_as", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_index("ix_person_alias_same_as", "person_alias", ["same_as"], unique=False)
    op.create_table(
        "reassessment",
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("procedure_id", sa.Uuid(), nullable=False),
        sa.Column("first_attempt_id", sa.Uuid(), nullable=False),
        sa.Column("competences", ARRAY(sa.Text()), nullable=False),
        sa.Column("studied_on", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("exit_attempt_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("route_id"),
    )
    op.create_index("ix_reassessment_person_id", "reassessment", ["person_id"], unique=False)
    bands = op.create_table(
        "scale_band",
        sa.Column("scale", sa.String(), nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=False),
        sa.CheckConstraint("least BETWEEN 0 AND 100", name="least_is_per_cent"),
        sa.PrimaryKeyConstraint("scale", "least"),
        sa.UniqueConstraint("scale", "level"),
    )
    first = {"scale": "2026-1", "in_force_from": date(2026, 1, 1)}
    op.bulk_insert(
        bands,
        [
            {**first, "least": 0, "level": "high_deficit", "title": "Высокий уровень дефицита"},
            {**first, "least": 30, "level": "medium_deficit", "title": "Средний уровень дефицита"},
            {**first, "least": 45, "level": "low_deficit", "title": "Низкий уровень дефицита"},
            {**first, "least": 60, "level": "none", "title": "Дефицита нет"},
        ],
    )
    op.create_table(
        "competence",
        sa.Column("framework_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("section", sa.String(), nullable=False),
        sa.Column("labour_functions", ARRAY(sa.Text()), nullable=False),
        sa.Column("cut", sa.Float(), nullable=False),
        sa.Column("cut_error", sa.Float(), nullable=False),
        sa.CheckConstraint("cut BETWEEN -4 AND 4 AND cut_error BETWEEN 0 AND 2", name="cut_on_scale"),
        sa.ForeignKeyConstraint(
            ["framework_id", "version"],
            ["framework.framework_id", "framework.version"],
        ),
        sa.PrimaryKeyConstraint("framework_id", "version", "code"),
        sa.UniqueConstraint("framework_id", "version", "position"),
    )
    op.create_table(
        "procedure",
        sa.Column("procedure_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("framework_id", sa.Uuid(), nullable=False),
        sa.Column("framework_version", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("result_visible_to", sa.String(), nullable=False),
        sa.Column("instructions", sa.String(), nullable=False),
        sa.Column("difficulty_scale", ARRAY(sa.Text()), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cardinality(difficulty_scale) = 4", name="four_steps_of_difficulty"),
        sa.CheckConstraint("minutes BETWEEN 1 AND 600", name="minutes_bounded"),
        sa.CheckConstraint("revision > 0", name="revision_counted"),
        sa.ForeignKeyConstraint(
            ["framework_id", "framework_version"],
            ["framework.framework_id", "framework.version"],
        ),
        sa.PrimaryKeyConstraint("procedure_id"),
    )
    op.create_table(
        "attempt",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("procedure_id", sa.Uuid(), nullable=False),
        sa.Column("framework_id", sa.Uuid(), nullable=False),
        sa.Column("framework_version", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("route_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("calibration", sa.String(), nullable=True),
        sa.Column("scale", sa.String(), nullable=True),
        sa.CheckConstraint("(purpose = 'exit') = (route_id IS NOT NULL)", name="exit_has_route"),
        sa.CheckConstraint("(status = 'completed') = (calibration IS NOT NULL AND scale IS NOT NULL)", name="completed_has_versions"),
        sa.CheckConstraint("(status = 'running') = (closed_at IS NULL)", name="closed_has_time"),
        sa.CheckConstraint("purpose IN ('entry', 'interim', 'exit')", name="purpose_known"),
        sa.CheckConstraint("status IN ('running', 'completed', 'abandoned')", name="status_known"),
        sa.CheckConstraint("closed_at BETWEEN started_at AND expires_at", name="closed_in_time"),
        sa.CheckConstraint("expires_at > started_at", name="time_given"),
        sa.ForeignKeyConstraint(
            ["framework_id", "framework_version"],
            ["framework.framework_id", "framework.version"],
        ),
        sa.ForeignKeyConstraint(
            ["procedure_id"],
            ["procedure.procedure_id"],
        ),
        sa.PrimaryKeyConstraint("attempt_id"),
    )
    op.create_index("attempt_of_person", "attempt", ["person_id", "started_at"], unique=False)
    op.create_index("attempt_of_procedure", "attempt", ["procedure_id"], unique=False, postgresql_where=sa.text("status = 'completed'"))
    op.create_index(
        "one_running_attempt", "attempt", ["person_id", "procedure_id"], unique=True, postgresql_where=sa.text("status = 'running'")
    )
    op.create_table(
        "form_item",
        sa.Column("procedure_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("purpose IN ('entry', 'interim', 'exit')", name="purpose_known"),
        sa.CheckConstraint("position > 0", name="position_counted"),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["item.item_id"],
        ),
        sa.ForeignKeyConstraint(
            ["procedure_id"],
            ["procedure.procedure_id"],
        ),
        sa.PrimaryKeyConstraint("procedure_id", "purpose", "position"),
        sa.UniqueConstraint("procedure_id", "purpose", "item_id"),
    )
    op.create_table(
        "question",
        sa.Column("procedure_id", sa.Uuid(), nullable=False),
        sa.Column("competence", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["procedure_id"],
            ["procedure.procedure_id"],
        ),
        sa.PrimaryKeyConstraint("procedure_id", "competence"),
    )
    op.create_table(
        "attempt_item",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("answer", JSONB, nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answer_has_time"),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.attempt_id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["item.item_id"],
        ),
        sa.PrimaryKeyConstraint("attempt_id", "item_id"),
        sa.UniqueConstraint("attempt_id", "position"),
    )
    op.create_table(
        "difficulty",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("competence", sa.String(), nullable=False),
        sa.Column("felt", sa.Integer(), nullable=False),
        sa.CheckConstraint("felt BETWEEN 0 AND 3", name="felt_on_scale"),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.attempt_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("attempt_id", "competence"),
    )
    op.create_table(
        "result",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("competence", sa.String(), nullable=False),
        sa.Column("estimate", sa.Float(), nullable=False),
        sa.Column("standard_error", sa.Float(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("items_shown", sa.Integer(), nullable=False),
        sa.Column("items_wanted", sa.Integer(), nullable=False),
        sa.Column("done", sa.Float(), nullable=True),
        sa.Column("percent", sa.Float(), nullable=False),
        sa.Column("percent_low", sa.Float(), nullable=False),
        sa.Column("percent_high", sa.Float(), nullable=False),
        sa.Column("cut", sa.Float(), nullable=False),
        sa.Column("cut_error", sa.Float(), nullable=False),
        sa.Column("cut_percent", sa.Float(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("severity", sa.Float(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.CheckConstraint("verdict IN ('deficit', 'borderline', 'none', 'insufficient')", name="verdict_known"),
        sa.CheckConstraint("0 <= percent_low AND percent_low <= percent_high AND percent_high <= 100", name="interval_is_per_cent"),
        sa.CheckConstraint("items BETWEEN 0 AND items_shown", name="items_shown_first"),
        sa.CheckConstraint("percent BETWEEN 0 AND 100 AND done BETWEEN 0 AND 100 AND cut_percent BETWEEN 0 AND 100", name="per_cents"),
        sa.CheckConstraint("probability BETWEEN 0 AND 1", name="probability_is_share"),
        sa.CheckConstraint("standard_error >= 0 AND cut_error >= 0 AND severity >= 0", name="errors_not_negative"),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.attempt_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("attempt_id", "competence"),
    )
    op.create_table(
        "item_report",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id", "item_id"], ["attempt_item.attempt_id", "attempt_item.item_id"], name="report_of_item_shown", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("report_id"),
        sa.UniqueConstraint("attempt_id", "item_id"),
    )
    op.create_index("report_newest", "item_report", ["reported_at"], unique=False)


def downgrade() -> None:
    op.drop_index("report_newest", table_name="item_report")
    op.drop_table("item_report")
    op.drop_table("result")
    op.drop_table("difficulty")
    op.drop_table("attempt_item")
    op.drop_table("question")
    op.drop_table("form_item")
    op.drop_index("one_running_attempt", table_name="attempt", postgresql_where=sa.text("status = 'running'"))
    op.drop_index("attempt_of_procedure", table_name="attempt", postgresql_where=sa.text("status = 'completed'"))
    op.drop_index("attempt_of_person", table_name="attempt")
    op.drop_table("attempt")
    op.drop_table("procedure")
    op.drop_table("competence")
    op.drop_table("scale_band")
    op.drop_index("ix_reassessment_person_id", table_name="reassessment")
    op.drop_table("reassessment")
    op.drop_index("ix_person_alias_same_as", table_name="person_alias")
    op.drop_table("person_alias")
    op.drop_table("organisation")
    op.drop_table("learner")
    op.drop_index("item_current", table_name="item", postgresql_where=sa.text("current"))
    op.drop_table("item")
    op.drop_index("framework_newest", table_name="framework")
    op.drop_table("framework")
    op.drop_index("ix_erased_person_person_id", table_name="erased_person")
    op.drop_table("erased_person")
