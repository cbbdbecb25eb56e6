"""Only what a letter can go to is an address."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CHECKS = {"contact": "email_shape", "subscription": "subscription_email_shape"}
ADDRESS = r"^[A-Za-z0-9!#$%&''*+/=^_`{|}~-]+(\.[A-Za-z0-9!#$%&''*+/=^_`{|}~-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$"


def upgrade() -> None:
    for table, name in CHECKS.items():
        op.execute(f"DELETE FROM {table} WHERE email !~ '{ADDRESS}'")  # nothing ever arrived there
        op.drop_constraint(name, table)
        op.create_check_constraint(name, table, f"email ~ '{ADDRESS}'")


def downgrade() -> None:
    for table, name in CHECKS.items():
        op.drop_constraint(name, table)
        op.create_check_constraint(name, table, "email ~ '^[^@[:space:]]+@[^@[:space:]]+$'")
