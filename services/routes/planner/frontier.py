"""What a larger or smaller budget of hours would give the same person."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from services.routes.planner.prepare import prepare
from services.routes.planner.problem import Candidate, Person
from services.routes.planner.reasons import NoRoute
from services.routes.planner.solve import Plan, solve

BUDGETS = (36, 72, 108, 144)


@dataclass(frozen=True)
class Point:
    """The best route within so many academic hours; none when the mandatory groups alone exceed them."""

    hours: int
    plan: Plan | None


def frontier(person: Person, candidates: Iterable[Candidate], *, today: date, budgets: Iterable[int] = BUDGETS) -> tuple[Point, ...]:
    """One route per budget, each prepared anew, because the budget decides which groups are open at all."""
    offered = tuple(candidates)
    return tuple(Point(hours, within(hours, person, offered, today=today)) for hours in sorted(budgets))


def within(hours: int, person: Person, candidates: tuple[Candidate, ...], *, today: date) -> Plan | None:
    """The best route within the hours, if there is one."""
    try:
        return solve(prepare(replace(person, limits=replace(person.limits, hours=hours)), candidates, today=today).problem)
    except NoRoute:
        return None
