"""Routes that leave a deficit open, and steps that hold a group, are found without reading all of them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    ops = {"residual": "jsonb_path_ops", "groups": "jsonb_path_ops"}
    proposed = sa.text("status = 'proposed'")
    op.create_index("holding_residual", "route", ["residual"], postgresql_using="gin", postgresql_ops=ops, postgresql_where=proposed)
    op.create_index("holding_groups", "step", ["groups"], postgresql_using="gin", postgresql_ops=ops)


def downgrade() -> None:
    op.drop_index("holding_groups", "step")
    op.drop_index("holding_residual", "route")
