"""What codes are called, as their owners say it."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from services.reports.tables.base import Current, Fact, revision


class Organisation(Current, table=True):
    """A provider, a school, a municipal authority …"""

    __table_args__ = (Index("organisation_of_municipality", "kind", "oktmo"),)
    organisation_id: UUID = Field(primary_key=True)
    revision: int = revision()
    kind: str = Field(max_length=30)
    short_name: str = Field(max_length=2000)
    oktmo: str = Field(max_length=8)


class Programme(Current, table=True):
    """A programme's code and title."""

    programme_id: UUID = Field(primary_key=True)
    revision: int = revision()
    provider_id: UUID = Field(index=True)
    code: str = Field(max_length=100)
    title: str = Field(max_length=2000)


class StudyGroup(Current, table=True):
    """When a group studies."""

    __tablename__ = "study_group"
    group_id: UUID = Field(primary_key=True)
    revision: int = revision()
    programme_id: UUID
    provider_id: UUID = Field(index=True)
    starts: date
    ends: date


class Cancellation(Fact, table=True):
    """A group that will not gather."""

    group_id: UUID = Field(primary_key=True)
    revision: int = revision(key=True)


class Competence(Current, table=True):
    """What a framework calls a competence."""

    framework_id: UUID = Field(primary_key=True)
    code: str = Field(primary_key=True, max_length=100)
    revision: int = revision()
    title: str = Field(max_length=2000)
    section: str = Field(max_length=100)
