"""Databases made when 0003 still counted numbers in a table get its sequences too, each going on from the table's last number."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

YEARS = range(2026, 2051)


def upgrade() -> None:
    if not sa.inspect(op.get_bind()).has_table("number_counter"):
        return
    for year in YEARS:
        op.execute(f"CREATE SEQUENCE application_number_{year}")
        op.execute(f"SELECT setval('application_number_{year}', last) FROM number_counter WHERE year = {year}")
    op.drop_table("number_counter")


def downgrade() -> None:
    """Nothing: 0003 has the sequences."""
