"""What is answered: figures with `as_of`; a cell too small to be shown has null figures and `suppressed`."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field


class PeriodOut(BaseModel):
    """The days that the figures are given for, both included; null leaves a side open."""

    first: date | None = Field(alias="from")
    last: date | None = Field(alias="to")


class Figures(BaseModel):
    as_of: AwareDatetime


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


class Place(BaseModel):
    oktmo: str
    municipality: str


class CompetenceOut(BaseModel):
    competence: str
    title: str


class DeficitFigures(BaseModel):
    """Results with a verdict, and those of them that are deficits."""

    n: int | None
    deficits: int | None
    share: float | None
    suppressed: bool


class MunicipalityDeficits(Place, DeficitFigures):
    pass


class CompetenceDeficits(CompetenceOut, DeficitFigures):
    pass


class DeficitCell(Place, CompetenceOut, DeficitFigures):
    pass


class SheetOut(Figures):
    """A table of municipalities and something else, over whole quarters; totals of the region only for who sees all of it."""

    period: PeriodOut
    threshold: int


class DeficitsOut(SheetOut):
    """The newest entry result of each person and competence; `people` is null where a total is hidden."""

    people: int | None
    competences: list[CompetenceOut]
    cells: list[DeficitCell]
    by_municipality: list[MunicipalityDeficits]
    by_competence: list[CompetenceDeficits]
    total: DeficitFigures | None


class ClosureFigures(BaseModel):
    """Competences measured before and after, in logits: shares by verdict, means, and the standard error of the mean change."""

    n: int | None
    closed: float | None
    partly: float | None
    open: float | None
    insufficient: float | None
    before: float | None
    after: float | None
    change: float | None
    change_error: float | None
    suppressed: bool


class MunicipalityClosure(Place, ClosureFigures):
    pass


class CompetenceClosure(CompetenceOut, ClosureFigures):
    pass


class ClosureCell(Place, CompetenceOut, ClosureFigures):
    pass


class ClosureOut(SheetOut):
    competences: list[CompetenceOut]
    cells: list[ClosureCell]
    by_municipality: list[MunicipalityClosure]
    by_competence: list[CompetenceClosure]
    total: ClosureFigures | None


class Count(BaseModel):
    n: int | None
    suppressed: bool


class MunicipalityCount(Place, Count):
    pass


class RouteState(BaseModel):
    status: Literal["proposed", "accepted", "studied", "completed"]
    title: str


class StateCount(RouteState, Count):
    pass


class StateCell(Place, StateCount):
    pass


class Reason(BaseModel):
    reason: str
    title: str


class ReasonCount(Reason, Count):
    pass


class ReasonCell(Place, ReasonCount):
    pass


class ResidualOut(BaseModel):
    """Deficits that routes leave open, by the reason for it."""

    cells: list[ReasonCell]
    by_municipality: list[MunicipalityCount]
    by_reason: list[ReasonCount]
    total: Count | None


class LoadOut(Count):
    """Mean hours and steps of a route."""

    hours: float | None
    steps: float | None


class RoutesOut(SheetOut):
    """Routes first planned in the period, each in the state it is in now."""

    load: LoadOut
    cells: list[StateCell]
    by_municipality: list[MunicipalityCount]
    by_status: list[StateCount]
    total: Count | None
    residual: ResidualOut


class CoverageFigures(BaseModel):
    """People known to the module, those of them who completed a training in the period, and the hours of these trainings."""

    people: int
    trained: int
    share: float | None
    hours: int


class MunicipalityCoverage(CoverageFigures):
    oktmo: str
    title: str


class CoverageOut(Figures):
    """Without a beginning of the period, the three years up to its end."""

    period: PeriodOut
    by_municipality: list[MunicipalityCoverage]
    total: CoverageFigures | None


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


class TableOut(BaseModel):
    table: str
    rows: int
    checksum: str


class ChecksumOut(Figures):
    checksum: str
    tables: list[TableOut]


class BegunOut(BaseModel):
    rebuild_id: UUID


class RebuildOut(BaseModel):
    """A rebuild; `told_until` is the time of the newest event that it has read."""

    rebuild_id: UUID
    state: Literal["reading", "done", "failed"]
    started_at: AwareDatetime
    ended_at: AwareDatetime | None
    told_until: AwareDatetime | None
    events: int
    skipped: int
    problem: str | None
