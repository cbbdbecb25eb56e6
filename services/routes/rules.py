"""What routes decides: what a deficit weighs, what a group costs, how far a step is, and what a second measurement closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import erf, hypot, sqrt
from typing import Any, Literal

from services.routes.planner.problem import Limits
from services.routes.planner.weights import weight
from shared.contracts.assessment import CompetenceResult, Difficulty
from shared.contracts.routes import Closure
from shared.errors import DomainError

HOURS, COURSES, QUARTER_HOURS = 108, 6, 72
OMEGA, MU, S0 = 1.0, 0.15, 0.5
"""science.md 5.1: one level weight for all, a small share for what is felt, and the severity that a full difficulty stands for."""
GREW = 0.90
TRAVEL, WAIT_PER_MONTH, FEE_PER_THOUSAND = 0.03, 0.004, 0.01
"""Shares of the whole weight that a trip to another municipality, a month of waiting and a thousand roubles cost."""

StepStatus = Literal["planned", "applied", "studying", "completed"]
LIVE = ("proposed", "accepted", "studied")
APPLIED = {
    "submitted",
    "teacher_confirmation",
    "school_review",
    "municipality_review",
    "provider_review",
    "clarification",
    "waiting_list",
    "seat_offered",
    "accepted",
}


class RouteClosed(DomainError):
    code, detail = "route_closed", "Этот маршрут уже пройден или заменён новым."


class NothingPlanned(DomainError):
    code, detail = "nothing_planned", "В маршруте нет шагов: согласовать пока нечего."


class CannotStandTogether(DomainError):
    code, detail = "cannot_stand_together", "Выбранные группы не помещаются в один маршрут."


def weights(results: Sequence[CompetenceResult], difficulties: Sequence[Difficulty]) -> dict[str, float]:
    """What every found or possible deficit weighs; competences without one weigh nothing."""
    felt = {one.competence: one.felt for one in difficulties}
    return {
        one.competence: weight(omega=OMEGA, severity=one.severity, difficulty=felt.get(one.competence, 0.0), mu=MU, s0=S0)
        for one in results
        if one.verdict in ("deficit", "borderline")
    }


def needs_route(results: Sequence[CompetenceResult]) -> bool:
    """A route is opened by a deficit, not by a doubt."""
    return any(one.verdict == "deficit" for one in results)


def limits(*, hours: int | None, fee: int, norm: int | None) -> Limits:
    """The person's own budget, else the learner's norm, else 108 hours; free programmes unless a fee is allowed."""
    return Limits(hours=hours or norm or HOURS, fee=fee, courses=COURSES, quarter_hours=max(QUARTER_HOURS, hours or 0))


def penalty(*, total: float, form: str, near: bool, fee: int, starts: date | None, today: date) -> float:
    """What a group costs in units of the objective, apart from its hours."""
    travel = 0.0 if form == "distance" or near else TRAVEL
    months = max((starts - today).days, 0) / 30 if starts else 0.0
    return total * (travel + WAIT_PER_MONTH * months + FEE_PER_THOUSAND * fee / 1000)


def step_status(*, application: str | None, trained: bool) -> StepStatus:
    """How far a step is, from the newest status of its application and whether its training ended well."""
    if trained:
        return "completed"
    if application in APPLIED:
        return "applied"
    return "studying" if application in ("enrolled", "completed") else "planned"


def closure(before: CompetenceResult, after: CompetenceResult) -> tuple[float, Closure]:
    """The error of the difference in logits, and whether the deficit closed, grew smaller beyond its error, or stayed."""
    error = hypot(before.standard_error, after.standard_error)
    if after.verdict == "insufficient":
        return error, "insufficient"
    if after.verdict == "none":
        return error, "closed"
    grew = 0.5 * (1 + erf((after.estimate - before.estimate) / (error * sqrt(2)))) if error else float(after.estimate > before.estimate)
    return error, "partly" if grew >= GREW else "open"


@dataclass(frozen=True)
class Wishes:
    """What the person asked of the route: hours, roubles, programmes left out, groups pinned."""

    hours: int | None = None
    fee: int = 0
    excluded: frozenset[str] = frozenset()
    pinned: frozenset[str] = frozenset()

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Wishes":
        return cls(stored.get("hours"), stored.get("fee", 0), frozenset(stored.get("excluded", ())), frozenset(stored.get("pinned", ())))

    def stored(self) -> dict[str, Any]:
        return {"hours": self.hours, "fee": self.fee, "excluded": sorted(self.excluded), "pinned": sorted(self.pinned)}
