"""Whose facts belong together, and whose are nobody's any more."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from services.reports.tables.base import Base, Fact, moment


class Identity(Base, table=True):
    """Under which key the facts of a person stand whose records were merged, or who was erased; everybody else's key is the person's id."""

    person_id: UUID = Field(primary_key=True)
    key: UUID = Field(index=True)


class Erasure(Fact, table=True):
    """A request to erase; late facts of the person become anonymous too."""

    request_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(index=True)


class Answer(Base, table=True):
    """A request that was answered; no rebuild touches it, so none answers again."""

    request_id: UUID = Field(primary_key=True)
    answered_at: datetime = moment()
