"""Organisations of the region's education, the names they had, and what changed when."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.catalog.tables.registry import Base, moment, one_of


def weighed(column: str, *weights: int) -> str:
    """SQL: the check digit that these weights give the first digits of a column."""
    return "(" + " + ".join(f"{weight} * substr({column}, {place}, 1)::int" for place, weight in enumerate(weights, 1)) + ") % 11 % 10"


INN_HOLDS = f"""CASE WHEN inn ~ '^[0-9]{{10}}$' THEN {weighed("inn", 2, 4, 10, 3, 5, 9, 4, 6, 8)} = substr(inn, 10, 1)::int
WHEN inn ~ '^[0-9]{{12}}$' THEN {weighed("inn", 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)} = substr(inn, 11, 1)::int
AND {weighed("inn", 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)} = substr(inn, 12, 1)::int ELSE inn IS NULL END"""
OGRN_HOLDS = """CASE WHEN ogrn ~ '^([0-9]{13}|[0-9]{15})$'
THEN left(ogrn, -1)::bigint % (length(ogrn) - 2) % 10 = right(ogrn, 1)::int ELSE ogrn IS NULL END"""
KINDS = ("ministry", "operator", "assessment_centre", "provider", "school", "municipal_authority", "agency")


class Organisation(Base, table=True):
    """An organisation as the register shows it today; `code` is its stable name for loaders and exchange."""

    __tablename__ = "organisation"
    __table_args__ = (
        one_of("kind", KINDS),
        one_of("status", ("active", "merged", "closed")),
        CheckConstraint("(status = 'merged') = (merged_into IS NOT NULL)", name="organisation_merged_into_one"),
        CheckConstraint("merged_into <> id AND authority_id <> id AND agency_id <> id", name="organisation_not_its_own_parent"),
        CheckConstraint("code ~ '^[a-z0-9-]{2,60}$'", name="organisation_code_shape"),
        CheckConstraint(INN_HOLDS, name="organisation_inn_holds"),
        CheckConstraint(OGRN_HOLDS, name="organisation_ogrn_holds"),
        CheckConstraint("kpp ~ '^[0-9]{4}[0-9A-Z]{2}[0-9]{3}$'", name="organisation_kpp_shape"),
        CheckConstraint("revision > 0", name="organisation_revision_counted"),
        one_of("licence_status", ("active", "suspended", "ended")),
        CheckConstraint(
            "num_nulls(licence_number, licence_issued, licence_authority, licence_status) IN (0, 4)", name="organisation_licence_whole"
        ),
        CheckConstraint("email ~ '^[^@[:space:]]+@[^@[:space:]]+$'", name="organisation_email_shape"),
        CheckConstraint("phone ~ '^[+0-9]'", name="organisation_phone_shape"),
        Index("organisation_inn", "inn", "kpp", unique=True, postgresql_where=text("inn IS NOT NULL AND kpp IS NOT NULL")),
        Index("organisation_ogrn", "ogrn", unique=True, postgresql_where=text("ogrn IS NOT NULL")),
        Index("organisation_kind_name", "kind", "name"),
        Index("organisation_oktmo", "oktmo"),
        Index("organisation_authority", "authority_id"),
    )
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    code: str = Field(unique=True)
    kind: str
    name: str
    short_name: str
    previous_name: str | None = None
    valid_from: date
    inn: str | None = None
    kpp: str | None = None
    ogrn: str | None = None
    oktmo: str | None = Field(default=None, foreign_key="territory.oktmo")
    authority_id: UUID | None = Field(default=None, foreign_key="organisation.id")
    agency_id: UUID | None = Field(default=None, foreign_key="organisation.id")
    address: str | None = None
    site: str | None = None
    phone: str | None = None
    email: str | None = None
    founder: str | None = None
    licence_number: str | None = None
    licence_issued: date | None = None
    licence_authority: str | None = None
    licence_status: str | None = None
    status: str = "active"
    merged_into: UUID | None = Field(default=None, foreign_key="organisation.id")
    changed_at: datetime = moment()
    revision: int = 1


class OrganisationName(Base, table=True):
    """A name from a day on; documents keep the name of their day."""

    __tablename__ = "organisation_name"
    organisation_id: UUID = Field(primary_key=True, foreign_key="organisation.id")
    valid_from: date = Field(primary_key=True)
    name: str
    short_name: str


class OrganisationChange(Base, table=True):
    """What one revision changed: fields with their values before and after, and in which role it was done; who, the journal knows."""

    __tablename__ = "organisation_change"
    __table_args__ = (CheckConstraint("revision > 1", name="organisation_change_after_entry"),)
    organisation_id: UUID = Field(primary_key=True, foreign_key="organisation.id")
    revision: int = Field(primary_key=True)
    changed_at: datetime = moment()
    role: str
    changes: dict[str, Any] = Field(sa_type=JSONB, nullable=False)
