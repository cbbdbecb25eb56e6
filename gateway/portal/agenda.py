"""What needs a learner now, in the order of its deadline: the first page of their cabinet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from gateway.portal.words import as_date

Fact = Mapping[str, Any]
Kind = Literal["offer", "clarification", "confirmation", "suggestion", "reassessment", "attempt", "route", "diagnose"]
ASKS: dict[str, Kind] = {"seat_offered": "offer", "clarification": "clarification", "teacher_confirmation": "confirmation"}
SOON_DAYS = 3


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do until a day, about an application, a suggestion, an attempt, a measurement or a route."""

    kind: Kind
    due: date | None
    about: Fact

    def soon(self, today: date) -> bool:
        return self.due is not None and (self.due - today).days <= SOON_DAYS


def todos(
    *,
    applications: Iterable[Fact],
    suggestions: Iterable[Fact],
    reassessments: Iterable[Fact],
    attempts: Iterable[Fact],
    route: Fact | None,
    measured: bool,
) -> list[Todo]:
    """Everything that waits for the learner; what has no deadline comes last."""
    found = [Todo(ASKS[one["status"]], as_date(one["due"]), one) for one in applications if one["status"] in ASKS]
    found += [Todo("suggestion", as_date(one["expires"]), one) for one in suggestions]
    asked_again = [one for one in reassessments if one["status"] != "done"]
    found += [Todo("reassessment", as_date(one["due"]), one) for one in asked_again]
    again = {one["route_id"] for one in asked_again}
    running = [one for one in attempts if one["status"] == "running" and one["seconds_left"] and one["route_id"] not in again]
    found += [Todo("attempt", as_date(one["expires_at"]), one) for one in running]
    if route and route["status"] == "proposed" and route["steps"]:
        found.append(Todo("route", None, route))
    if not measured and not running and not asked_again:
        found.append(Todo("diagnose", None, {}))
    return sorted(found, key=lambda one: (one.due or date.max, one.kind))
