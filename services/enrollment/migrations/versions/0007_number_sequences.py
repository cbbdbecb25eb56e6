"""Application numbers from a sequence per year, so that no submission waits for another."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

YEARS = range(2026, 2051)


def upgrade() -> None:
    for year in YEARS:
        op.execute(f"CREATE SEQUENCE application_number_{year}")
        op.execute(f"SELECT setval('application_number_{year}', last) FROM number_counter WHERE year = {year}")
    op.drop_table("number_counter")


def downgrade() -> None:
    op.create_table(
        "number_counter",
        sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.CheckConstraint("last > 0", name="number_counter_counted"),
    )
    for year in YEARS:
        op.execute(f"INSERT INTO number_counter SELECT {year}, last_value FROM application_number_{year} WHERE is_called")
        op.execute(f"DROP SEQUENCE application_number_{year}")
