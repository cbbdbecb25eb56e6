"""Which steps of a route become suggestions to apply, and when a suggestion is no longer on offer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

LapseReason = Literal[
    "applied", "expired", "declined", "route_changed", "group_cancelled", "group_full", "programme_withdrawn", "withdrawn_consent"
]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a route that stands for a programme; its groups are ranked, the best one first."""

    step_id: UUID
    programme_id: UUID
    groups: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """When a group takes applications."""

    opens: date
    closes: date
    cancelled: bool

    def open_on(self, day: date) -> bool:
        return not self.cancelled and self.opens <= day <= self.closes


@dataclass(frozen=True, slots=True)
class Offered:
    """A suggestion on offer; an allocated one comes from a region-wide campaign and does not follow the route."""

    step_id: UUID
    programme_id: UUID
    group_id: UUID
    expires: date
    allocated: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What enrollment knows on a day about the programmes and groups of a route."""

    windows: Mapping[UUID, Window]
    open_programmes: Collection[UUID]
    applied: Collection[UUID]
    """Programmes that the learner applied to or passed."""
    declined: Collection[UUID]
    """Groups that the learner said no to."""


def accepted_steps(*, status: str, steps: Sequence[Step], agreed: Collection[UUID]) -> list[Step]:
    """The steps that the learner agreed to."""
    return [step for step in steps if status == "accepted" or step.step_id in agreed]


def best_group(step: Step, known: Known, *, today: date) -> UUID | None:
    """The best group of a step that one may apply to today."""
    if step.programme_id not in known.open_programmes or step.programme_id in known.applied:
        return None
    takes = (group for group in step.groups if group in known.windows and known.windows[group].open_on(today))
    return next((group for group in takes if group not in known.declined), None)


def next_opening(steps: Sequence[Step], known: Known, *, today: date) -> date | None:
    """The next day on which a group of these steps starts taking applications."""
    windows = [known.windows[group] for step in steps for group in step.groups if group in known.windows]
    return min((window.opens for window in windows if window.opens > today and not window.cancelled), default=None)


def lapse_reason(offered: Offered, *, wanted: Mapping[UUID, UUID | None], known: Known, today: date) -> LapseReason | None:
    """Why a suggestion is off, or None while it stands; `wanted` is the best group today by step."""
    window = known.windows.get(offered.group_id)
    if offered.programme_id in known.applied:
        return "applied"
    if window is not None and window.cancelled:
        return "group_cancelled"
    if offered.programme_id not in known.open_programmes and not offered.allocated:
        return "programme_withdrawn"
    if offered.expires < today:
        return "expired"
    if not offered.allocated and wanted.get(offered.step_id) != offered.group_id:
        return "route_changed"
    return None
