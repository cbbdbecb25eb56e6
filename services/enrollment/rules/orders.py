"""What an order of each kind does to the applications it names."""

from collections.abc import Mapping
from typing import Literal

from services.enrollment.rules.moves import Action

Outcome = Literal["completed", "not_completed", "expelled"]

ACTIONS: Mapping[tuple[str, Outcome | None], Action] = {
    ("enrolment", None): "enrol",
    ("transfer", None): "transfer",
    ("completion", "completed"): "complete",
    ("completion", "not_completed"): "fail",
    ("expulsion", "expelled"): "expel",
}


def outcome_of(*, kind: str, stated: Literal["completed", "not_completed"] | None) -> Outcome | None:
    """How a training ends by an order: a completion completes unless it says otherwise."""
    if kind == "completion":
        return stated or "completed"
    return "expelled" if kind == "expulsion" else None
