"""Persons, identities, consents, erasure requests."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

moment = sa.DateTime(timezone=True)
PURPOSES = "('assessment', 'notifications', 'publication', 'training')"
SNILS_HOLDS = """CASE WHEN snils IS NULL THEN true WHEN snils !~ '^[0-9]{11}$' THEN false
WHEN left(snils, 9)::bigint <= 1001998 THEN true
ELSE (9 * substr(snils, 1, 1)::int + 8 * substr(snils, 2, 1)::int + 7 * substr(snils, 3, 1)::int
+ 6 * substr(snils, 4, 1)::int + 5 * substr(snils, 5, 1)::int + 4 * substr(snils, 6, 1)::int
+ 3 * substr(snils, 7, 1)::int + 2 * substr(snils, 8, 1)::int + substr(snils, 9, 1)::int) % 101 % 100 = right(snils, 2)::int END"""
NOTHING_LEFT = (
    "num_nonnulls(family_name, given_name, middle_name, birth_date, gender, snils, citizenship, education_level, "
    "diploma_family_name, diploma_series, diploma_number, organisation_id, oktmo, position) = 0"
)
PROTECTIONS = (
    """
CREATE FUNCTION consent_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL
       AND (NEW.id, NEW.person_id, NEW.purpose, NEW.text_version, NEW.text_hash, NEW.given_at)
         = (OLD.id, OLD.person_id, OLD.purpose, OLD.text_version, OLD.text_hash, OLD.given_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a consent is only ever withdrawn' USING ERRCODE = 'restrict_violation';
END $$""",
    """
CREATE FUNCTION never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed and never deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$""",
    "CREATE TRIGGER consent_only_ends BEFORE UPDATE OR DELETE ON consent FOR EACH ROW EXECUTE FUNCTION consent_only_ends()",
    "CREATE TRIGGER consent_never_emptied BEFORE TRUNCATE ON consent FOR EACH STATEMENT EXECUTE FUNCTION never_changes()",
    "CREATE TRIGGER consent_text_never_changes BEFORE UPDATE OR DELETE ON consent_text FOR EACH ROW EXECUTE FUNCTION never_changes()",
    "CREATE TRIGGER consent_text_never_emptied BEFORE TRUNCATE ON consent_text FOR EACH STATEMENT EXECUTE FUNCTION never_changes()",
)


def upgrade() -> None:
    op.create_table(
        "learner",
        sa.Column("person_id", sa.Uuid, primary_key=True),
        *(sa.Column(name, sa.String) for name in ("family_name", "given_name", "middle_name")),
        sa.Column("birth_date", sa.Date),
        sa.Column("gender", sa.String),
        sa.Column("snils", sa.String),
        sa.Column("snils_confirmed", sa.Boolean, nullable=False),
        *(
            sa.Column(name, sa.String)
            for name in ("citizenship", "education_level", "diploma_family_name", "diploma_series", "diploma_number")
        ),
        sa.Column("organisation_id", sa.Uuid),
        sa.Column("oktmo", sa.String),
        sa.Column("position", sa.String),
        sa.Column("subjects", ARRAY(sa.Text), nullable=False),
        sa.Column("levels", ARRAY(sa.Text), nullable=False),
        sa.Column("hours_norm", sa.Integer),
        sa.Column("trained_elsewhere_on", sa.Date),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("stored_at", moment, nullable=False),
        sa.Column("erased_at", moment),
        sa.Column("kept_ground", sa.String),
        sa.CheckConstraint("gender IN ('female', 'male')", name="learner_gender_known"),
        sa.CheckConstraint("education_level IN ('higher', 'secondary_vocational', 'studying')", name="learner_education_level_known"),
        sa.CheckConstraint(SNILS_HOLDS, name="learner_snils_holds"),
        sa.CheckConstraint("citizenship ~ '^[0-9]{3}$'", name="learner_citizenship_code"),
        sa.CheckConstraint("hours_norm BETWEEN 0 AND 80", name="learner_hours_norm_sane"),
        sa.CheckConstraint("revision > 0", name="learner_revision_counted"),
        sa.CheckConstraint("erased_at IS NOT NULL OR (family_name IS NOT NULL AND given_name IS NOT NULL)", name="learner_named"),
        sa.CheckConstraint(f"erased_at IS NULL OR kept_ground IS NOT NULL OR {NOTHING_LEFT}", name="learner_erased_whole"),
    )
    op.create_index("learner_snils", "learner", ["snils"], unique=True, postgresql_where=sa.text("snils IS NOT NULL AND erased_at IS NULL"))
    op.create_index("learner_organisation", "learner", ["organisation_id"])
    op.create_table(
        "identity",
        sa.Column("issuer", sa.String, primary_key=True),
        sa.Column("subject", sa.String, primary_key=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("learner.person_id"), nullable=False),
        sa.Column("linked_at", moment, nullable=False),
    )
    op.create_index("identity_person", "identity", ["person_id"])
    op.create_table(
        "consent_text",
        sa.Column("purpose", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("body", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("in_force_from", sa.Date, nullable=False),
        sa.CheckConstraint(f"purpose IN {PURPOSES}", name="consent_text_purpose_known"),
        sa.CheckConstraint("version > 0", name="consent_text_version_counted"),
        sa.CheckConstraint("hash = encode(sha256(convert_to(body, 'UTF8')), 'hex')", name="consent_text_hash_of_its_body"),
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("learner.person_id"), nullable=False),
        sa.Column("purpose", sa.String, nullable=False),
        sa.Column("text_version", sa.Integer, nullable=False),
        sa.Column("text_hash", sa.String, nullable=False),
        sa.Column("given_at", moment, nullable=False),
        sa.Column("withdrawn_at", moment),
        sa.ForeignKeyConstraint(["purpose", "text_version"], ["consent_text.purpose", "consent_text.version"], name="consent_to_a_text"),
        sa.CheckConstraint("withdrawn_at >= given_at", name="consent_withdrawn_after_it_was_given"),
    )
    op.create_index("consent_active", "consent", ["person_id", "purpose"], unique=True, postgresql_where=sa.text("withdrawn_at IS NULL"))
    op.create_index("consent_person", "consent", ["person_id", "given_at"])
    op.create_table(
        "erasure",
        sa.Column("request_id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("requested_on", sa.Date, nullable=False),
        sa.Column("due", sa.Date, nullable=False),
        sa.CheckConstraint("due >= requested_on", name="erasure_due_later"),
    )
    op.create_index("erasure_person", "erasure", ["person_id"])
    op.create_table(
        "erasure_answer",
        sa.Column("request_id", sa.Uuid, primary_key=True),
        sa.Column("service", sa.String, primary_key=True),
        sa.Column("answered_at", moment, nullable=False),
        sa.Column("erased", JSONB, nullable=False),
        sa.Column("kept", JSONB, nullable=False),
    )
    for statement in PROTECTIONS:
        op.execute(statement)


def downgrade() -> None:
    for table in ("erasure_answer", "erasure", "consent", "consent_text", "identity", "learner"):
        op.drop_table(table)
    op.execute("DROP FUNCTION consent_only_ends, never_changes")
