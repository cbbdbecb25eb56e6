"""The measured closure of deficits."""

from pydantic import BaseModel

from services.reports.api.shapes.figures import CompetenceOut, Place, SheetOut


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
