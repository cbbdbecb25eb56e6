"""Measured deficits by competence and municipality."""

from pydantic import BaseModel

from services.reports.api.shapes.figures import CompetenceOut, Place, SheetOut


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


class DeficitsOut(SheetOut):
    """The newest entry result of each person and competence; `people` is null where a total is hidden."""

    people: int | None
    competences: list[CompetenceOut]
    cells: list[DeficitCell]
    by_municipality: list[MunicipalityDeficits]
    by_competence: list[CompetenceDeficits]
    total: DeficitFigures | None
