"""assessment on paper: the only one that measures, and that asks for a second measurement."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from shared.contracts.assessment import AssessmentCompleted, CompetenceResult, Purpose, ReassessmentDue, ResultShared, ResultUnshared
from shared.contracts.catalog import OrganisationChanged
from shared.contracts.enrollment import ConsentGranted, ConsentWithdrawn, LearnerChanged, PersonMerged
from shared.contracts.erasure import AssessmentPersonErased
from shared.contracts.gateway import RoleGranted, RoleRevoked
from shared.contracts.routes import RouteStudied
from tests.contract.flows.wire import Fact, Hears, Latest, Paper, golden, like


@dataclass
class Assessment(Paper):
    organisations: Latest[UUID, str] = field(default_factory=Latest)
    learners: Latest[UUID, LearnerChanged] = field(default_factory=Latest)
    consents: Latest[UUID, tuple[UUID, str] | None] = field(default_factory=Latest)
    assessors: Latest[UUID, RoleGranted | None] = field(default_factory=Latest)
    attempts: dict[UUID, AssessmentCompleted] = field(default_factory=dict)
    due: dict[UUID, date] = field(default_factory=dict)


def finish_attempt(state: Assessment, person: UUID, *, purpose: Purpose = "entry", route: UUID | None = None, **changes: float) -> UUID:
    """Close an attempt with the golden results, some estimates changed by competence code."""
    results = [measured(one, changes.get(one.competence)) for one in golden(AssessmentCompleted).results]
    ids: dict[str, Any] = {"attempt_id": uuid4(), "person_id": person, "purpose": purpose, "route_id": route}
    event = like(AssessmentCompleted, **ids, completed_at=state.clock.now, results=results)
    state.attempts[event.attempt_id] = event
    state.say(event)
    return event.attempt_id


def measured(result: CompetenceResult, estimate: float | None) -> CompetenceResult:
    """A result with another estimate and what follows from it."""
    if estimate is None:
        return result
    short = max(0.0, result.cut - estimate)
    return result.model_copy(update={"estimate": estimate, "severity": short, "verdict": "deficit" if short else "none"})


def share(state: Assessment, attempt: UUID, recipient: UUID) -> None:
    person = state.attempts[attempt].person_id
    state.say(like(ResultShared, attempt_id=attempt, person_id=person, recipient_id=recipient))


def unshare(state: Assessment, attempt: UUID, recipient: UUID) -> None:
    person = state.attempts[attempt].person_id
    state.say(like(ResultUnshared, attempt_id=attempt, person_id=person, recipient_id=recipient))


def on_studied(state: Assessment, fact: Fact[RouteStudied]) -> None:
    route = fact.event
    if route.route_id in state.due or state.gone(route.person_id):
        return
    state.due[route.route_id] = route.studied_on + timedelta(days=31)
    ids = {"person_id": route.person_id, "route_id": route.route_id, "procedure_id": route.procedure_id}
    state.say(ReassessmentDue.model_validate(ids | {"due": state.due[route.route_id]}))


def on_withdrawn(state: Assessment, fact: Fact[ConsentWithdrawn]) -> None:
    state.consents.take(fact.subject, fact.revision, None)
    if not state.erase(fact.event):
        return
    mine = [attempt for attempt, one in state.attempts.items() if state.gone(one.person_id)]
    for attempt in mine:
        del state.attempts[attempt]
    state.say(
        like(AssessmentPersonErased, request_id=fact.event.request_id, person_id=fact.event.person_id, erased={"attempts": len(mine)})
    )


def on_granted(state: Assessment, fact: Fact[ConsentGranted]) -> None:
    state.consents.take(fact.subject, fact.revision, (fact.event.person_id, fact.event.purpose))


def on_merged(state: Assessment, fact: Fact[PersonMerged]) -> None:
    state.alias[fact.event.from_person_id] = fact.event.into_person_id


HEARS: Hears = {
    OrganisationChanged: lambda state, fact: state.organisations.take(fact.subject, fact.revision, fact.event.short_name),
    RouteStudied: on_studied,
    LearnerChanged: lambda state, fact: state.learners.take(fact.subject, fact.revision, fact.event),
    ConsentGranted: on_granted,
    ConsentWithdrawn: on_withdrawn,
    PersonMerged: on_merged,
    RoleGranted: lambda state, fact: state.assessors.take(fact.subject, fact.revision, fact.event),
    RoleRevoked: lambda state, fact: state.assessors.take(fact.subject, fact.revision, None),
}
