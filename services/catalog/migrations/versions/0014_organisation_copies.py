"""Working copies of organisations."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BEFORE = "kind IN ('programme', 'group', 'event', 'news', 'notice', 'document')"


def upgrade() -> None:
    op.drop_constraint("kind_known", "working_copy")
    op.create_check_constraint("kind_known", "working_copy", BEFORE.replace(")", ", 'organisation')"))


def downgrade() -> None:
    op.execute("DELETE FROM working_copy WHERE kind = 'organisation'")
    op.drop_constraint("kind_known", "working_copy")
    op.create_check_constraint("kind_known", "working_copy", BEFORE)
