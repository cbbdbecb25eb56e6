"""Versions of programmes and their second reader, files, working copies, and what else is said of a programme and a group."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

moment = sa.DateTime(timezone=True)
STATUSES = {
    "status_known": (
        "status IN ('draft', 'published', 'withdrawn')",
        "status IN ('draft', 'in_review', 'published', 'withdrawn', 'archived')",
    ),
    "programme_published_once": (
        "(status = 'draft') = (published_at IS NULL)",
        "(status IN ('draft', 'in_review')) = (published_at IS NULL)",
    ),
    "programme_withdrawn_with_a_reason": (
        "(status = 'withdrawn') = (withdrawal_reason IS NOT NULL)",
        "(status IN ('withdrawn', 'archived')) = (withdrawal_reason IS NOT NULL)",
    ),
}
"""How a programme's states were limited, and how they are now."""


def upgrade() -> None:
    empty_text, empty_list = sa.text("''"), sa.text("'[]'")
    for column in (
        sa.Column("goal", sa.String, nullable=False, server_default=empty_text),
        sa.Column("teachers", JSONB, nullable=False, server_default=empty_list),
        sa.Column("register_number", sa.String),
        sa.Column("register_until", sa.Date),
        sa.Column("files", ARRAY(sa.Uuid), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("written_by", sa.String, nullable=False, server_default=empty_text),
        sa.Column("written_as", sa.String, nullable=False, server_default=empty_text),
    ):
        op.add_column("programme", column)
    for filled in ("goal", "teachers", "files", "written_by", "written_as"):
        op.alter_column("programme", filled, server_default=None)
    for name, (_, now) in STATUSES.items():
        op.drop_constraint(name, "programme")
        op.create_check_constraint(name, "programme", now)
    op.create_check_constraint(
        "programme_register_number_with_its_term", "programme", "(register_number IS NULL) = (register_until IS NULL)"
    )
    for contact in ("contact_phone", "contact_email"):
        op.add_column("study_group", sa.Column(contact, sa.String))
    op.create_check_constraint("study_group_contact_email_shape", "study_group", "contact_email ~ '^[^@[:space:]]+@[^@[:space:]]+$'")

    op.create_table(
        "programme_version",
        sa.Column("programme_id", sa.Uuid, sa.ForeignKey("programme.id", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("facts", JSONB, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("author_role", sa.String, nullable=False),
        sa.Column("submitted_by", sa.String, nullable=False),
        sa.Column("submitted_at", moment, nullable=False),
        sa.Column("reader", sa.String),
        sa.Column("decided_at", moment),
        sa.Column("decision", sa.String),
        sa.Column("remarks", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("programme_id", "number"),
        sa.CheckConstraint("number > 0", name="programme_version_counted"),
        sa.CheckConstraint("decision IN ('published', 'returned', 'replaced')", name="decision_known"),
        sa.CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="programme_version_decided_at_a_time"),
        sa.CheckConstraint("(reader IS NOT NULL) = coalesce(decision IN ('published', 'returned'), false)", name="programme_version_read"),
        sa.CheckConstraint("reader <> author AND reader <> submitted_by", name="programme_version_second_reader"),
        sa.CheckConstraint("decision <> 'returned' OR jsonb_array_length(remarks) > 0", name="programme_version_returned_with_remarks"),
    )
    undecided = sa.text("decision IS NULL")
    op.create_index("programme_version_in_review", "programme_version", ["programme_id"], unique=True, postgresql_where=undecided)
    op.create_index("programme_version_queue", "programme_version", ["submitted_at"], postgresql_where=undecided)

    op.create_table(
        "programme_file",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("programme_id", sa.Uuid, sa.ForeignKey("programme.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("stored_at", moment, nullable=False),
        sa.CheckConstraint("size = octet_length(body) AND size BETWEEN 1 AND 5242880", name="programme_file_size"),
        sa.CheckConstraint("substring(body FROM 1 FOR 5) = '%PDF-'::bytea", name="programme_file_is_a_pdf"),
    )
    op.create_index("programme_file_programme", "programme_file", ["programme_id"])

    op.create_table(
        "working_copy",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("holder", sa.String, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("provider_id", sa.Uuid),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("object_id", sa.Uuid),
        sa.Column("fields", JSONB, nullable=False),
        sa.Column("base_revision", sa.Integer),
        sa.Column("saved_at", moment, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", "holder"),
        sa.CheckConstraint("kind IN ('programme', 'group', 'event', 'news', 'notice', 'document')", name="kind_known"),
        sa.CheckConstraint("octet_length(fields::text) <= 200000", name="working_copy_size"),
        sa.CheckConstraint("holder = coalesce(provider_id::text, owner)", name="working_copy_of_its_holder"),
        sa.CheckConstraint("revision > 0", name="working_copy_revision_counted"),
    )
    op.create_index("working_copy_holder", "working_copy", ["holder", "saved_at"])


def downgrade() -> None:
    for table in ("working_copy", "programme_file", "programme_version"):
        op.drop_table(table)
    op.drop_constraint("study_group_contact_email_shape", "study_group")
    for contact in ("contact_phone", "contact_email"):
        op.drop_column("study_group", contact)
    op.drop_constraint("programme_register_number_with_its_term", "programme")
    for name, (before, _) in STATUSES.items():
        op.drop_constraint(name, "programme")
        op.create_check_constraint(name, "programme", before)
    for added in ("goal", "teachers", "register_number", "register_until", "files", "written_by", "written_as"):
        op.drop_column("programme", added)
