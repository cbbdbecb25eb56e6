"""What figures share: their time, period and places, and counts that are hidden while they are small."""

from datetime import date

from pydantic import AwareDatetime, BaseModel, Field


class PeriodOut(BaseModel):
    """The days that the figures are given for, both included; null leaves a side open."""

    first: date | None = Field(alias="from")
    last: date | None = Field(alias="to")


class Figures(BaseModel):
    as_of: AwareDatetime


class SheetOut(Figures):
    """A table of municipalities and something else, over whole quarters; totals of the region only for who sees all of it."""

    period: PeriodOut
    threshold: int


class Place(BaseModel):
    oktmo: str
    municipality: str


class CompetenceOut(BaseModel):
    competence: str
    title: str


class Count(BaseModel):
    n: int | None
    suppressed: bool


class MunicipalityCount(Place, Count):
    pass
