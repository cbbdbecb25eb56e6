"""Uploaded tables, what their rows did, and how their headings were understood."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "import_run",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("provider_id", sa.Uuid, sa.ForeignKey("organisation.id")),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("uploaded_at", moment, nullable=False),
        sa.Column("headings", JSONB, nullable=False),
        sa.Column("fields", JSONB),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("added", sa.Integer, nullable=False),
        sa.Column("changed", sa.Integer, nullable=False),
        sa.Column("same", sa.Integer, nullable=False),
        sa.Column("wrong", sa.Integer, nullable=False),
        sa.Column("applied_at", moment),
        sa.Column("undone_at", moment),
        sa.CheckConstraint("kind IN ('programmes', 'groups', 'organisations')", name="kind_known"),
        sa.CheckConstraint("status IN ('uploaded', 'checked', 'applied', 'undone')", name="status_known"),
        sa.CheckConstraint("rows BETWEEN 1 AND 500", name="import_run_rows"),
        sa.CheckConstraint("(status = 'uploaded') = (fields IS NULL)", name="import_run_checked_with_a_mapping"),
        sa.CheckConstraint(
            "added >= 0 AND changed >= 0 AND same >= 0 AND wrong >= 0 AND (status = 'uploaded' OR added + changed + same + wrong = rows)",
            name="import_run_counted",
        ),
        sa.CheckConstraint("(status IN ('applied', 'undone')) = (applied_at IS NOT NULL)", name="import_run_applied_at_a_time"),
        sa.CheckConstraint("(status = 'undone') = (undone_at IS NOT NULL)", name="import_run_undone_at_a_time"),
        sa.CheckConstraint("kind <> 'organisations' OR provider_id IS NULL", name="import_run_of_the_register"),
    )
    op.create_index("import_run_provider", "import_run", ["provider_id", "uploaded_at"])
    op.create_table(
        "import_row",
        sa.Column("run_id", sa.Uuid, sa.ForeignKey("import_run.id", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("cells", JSONB, nullable=False),
        sa.Column("outcome", sa.String),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("object_id", sa.Uuid),
        sa.Column("seen_revision", sa.Integer),
        sa.Column("changes", JSONB, nullable=False),
        sa.Column("errors", JSONB, nullable=False),
        sa.Column("before", JSONB),
        sa.Column("left_revision", sa.Integer),
        sa.Column("undo", sa.String),
        sa.Column("note", sa.String),
        sa.PrimaryKeyConstraint("run_id", "number"),
        sa.CheckConstraint("outcome IN ('new', 'changed', 'same', 'error')", name="outcome_known"),
        sa.CheckConstraint("undo IN ('undone', 'kept')", name="undo_known"),
        sa.CheckConstraint("coalesce(outcome = 'error', false) = (jsonb_array_length(errors) > 0)", name="import_row_wrong_in_words"),
        sa.CheckConstraint("before IS NULL OR outcome = 'changed'", name="import_row_changed_from_something"),
        sa.CheckConstraint(
            "left_revision IS NULL OR (outcome IN ('new', 'changed') AND object_id IS NOT NULL)", name="import_row_did_something"
        ),
        sa.CheckConstraint("undo IS NULL OR left_revision IS NOT NULL", name="import_row_undone_after_it_did"),
        sa.CheckConstraint("coalesce(undo = 'kept', false) = (note IS NOT NULL)", name="import_row_kept_for_a_reason"),
    )
    op.create_table(
        "import_mapping",
        sa.Column("holder", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("headings", sa.String, nullable=False),
        sa.Column("fields", JSONB, nullable=False),
        sa.Column("saved_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("holder", "kind", "headings"),
    )


def downgrade() -> None:
    for table in ("import_mapping", "import_row", "import_run"):
        op.drop_table(table)
