"""Copies of the public register and of role grants, as new as their revisions; and dictionaries with validity."""

from datetime import date
from typing import get_args
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field

from services.enrollment.tables.base import Base, codes, one_of
from shared.contracts.gateway import Role


class Organisation(Base, table=True):
    """An organisation as last heard of."""

    __tablename__ = "organisation"
    __table_args__ = (CheckConstraint("oktmo ~ '^[0-9]{8}([0-9]{3})?$'", name="organisation_oktmo_digits"),)
    id: UUID = Field(primary_key=True)
    revision: int = Field(sa_type=BigInteger)
    kind: str
    name: str
    short_name: str
    oktmo: str | None = None
    agency_id: UUID | None = None
    status: str


class Programme(Base, table=True):
    """A programme as last published."""

    __tablename__ = "programme"
    __table_args__ = (CheckConstraint("hours > 0", name="programme_hours_positive"),)
    id: UUID = Field(primary_key=True)
    revision: int = Field(sa_type=BigInteger)
    provider_id: UUID
    code: str
    title: str
    kind: str
    hours: int
    form: str
    funding: str
    document_kind: str
    positions: list[str] = codes()
    subjects: list[str] = codes()
    levels: list[str] = codes()
    approvals: list[str] = codes()


class ProgrammeWithdrawal(Base, table=True):
    """A withdrawal of a programme; it stands until a newer publication. It may be heard before the programme is."""

    __tablename__ = "programme_withdrawal"
    programme_id: UUID = Field(primary_key=True)
    revision: int = Field(sa_type=BigInteger)
    reason: str


class StudyGroup(Base, table=True):
    """A group as last announced."""

    __tablename__ = "study_group"
    __table_args__ = (
        CheckConstraint("starts <= ends", name="study_group_ends_after_it_starts"),
        CheckConstraint("capacity_asked > 0", name="study_group_capacity_positive"),
        Index("study_group_programme", "programme_id", "starts"),
    )
    id: UUID = Field(primary_key=True)
    revision: int = Field(sa_type=BigInteger)
    programme_id: UUID
    provider_id: UUID
    starts: date
    ends: date
    enrolment_opens: date
    enrolment_closes: date
    capacity_asked: int
    form: str
    funding: str
    oktmo: str | None = None
    place: str | None = None


class GroupCancellation(Base, table=True):
    """A group that will not gather, for good. It may be heard before the group is."""

    __tablename__ = "group_cancellation"
    group_id: UUID = Field(primary_key=True)
    reason: str


class RoleGrant(Base, table=True):
    """Who holds a role in a scope, and who stands in; a revocation may be heard before its grant."""

    __tablename__ = "role_grant"
    __table_args__ = (
        one_of("role_grant", "role", get_args(Role)),
        CheckConstraint("revoked OR valid_from IS NOT NULL", name="role_grant_begins"),
        Index("role_grant_scope", "role", "scope", postgresql_where=text("NOT revoked")),
    )
    id: UUID = Field(primary_key=True)
    revision: int = Field(sa_type=BigInteger)
    person_id: UUID | None = None
    role: str
    scope: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    deputy_of: UUID | None = None
    revoked: bool = False


class Reason(Base, table=True):
    """Why an application was moved: a code, the words people read, and the days on which it may be chosen."""

    __tablename__ = "reason"
    __table_args__ = (CheckConstraint("valid_to > valid_from", name="reason_valid_for_a_while"),)
    code: str = Field(primary_key=True)
    text: str
    actions: list[str] = codes()
    place: int
    valid_from: date
    valid_to: date | None = None


class CalendarDay(Base, table=True):
    """A day that art. 112 or a decree made working or not."""

    __tablename__ = "calendar_day"
    day: date = Field(primary_key=True)
    works: bool
    ground: str
