"""What the planner says: individual routes, their progress and what they closed."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Code, Event, Part, Share

ResidualReason = Literal[
    "no_programme", "no_open_group", "seats", "hours", "fee", "dates", "quarter_load", "prerequisite", "audience", "steps", "small_gain"
]
Replacement = Literal["result", "group_cancelled", "event_cancelled", "programme_withdrawn", "dates", "seat_lost", "learner", "person"]
Closure = Literal["closed", "partly", "open", "insufficient"]


class DeficitShare(Part):
    """Which part of a deficit a step is expected to close."""

    competence: Code
    share: Share


class RouteStep(Part):
    """One step of a route: a programme, and its groups from the best one on."""

    step_id: UUID
    position: Annotated[int, Field(gt=0)]
    kind: Literal["programme", "event"]
    programme_id: UUID | None = None
    event_id: UUID | None = None
    groups: list[UUID]
    starts: date | None = None
    hours: Annotated[int, Field(gt=0)]
    closes: list[DeficitShare]


class Residual(Part):
    """What stays open, as a share of the deficit, and why."""

    competence: Code
    share: Share
    reason: ResidualReason


class RoutePlanned(Event, topic="routes.route_planned.v1"):
    """A route was planned or planned anew."""

    route_id: UUID
    person_id: UUID
    attempt_id: UUID
    status: Literal["proposed", "accepted"]
    replaced_because: Replacement | None = None
    steps: list[RouteStep]
    hours: Annotated[int, Field(ge=0)]
    objective: float
    bound: float
    proven: bool
    residual: list[Residual]
    inputs_hash: Code


class RouteAccepted(Event, topic="routes.route_accepted.v1"):
    """The teacher agreed to a route."""

    route_id: UUID
    person_id: UUID
    steps: list[UUID]


class RouteStepCompleted(Event, topic="routes.route_step_completed.v1"):
    """A step of a route was studied to its end."""

    route_id: UUID
    person_id: UUID
    step_id: UUID
    application_id: UUID | None = None
    remaining: Annotated[int, Field(ge=0)]


class RouteStudied(Event, topic="routes.route_studied.v1"):
    """Every step is done; a second measurement may say what it closed."""

    route_id: UUID
    person_id: UUID
    attempt_id: UUID
    procedure_id: UUID
    competences: list[Code]
    studied_on: date


class CompetenceChange(Part):
    """One competence before and after, in logits, with the error of the difference."""

    competence: Code
    before: float
    after: float
    difference_error: Annotated[float, Field(ge=0)]
    verdict: Closure


class RouteCompleted(Event, topic="routes.route_completed.v1", personal_result=True):
    """A route was measured: what closed and what did not."""

    route_id: UUID
    person_id: UUID
    attempt_id: UUID
    changes: list[CompetenceChange]


class EffectMeasured(Event, topic="routes.effect_measured.v1"):
    """A programme's measured effect on a competence, in shares of the deficit."""

    effect_id: UUID
    programme_id: UUID
    competence: Code
    mean: float
    low: float
    high: float
    n: Annotated[int, Field(ge=5)]
    version: Annotated[int, Field(gt=0)]


class SeatsAllocated(Event, topic="routes.seats_allocated.v1"):
    """A seat that a region-wide campaign proposes to a person until a day."""

    allocation_id: UUID
    campaign_id: UUID
    person_id: UUID
    route_id: UUID
    step_id: UUID
    programme_id: UUID
    group_id: UUID
    until: date
