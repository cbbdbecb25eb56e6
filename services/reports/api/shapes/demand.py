"""What is wanted and not offered."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from services.reports.api.shapes.figures import CompetenceOut, Figures


class SearchOut(BaseModel):
    """What was looked for in vain: words of the register and codes of filters; both may be empty when nothing of it was known."""

    lexemes: list[str]
    facets: dict[str, list[str]]
    count: int
    last_on: date


class WaitingOut(BaseModel):
    """People who wait for a seat in groups of a programme that have not begun."""

    programme_id: UUID
    title: str | None
    provider: str | None
    groups: int
    waiting: int


class UnmetOut(CompetenceOut):
    """A competence that no programme develops, and how many people at least lack it, in fives."""

    at_least: int


class DemandOut(Figures):
    """What is wanted and not offered; at most 100 lines of each kind, the most wanted first."""

    threshold: int
    searches: list[SearchOut]
    waiting: list[WaitingOut]
    deficits: list[UnmetOut]
