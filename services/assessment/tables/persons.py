"""What others said about persons and organisations, who asks for a second measurement, and who is erased."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Field

from services.assessment.tables.registry import Base, texts


class Reassessment(Base, table=True):
    """A second measurement, asked for because a route was studied; done when its exit attempt is completed."""

    route_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(index=True)
    procedure_id: UUID
    first_attempt_id: UUID
    competences: list[str] = texts()
    studied_on: date
    due: date
    exit_attempt_id: UUID | None = None


class Learner(Base, table=True):
    """A copy: what a sample of measured persons consists of."""

    person_id: UUID = Field(primary_key=True)
    position: str | None
    oktmo: str | None
    revision: int


class Organisation(Base, table=True):
    """A copy: what an organiser is called."""

    organisation_id: UUID = Field(primary_key=True)
    short_name: str
    revision: int


class PersonAlias(Base, table=True):
    """A former id of a person; late facts may still carry it."""

    __tablename__ = "person_alias"
    person_id: UUID = Field(primary_key=True)
    same_as: UUID = Field(index=True)


class ErasedPerson(Base, table=True):
    """A tombstone: late facts about this person are dropped."""

    __tablename__ = "erased_person"
    request_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(index=True)
    erased_at: datetime
