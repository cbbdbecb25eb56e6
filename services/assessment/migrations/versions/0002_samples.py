"""Sample items, which everybody may see before they sit a procedure."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("procedure", sa.Column("samples", JSONB, nullable=False, server_default="[]"))
    op.alter_column("procedure", "samples", server_default=None)


def downgrade() -> None:
    op.drop_column("procedure", "samples")
