"""Shapes of the readiness checklists."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel


class ConditionOut(BaseModel):
    """One line of a checklist; `why` says what is missing, and what is not needed is advice."""

    code: str
    title: str
    ok: bool
    why: str
    needed: bool


class Readiness(BaseModel):
    """A checklist; ready when everything needed holds."""

    ready: bool
    conditions: list[ConditionOut]


class ClashOut(BaseModel):
    """A meeting whose teacher or room another group has at the same time."""

    kind: Literal["teacher", "room"]
    what: str
    group_id: UUID
    title: str
    starts: datetime
    ends: datetime


class GroupReadiness(Readiness):
    clashes: list[ClashOut]
