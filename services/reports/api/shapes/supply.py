"""Seats, and letters as they arrived."""

from uuid import UUID

from pydantic import BaseModel

from services.reports.api.shapes.figures import Figures


class ProviderSeats(BaseModel):
    """Seats of a provider's groups; `use` is the share that is held or taken."""

    provider_id: UUID
    title: str
    groups: int
    capacity: int
    held: int
    taken: int
    waiting: int
    use: float | None


class QuotaOut(BaseModel):
    oktmo: str
    title: str
    rest: int


class SeatsOut(Figures):
    """Seats of groups that start in the period, and what is left of the municipalities' quotas."""

    by_provider: list[ProviderSeats]
    quotas: list[QuotaOut]


class LetterFigures(BaseModel):
    """Letters that arrived, in seconds from their fact, and that failed."""

    delivered: int
    failed: int
    p50_seconds: float | None
    p95_seconds: float | None


class RuleLetters(LetterFigures):
    rule: str
    title: str
    channel: str


class LettersOut(Figures):
    total: LetterFigures
    by_rule: list[RuleLetters]
