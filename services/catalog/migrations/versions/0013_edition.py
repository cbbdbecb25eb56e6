"""The edition of the dictionaries: another one after every change, so that what is kept of them is known to be current."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "term_edition",
        sa.Column("single", sa.Boolean, primary_key=True),
        sa.Column("edition", sa.Uuid, nullable=False),
        sa.CheckConstraint("single", name="term_edition_alone"),
    )
    op.execute("INSERT INTO term_edition VALUES (true, gen_random_uuid())")
    op.execute("""
        CREATE FUNCTION another_term_edition() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN UPDATE term_edition SET edition = gen_random_uuid(); RETURN NULL; END $$
    """)
    op.execute("""
        CREATE TRIGGER term_edition_follows AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON term
        FOR EACH STATEMENT EXECUTE FUNCTION another_term_edition()
    """)


def downgrade() -> None:
    op.execute("DROP TRIGGER term_edition_follows ON term")
    op.execute("DROP FUNCTION another_term_edition")
    op.drop_table("term_edition")
