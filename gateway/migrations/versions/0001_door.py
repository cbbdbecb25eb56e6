"""Accounts, sessions, grants, the journal, copies."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROLES = (
    "school_specialist",
    "municipal_specialist",
    "agency_specialist",
    "provider_specialist",
    "assessor",
    "expert",
    "operator",
    "ministry",
    "auditor",
)


def text(name: str, *, nullable: bool = False, **kwargs: object) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=nullable, **kwargs)  # type: ignore[arg-type]


def moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid, primary_key=True),
        text("issuer"),
        text("subject"),
        text("code", unique=True),
        sa.Column("person_id", sa.Uuid, index=True),
        moment("created_at"),
        sa.UniqueConstraint("issuer", "subject"),
    )
    op.create_table(
        "web_session",
        sa.Column("id_hash", sa.LargeBinary, primary_key=True),
        text("issuer"),
        text("subject"),
        text("code"),
        sa.Column("claims", JSONB),
        sa.Column("handing_over", sa.Boolean, nullable=False),
        moment("created_at"),
        moment("seen_at"),
        moment("expires_at"),
        sa.CheckConstraint("expires_at > created_at", name="session_ends"),
        sa.CheckConstraint("NOT handing_over OR claims IS NOT NULL", name="session_has_what_it_hands_over"),
    )
    op.create_index("web_session_subject", "web_session", ["issuer", "subject"])
    op.create_index("web_session_code", "web_session", ["code"])
    op.create_index("web_session_handing_over", "web_session", ["id_hash"], postgresql_where=sa.text("handing_over"))
    op.create_table(
        "sign_in",
        sa.Column("cookie_hash", sa.LargeBinary, primary_key=True),
        sa.Column("state_hash", sa.LargeBinary, nullable=False),
        text("issuer_key"),
        text("nonce"),
        text("verifier"),
        text("return_to"),
        moment("expires_at"),
    )
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), nullable=False),
        text("role"),
        text("scope_kind"),
        text("scope", nullable=True),
        sa.Column("head", sa.Boolean, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_until", sa.Date),
        text("basis"),
        sa.Column("deputy_of", sa.Uuid, sa.ForeignKey("role_grant.id")),
        sa.Column("granted_by", sa.Uuid),
        moment("granted_at"),
        sa.Column("revoked_by", sa.Uuid),
        moment("revoked_at", nullable=True),
        text("revoke_reason", nullable=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.CheckConstraint(sa.column("role").in_(ROLES), name="grant_role_known"),
        sa.CheckConstraint("scope_kind IN ('region', 'procedure') OR scope IS NOT NULL", name="grant_has_scope"),
        sa.CheckConstraint("scope_kind <> 'region' OR scope IS NULL", name="grant_region_has_no_scope"),
        sa.CheckConstraint("NOT head OR role IN ('school_specialist', 'provider_specialist')", name="grant_head_of_organisation"),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="grant_term_in_order"),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoke_reason IS NULL)", name="grant_revoked_with_reason"),
        sa.CheckConstraint("length(basis) > 0", name="grant_has_basis"),
        sa.CheckConstraint("revision > 0", name="grant_revision_counted"),
    )
    active = sa.text("revoked_at IS NULL")
    once: list[str | sa.TextClause] = ["account_id", "role", sa.text("coalesce(scope, '')")]
    op.create_index("grant_once", "role_grant", once, unique=True, postgresql_where=active)
    first = sa.text("granted_by IS NULL")
    op.create_index("grant_first_operator", "role_grant", [sa.text("(true)")], unique=True, postgresql_where=first)
    op.create_index("grant_scope", "role_grant", ["scope", "role"])
    op.create_table(
        "consent",
        sa.Column("person_id", sa.Uuid, primary_key=True),
        text("purpose", primary_key=True),
        sa.Column("active", sa.Boolean, nullable=False),
        moment("changed_at"),
    )
    op.create_table(
        "learner",
        sa.Column("person_id", sa.Uuid, primary_key=True),
        sa.Column("organisation_id", sa.Uuid),
        text("oktmo", nullable=True),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.create_table("merged", sa.Column("from_id", sa.Uuid, primary_key=True), sa.Column("into_id", sa.Uuid, nullable=False))
    op.create_table(
        "erased",
        sa.Column("person_id", sa.Uuid, primary_key=True),
        sa.Column("request_id", sa.Uuid, nullable=False),
        moment("erased_at"),
        sa.Column("answered", sa.Boolean, nullable=False),
    )
    op.create_index("erased_unanswered", "erased", ["erased_at"], postgresql_where=sa.text("NOT answered"))
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid, primary_key=True),
        text("kind"),
        text("name"),
        text("short_name"),
        text("oktmo", nullable=True),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "document",
        sa.Column("id", sa.Uuid, primary_key=True),
        text("title"),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("in_force_from", sa.Date, nullable=False),
    )
    op.create_table(
        "acknowledgement",
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("document_id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        moment("at"),
    )
    op.create_table(
        "journal",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        moment("at"),
        sa.Column("account_id", sa.Uuid),
        text("role"),
        text("operation"),
        text("object_id", nullable=True),
        text("trace_id", nullable=True),
    )
    op.create_index("journal_account", "journal", ["account_id", "id"])
    op.create_index("journal_object", "journal", ["object_id", "id"])
    op.create_table(
        "journal_outcome",
        sa.Column("entry_id", sa.BigInteger, sa.ForeignKey("journal.id"), primary_key=True, autoincrement=False),
        sa.Column("status", sa.Integer, nullable=False),
        text("code", nullable=True),
        sa.CheckConstraint("status BETWEEN 100 AND 599", name="journal_status_of_http"),
    )
    only_added = """CREATE FUNCTION journal_only_grows() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the journal only grows' USING ERRCODE = 'insufficient_privilege'; END $$"""
    op.execute(only_added)
    for table in ("journal", "journal_outcome"):
        op.execute(f"""CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION journal_only_grows()""")


def downgrade() -> None:
    for table in (
        "journal_outcome",
        "journal",
        "acknowledgement",
        "document",
        "organisation",
        "erased",
        "merged",
        "learner",
        "consent",
        "role_grant",
        "sign_in",
        "web_session",
        "account",
    ):
        op.drop_table(table)
    op.execute("DROP FUNCTION journal_only_grows")
