"""Applications: how far they came, and who kept them how long."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from services.reports.api.shapes.figures import Figures


class StageOut(BaseModel):
    stage: str
    title: str
    n: int
    share: float | None


class StatusOut(BaseModel):
    status: str
    title: str
    n: int


class ChannelOut(BaseModel):
    channel: str
    title: str
    n: int


class WeekOut(BaseModel):
    """Applications submitted in a week, named by its Monday."""

    week: date
    n: int


class HolderOut(BaseModel):
    """Who kept applications: `n` of them have left, after so many days in all; `waiting` are there now."""

    holder: str
    title: str
    n: int
    mean_days: float | None
    median_days: float | None
    p90_days: float | None
    waiting: int
    waiting_since: AwareDatetime | None


class Reached(BaseModel):
    """How many applications came so far; a later stage is part of the earlier ones."""

    n: int
    approved: int
    accepted: int
    enrolled: int
    completed: int


class MunicipalityFunnel(Reached):
    oktmo: str
    title: str


class ProviderFunnel(Reached):
    provider_id: UUID
    title: str


class ProgrammeFunnel(Reached):
    programme_id: UUID
    code: str | None
    title: str


class FunnelOut(Figures):
    """Applications submitted in the period, by the day of their submission; at most 200 programmes, the largest first."""

    total: int
    stages: list[StageOut]
    by_status: list[StatusOut]
    by_holder: list[HolderOut]
    by_municipality: list[MunicipalityFunnel]
    by_provider: list[ProviderFunnel]
    by_programme: list[ProgrammeFunnel]
    by_channel: list[ChannelOut]
    by_week: list[WeekOut]
