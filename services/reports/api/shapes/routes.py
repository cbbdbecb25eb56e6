"""Routes: their states, their load, and what they leave open."""

from typing import Literal

from pydantic import BaseModel

from services.reports.api.shapes.figures import Count, MunicipalityCount, Place, SheetOut


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
