"""Accounts, sessions, role grants, the journal, and copies of what others said."""

from datetime import date, datetime
from typing import Any, get_args
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Identity, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from shared.contracts.gateway import Role

ROLES = ", ".join(f"'{role}'" for role in get_args(Role) if role != "teacher")


def moment(*, nullable: bool = False, default: bool = False) -> Any:
    return Column(DateTime(timezone=True), nullable=nullable, server_default=text("now()") if default else None)


class Base(SQLModel, registry=registry()):
    """This service's own metadata."""


class Account(Base, table=True):
    """A subject of an issuer that has consented or holds a role; nothing else is known about it here."""

    __table_args__ = (UniqueConstraint("issuer", "subject"),)
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    issuer: str
    subject: str
    code: str = Field(unique=True)
    person_id: UUID | None = Field(default=None, index=True)
    created_at: datetime = Field(sa_column=moment())


class WebSession(Base, table=True):
    """A browser's session under the hash of its cookie; `claims` wait here for consent, or for notify to take the address."""

    __tablename__ = "web_session"
    __table_args__ = (
        CheckConstraint("expires_at > created_at", name="session_ends"),
        CheckConstraint("NOT handing_over OR claims IS NOT NULL", name="session_has_what_it_hands_over"),
        Index("web_session_subject", "issuer", "subject"),
        Index("web_session_code", "code"),
        Index("web_session_handing_over", "id_hash", postgresql_where=text("handing_over")),
    )
    id_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    issuer: str
    subject: str
    code: str
    claims: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    handing_over: bool = False
    created_at: datetime = Field(sa_column=moment())
    seen_at: datetime = Field(sa_column=moment())
    expires_at: datetime = Field(sa_column=moment())


class SignIn(Base, table=True):
    """A sign-in on its way, under the hash of the cookie that began it; used once."""

    __tablename__ = "sign_in"
    cookie_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    state_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    issuer_key: str
    nonce: str
    verifier: str
    return_to: str
    expires_at: datetime = Field(sa_column=moment())


class RoleGrant(Base, table=True):
    """«Закрепление»: a role in a scope for a term, on a basis; rows are ended, never removed."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint(f"role IN ({ROLES})", name="grant_role_known"),
        CheckConstraint("scope_kind IN ('region', 'procedure') OR scope IS NOT NULL", name="grant_has_scope"),
        CheckConstraint("scope_kind <> 'region' OR scope IS NULL", name="grant_region_has_no_scope"),
        CheckConstraint("NOT head OR role IN ('school_specialist', 'provider_specialist')", name="grant_head_of_organisation"),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="grant_term_in_order"),
        CheckConstraint("(revoked_at IS NULL) = (revoke_reason IS NULL)", name="grant_revoked_with_reason"),
        CheckConstraint("length(basis) > 0", name="grant_has_basis"),
        CheckConstraint("revision > 0", name="grant_revision_counted"),
        Index("grant_once", "account_id", "role", text("coalesce(scope, '')"), unique=True, postgresql_where=text("revoked_at IS NULL")),
        Index("grant_first_operator", text("(true)"), unique=True, postgresql_where=text("granted_by IS NULL")),
        Index("grant_scope", "scope", "role"),
    )
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    account_id: UUID = Field(sa_column=Column(ForeignKey("account.id"), nullable=False))
    role: str
    scope_kind: str
    scope: str | None = None
    head: bool = False
    valid_from: date
    valid_until: date | None = None
    basis: str
    deputy_of: UUID | None = Field(default=None, foreign_key="role_grant.id")
    granted_by: UUID | None = None  # an account; None for the first operator alone
    granted_at: datetime = Field(sa_column=moment())
    revoked_by: UUID | None = None  # None: the term was over
    revoked_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    revoke_reason: str | None = None
    revision: int = 1


class Consent(Base, table=True):
    """Copy: a person's consent to one purpose as last heard."""

    person_id: UUID = Field(primary_key=True)
    purpose: str = Field(primary_key=True)
    active: bool
    changed_at: datetime = Field(sa_column=moment())


class Learner(Base, table=True):
    """Copy: where a person works."""

    person_id: UUID = Field(primary_key=True)
    organisation_id: UUID | None = None
    oktmo: str | None = None
    revision: int = Field(sa_type=BigInteger)


class Merged(Base, table=True):
    """An id that became another one; late facts still carry the old."""

    from_id: UUID = Field(primary_key=True)
    into_id: UUID


class Erased(Base, table=True):
    """An id whose late facts are dropped, and the request that the traces and the mail sink have yet to answer."""

    __table_args__ = (Index("erased_unanswered", "erased_at", postgresql_where=text("NOT answered")),)
    person_id: UUID = Field(primary_key=True)
    request_id: UUID
    erased_at: datetime = Field(sa_column=moment())
    answered: bool = False


class Organisation(Base, table=True):
    """Copy: what a scope is called."""

    id: UUID = Field(primary_key=True)
    kind: str
    name: str
    short_name: str
    oktmo: str | None = None
    revision: int = Field(sa_type=BigInteger)


class Document(Base, table=True):
    """Copy: the newest version of a public document."""

    id: UUID = Field(primary_key=True)
    title: str
    version: int
    in_force_from: date


class Acknowledgement(Base, table=True):
    """An account has read a version of a document."""

    account_id: UUID = Field(sa_column=Column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True))
    document_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    at: datetime = Field(sa_column=moment())


class JournalEntry(Base, table=True):
    """Who set out to change what, written before it is done; rows are only ever added."""

    __tablename__ = "journal"
    __table_args__ = (Index("journal_account", "account_id", "id"), Index("journal_object", "object_id", "id"))
    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    at: datetime = Field(sa_column=moment())
    account_id: UUID | None = None
    role: str
    operation: str
    object_id: str | None = None
    trace_id: str | None = None


class JournalOutcome(Base, table=True):
    """How it ended; an entry without one was cut off."""

    __tablename__ = "journal_outcome"
    __table_args__ = (CheckConstraint("status BETWEEN 100 AND 599", name="journal_status_of_http"),)
    entry_id: int = Field(sa_column=Column(ForeignKey("journal.id"), primary_key=True, autoincrement=False))
    status: int
    code: str | None = None
