"""Organisations and the names they had."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INN_HOLDS = """CASE
WHEN inn ~ '^[0-9]{10}$' THEN (2 * substr(inn, 1, 1)::int + 4 * substr(inn, 2, 1)::int + 10 * substr(inn, 3, 1)::int
 + 3 * substr(inn, 4, 1)::int + 5 * substr(inn, 5, 1)::int + 9 * substr(inn, 6, 1)::int + 4 * substr(inn, 7, 1)::int
 + 6 * substr(inn, 8, 1)::int + 8 * substr(inn, 9, 1)::int) % 11 % 10 = substr(inn, 10, 1)::int
WHEN inn ~ '^[0-9]{12}$' THEN (7 * substr(inn, 1, 1)::int + 2 * substr(inn, 2, 1)::int + 4 * substr(inn, 3, 1)::int
 + 10 * substr(inn, 4, 1)::int + 3 * substr(inn, 5, 1)::int + 5 * substr(inn, 6, 1)::int + 9 * substr(inn, 7, 1)::int
 + 4 * substr(inn, 8, 1)::int + 6 * substr(inn, 9, 1)::int + 8 * substr(inn, 10, 1)::int) % 11 % 10 = substr(inn, 11, 1)::int
 AND (3 * substr(inn, 1, 1)::int + 7 * substr(inn, 2, 1)::int + 2 * substr(inn, 3, 1)::int + 4 * substr(inn, 4, 1)::int
 + 10 * substr(inn, 5, 1)::int + 3 * substr(inn, 6, 1)::int + 5 * substr(inn, 7, 1)::int + 9 * substr(inn, 8, 1)::int
 + 4 * substr(inn, 9, 1)::int + 6 * substr(inn, 10, 1)::int + 8 * substr(inn, 11, 1)::int) % 11 % 10 = substr(inn, 12, 1)::int
ELSE inn IS NULL END"""
OGRN_HOLDS = """CASE WHEN ogrn ~ '^([0-9]{13}|[0-9]{15})$'
THEN left(ogrn, -1)::bigint % (length(ogrn) - 2) % 10 = right(ogrn, 1)::int ELSE ogrn IS NULL END"""


def upgrade() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("code", sa.String, nullable=False, unique=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("short_name", sa.String, nullable=False),
        sa.Column("previous_name", sa.String),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("inn", sa.String),
        sa.Column("kpp", sa.String),
        sa.Column("ogrn", sa.String),
        sa.Column("oktmo", sa.String, sa.ForeignKey("territory.oktmo")),
        sa.Column("authority_id", sa.Uuid, sa.ForeignKey("organisation.id")),
        sa.Column("agency_id", sa.Uuid, sa.ForeignKey("organisation.id")),
        sa.Column("address", sa.String),
        sa.Column("site", sa.String),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("merged_into", sa.Uuid, sa.ForeignKey("organisation.id")),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.CheckConstraint(
            "kind IN ('ministry', 'operator', 'assessment_centre', 'provider', 'school', 'municipal_authority', 'agency')",
            name="kind_known",
        ),
        sa.CheckConstraint("status IN ('active', 'merged', 'closed')", name="status_known"),
        sa.CheckConstraint("(status = 'merged') = (merged_into IS NOT NULL)", name="organisation_merged_into_one"),
        sa.CheckConstraint("merged_into <> id AND authority_id <> id AND agency_id <> id", name="organisation_not_its_own_parent"),
        sa.CheckConstraint("code ~ '^[a-z0-9-]{2,60}$'", name="organisation_code_shape"),
        sa.CheckConstraint(INN_HOLDS, name="organisation_inn_holds"),
        sa.CheckConstraint(OGRN_HOLDS, name="organisation_ogrn_holds"),
        sa.CheckConstraint("kpp ~ '^[0-9]{4}[0-9A-Z]{2}[0-9]{3}$'", name="organisation_kpp_shape"),
        sa.CheckConstraint("revision > 0", name="organisation_revision_counted"),
    )
    numbered = sa.text("inn IS NOT NULL AND kpp IS NOT NULL")
    op.create_index("organisation_inn", "organisation", ["inn", "kpp"], unique=True, postgresql_where=numbered)
    op.create_index("organisation_ogrn", "organisation", ["ogrn"], unique=True, postgresql_where=sa.text("ogrn IS NOT NULL"))
    op.create_index("organisation_kind_name", "organisation", ["kind", "name"])
    op.create_index("organisation_oktmo", "organisation", ["oktmo"])
    op.create_index("organisation_authority", "organisation", ["authority_id"])
    op.create_table(
        "organisation_name",
        sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("short_name", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "valid_from"),
    )


def downgrade() -> None:
    op.drop_table("organisation_name")
    op.drop_table("organisation")
