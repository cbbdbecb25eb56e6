"""catalog on paper: the public register, free seats on the card, review rights, saved searches."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.contracts.assessment import FrameworkPublished, ProcedurePublished
from shared.contracts.catalog import MatchedItem, ProgrammePublished, ReviewDue, ReviewPublished, SavedSearchMatched
from shared.contracts.enrollment import AttendanceRecorded, ConsentGranted, ConsentWithdrawn, PersonMerged, SeatsChanged, TrainingCompleted
from shared.contracts.erasure import CatalogPersonErased
from shared.contracts.notify import SubscriptionCancelled, SubscriptionConfirmed
from shared.contracts.routes import EffectMeasured
from tests.contract.flows.wire import Fact, Hears, Latest, Paper, like


@dataclass
class Right:
    """Leave to write one review about a programme or an event."""

    person: UUID
    target: UUID
    provider: UUID | None
    used: bool = False


@dataclass
class Catalog(Paper):
    seats: Latest[UUID, tuple[int, datetime]] = field(default_factory=Latest)
    rights: dict[UUID, Right] = field(default_factory=dict)
    confirmed: Latest[UUID, bool] = field(default_factory=Latest)
    saved: dict[UUID, str] = field(default_factory=dict)
    matched: set[tuple[UUID, UUID]] = field(default_factory=set)
    competences: Latest[str, str] = field(default_factory=Latest)
    procedures: Latest[UUID, str] = field(default_factory=Latest)
    effects: Latest[tuple[UUID, str], tuple[float, float, float, int]] = field(default_factory=Latest)
    publication: Latest[UUID, UUID] = field(default_factory=Latest)


def review(state: Catalog, right_id: UUID, **marks: int) -> bool:
    """Use a right once; says whether there was one to use."""
    right = state.rights.get(right_id)
    if right is None or right.used:
        return False
    right.used = True
    state.say(like(ReviewPublished, target_id=right.target, provider_id=right.provider, count=1, mean=5.0, marks=marks))
    return True


def publish(state: Catalog, programme: ProgrammePublished) -> None:
    """Publish a programme and tell the saved searches that it answers."""
    state.say(programme)
    for subscription, word in state.saved.items():
        if word in programme.title.lower() and state.confirmed.get(subscription):
            item = MatchedItem(item_id=programme.programme_id, kind="programme", title=programme.title)
            state.say(SavedSearchMatched(subscription_id=subscription, items=[item]))


def free_seats(state: Catalog, group: UUID) -> tuple[int, str]:
    """What the card shows: «3 места на 12:40»."""
    free, at = state.seats[group]
    return free, f"{at:%H:%M}"


def on_seats(state: Catalog, fact: Fact[SeatsChanged]) -> None:
    seats = fact.event
    state.seats.take(seats.group_id, fact.revision, (seats.capacity - seats.held - seats.taken, fact.at))


def on_training(state: Catalog, fact: Fact[TrainingCompleted]) -> None:
    done = fact.event
    grant(state, done.application_id, Right(done.person_id, done.programme_id, done.provider_id))


def on_attendance(state: Catalog, fact: Fact[AttendanceRecorded]) -> None:
    grant(state, fact.event.attendance_id, Right(fact.event.person_id, fact.event.event_id, None))


def grant(state: Catalog, right_id: UUID, right: Right) -> None:
    """A right once given stays as it is, and its holder is asked how it was; nobody erased gets one."""
    if not state.gone(right.person) and right_id not in state.rights:
        state.rights[right_id] = right
        state.say(like(ReviewDue, right_id=right_id, person_id=right.person, target_id=right.target, kind="first"))


def on_withdrawn(state: Catalog, fact: Fact[ConsentWithdrawn]) -> None:
    if not state.erase(fact.event):
        return
    forget(state)
    state.say(like(CatalogPersonErased, request_id=fact.event.request_id, person_id=fact.event.person_id))


def on_merged(state: Catalog, fact: Fact[PersonMerged]) -> None:
    state.alias[fact.event.from_person_id] = fact.event.into_person_id
    forget(state)


def forget(state: Catalog) -> None:
    """Drop the rights of everybody who is erased."""
    state.rights = {right_id: right for right_id, right in state.rights.items() if not state.gone(right.person)}


def on_framework(state: Catalog, fact: Fact[FrameworkPublished]) -> None:
    for competence in fact.event.competences:
        state.competences.take(competence.code, fact.event.version, competence.title)


def on_effect(state: Catalog, fact: Fact[EffectMeasured]) -> None:
    effect = fact.event
    state.effects.take((effect.programme_id, effect.competence), effect.version, (effect.mean, effect.low, effect.high, effect.n))


HEARS: Hears = {
    FrameworkPublished: on_framework,
    ProcedurePublished: lambda state, fact: state.procedures.take(fact.subject, fact.revision, fact.event.title),
    EffectMeasured: on_effect,
    SeatsChanged: on_seats,
    TrainingCompleted: on_training,
    AttendanceRecorded: on_attendance,
    SubscriptionConfirmed: lambda state, fact: state.confirmed.take(fact.subject, fact.revision, True),
    SubscriptionCancelled: lambda state, fact: state.confirmed.take(fact.subject, fact.revision, False),
    ConsentGranted: lambda state, fact: state.publication.take(fact.subject, fact.revision, fact.event.person_id),
    ConsentWithdrawn: on_withdrawn,
    PersonMerged: on_merged,
}
