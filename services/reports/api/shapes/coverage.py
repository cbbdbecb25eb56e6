"""Whom training has reached."""

from pydantic import BaseModel

from services.reports.api.shapes.figures import Figures, PeriodOut


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
