"""A cancelled group has no fact: NULL, where the JSON word null stood."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE study_group SET fact = NULL WHERE fact = 'null'::jsonb")


def downgrade() -> None:
    """There is nothing to take back."""
