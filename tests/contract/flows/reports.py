"""reports on paper: facts inserted once in any order, and figures that are functions of the set of facts."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from shared.contracts import Event
from shared.contracts.assessment import AssessmentCompleted
from shared.contracts.enrollment import (
    ConsentWithdrawn,
    LearnerChanged,
    PersonMerged,
    SeatsChanged,
    StaffCounted,
    StatusChanged,
    TrainingCompleted,
)
from shared.contracts.erasure import ReportsPersonErased
from shared.contracts.notify import NotificationDelivered
from tests.contract.flows.event_map import HEARD_BY
from tests.contract.flows.wire import Fact, Hears, Paper, like

NOBODY = UUID(int=0)
E = TypeVar("E", bound=Event)


@dataclass
class Reports(Paper):
    facts: dict[tuple[str, UUID, int], Fact[Any]] = field(default_factory=dict)


def keep(state: Reports, fact: Fact[Any]) -> None:
    """Insert a fact once; a person who was erased stays out of it."""
    state.facts.setdefault(fact.key, fact)
    match fact.event:
        case PersonMerged():
            state.alias[fact.event.from_person_id] = fact.event.into_person_id
        case ConsentWithdrawn() if state.erase(fact.event):
            ids = {"request_id": fact.event.request_id, "person_id": fact.event.person_id}
            state.say(like(ReportsPersonErased, **ids, erased={"rows": len(of(state, Event, fact.event.person_id))}))
    for key, old in list(state.facts.items()):
        if isinstance(old.event, ConsentWithdrawn | PersonMerged) or not state.gone(getattr(old.event, "person_id", None) or NOBODY):
            continue
        del state.facts[key]
        if not isinstance(old.event, LearnerChanged):  # there the subject itself is the person
            state.facts[key] = replace(old, event=old.event.model_copy(update={"person_id": NOBODY}))


def of(state: Reports, kind: type[E], person: UUID | None = None) -> list[Fact[E]]:
    """The facts of one kind by time and revision, or those about one person."""
    found = [fact for fact in state.facts.values() if isinstance(fact.event, kind)]
    if person:
        found = [fact for fact in found if state.person(getattr(fact.event, "person_id", None) or NOBODY) == state.person(person)]
    return sorted(found, key=lambda fact: (fact.at, fact.revision, str(fact.subject)))


def figures(state: Reports) -> dict[str, Any]:
    """A few figures of each kind that the operator asks for."""
    statuses = of(state, StatusChanged)
    now = {fact.subject: fact for fact in sorted(statuses, key=lambda fact: fact.revision)}
    seats = {fact.subject: fact.event for fact in sorted(of(state, SeatsChanged), key=lambda fact: fact.revision)}
    posts = {fact.subject: fact.event for fact in sorted(of(state, StaffCounted), key=lambda fact: fact.revision)}
    trained = {fact.subject: fact.event for fact in of(state, TrainingCompleted)}
    return {
        "applications by status": dict(Counter(fact.event.to_status for fact in now.values())),
        "time at each holder": held(statuses),
        "seats": {group: (one.capacity, one.held, one.taken, one.waiting) for group, one in sorted(seats.items())},
        "posts by school": total((str(one.organisation_id), one.number) for one in posts.values()),
        "trained by municipality": dict(Counter(one.oktmo for one in trained.values() if one.outcome == "completed")),
        "people trained": len({state.person(one.person_id) for one in trained.values()} - {NOBODY}),
        "deficits": dict(
            Counter(one.competence for fact in of(state, AssessmentCompleted) for one in fact.event.results if one.verdict == "deficit")
        ),
        "letters": len(of(state, NotificationDelivered)),
    }


def total(numbers: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The sum by key."""
    summed: Counter[str] = Counter()
    for key, number in numbers:
        summed[key] += number
    return dict(summed)


def held(statuses: list[Fact[StatusChanged]]) -> dict[str, timedelta]:
    """How long each role held applications: from the step that gave it to them to the next one."""
    total: dict[str, timedelta] = {}
    since: dict[UUID, tuple[str, datetime]] = {}
    for fact in sorted(statuses, key=lambda one: (str(one.subject), one.revision)):
        if fact.subject in since:
            role, start = since[fact.subject]
            total[role] = total.get(role, timedelta()) + (fact.event.changed_at - start)
        since[fact.subject] = (fact.event.holder.role, fact.event.changed_at)
    return dict(sorted(total.items()))


HEARS: Hears = {event: keep for event, hearers in HEARD_BY.items() if "reports" in hearers}
