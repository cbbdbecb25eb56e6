"""routes on paper: from a measured deficit to a route, and from the second measurement to its closure."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from shared.contracts.assessment import (
    AssessmentCompleted,
    FrameworkPublished,
    ProcedurePublished,
    ReassessmentDue,
    ResultShared,
    ResultUnshared,
)
from shared.contracts.catalog import (
    EventAnnounced,
    EventCancelled,
    EventChanged,
    Gathering,
    GroupAnnounced,
    GroupCancelled,
    GroupChanged,
    GroupDates,
    OrganisationChanged,
    ProgrammePublished,
    ProgrammeWithdrawn,
)
from shared.contracts.enrollment import (
    ApplicationSubmitted,
    AttendanceRecorded,
    ConsentGranted,
    ConsentWithdrawn,
    DocumentIssued,
    LearnerChanged,
    PersonMerged,
    SeatsChanged,
    StatusChanged,
    SuggestionLapsed,
    SuggestionOffered,
    TrainingCompleted,
)
from shared.contracts.erasure import RoutesPersonErased
from shared.contracts.routes import (
    Closure,
    CompetenceChange,
    DeficitShare,
    EffectMeasured,
    Replacement,
    Residual,
    RouteAccepted,
    RouteCompleted,
    RoutePlanned,
    RouteStep,
    RouteStepCompleted,
    RouteStudied,
    SeatsAllocated,
)
from tests.contract.flows.wire import Fact, Hears, Latest, Paper, like

LIVE = {"school_review", "municipality_review", "provider_review", "clarification", "waiting_list", "seat_offered", "accepted", "enrolled"}


@dataclass
class Routes(Paper):
    names: Latest[UUID, str] = field(default_factory=Latest)
    competences: Latest[str, str] = field(default_factory=Latest)
    procedures: Latest[UUID, ProcedurePublished] = field(default_factory=Latest)
    programmes: Latest[UUID, ProgrammePublished | None] = field(default_factory=Latest)
    groups: Latest[UUID, GroupDates | None] = field(default_factory=Latest)
    events: Latest[UUID, Gathering | None] = field(default_factory=Latest)
    seats: Latest[UUID, int] = field(default_factory=Latest)
    learners: Latest[UUID, LearnerChanged] = field(default_factory=Latest)
    consents: Latest[UUID, UUID | None] = field(default_factory=Latest)
    entries: dict[UUID, AssessmentCompleted] = field(default_factory=dict)
    exits: dict[UUID, AssessmentCompleted] = field(default_factory=dict)
    due: Latest[UUID, date] = field(default_factory=Latest)
    shared: Latest[tuple[UUID, UUID], date | None] = field(default_factory=Latest)
    trained: dict[UUID, TrainingCompleted] = field(default_factory=dict)
    attended: dict[UUID, AttendanceRecorded] = field(default_factory=dict)
    documents: dict[UUID, DocumentIssued] = field(default_factory=dict)
    suggestions: Latest[UUID, UUID | None] = field(default_factory=Latest)
    applications: Latest[UUID, StatusChanged] = field(default_factory=Latest)
    numbers: dict[UUID, str] = field(default_factory=dict)
    plans: dict[UUID, RoutePlanned] = field(default_factory=dict)
    accepted: set[UUID] = field(default_factory=set)
    done: dict[UUID, set[UUID]] = field(default_factory=dict)
    studied: set[UUID] = field(default_factory=set)
    closed: set[UUID] = field(default_factory=set)


# ---- what people do


def accept(state: Routes, route: UUID) -> None:
    plan = state.plans[route]
    state.accepted.add(route)
    state.say(RouteAccepted(route_id=route, person_id=plan.person_id, steps=[step.step_id for step in plan.steps]))


def allocate(state: Routes, route: UUID, group: UUID) -> SeatsAllocated:
    """A campaign proposes a seat for the first step of a route."""
    plan = state.plans[route]
    ids = {"person_id": plan.person_id, "route_id": route, "step_id": plan.steps[0].step_id, "group_id": group}
    seat = like(SeatsAllocated, allocation_id=uuid5(route, str(group)), programme_id=plan.steps[0].programme_id, **ids)
    state.say(seat)
    return seat


def measure_effect(state: Routes, programme: UUID, competence: str, version: int) -> None:
    state.say(like(EffectMeasured, effect_id=uuid5(programme, competence), programme_id=programme, competence=competence, version=version))


# ---- planning: a deliberately small planner, in the place of the exact one


def plan(state: Routes, because: Replacement) -> None:
    """Plan every open route again from what is known by now, and say those that changed."""
    for entry in list(state.entries.values()):
        person, learner = entry.person_id, learner_of(state, entry.person_id)
        route = uuid5(entry.attempt_id, "route")
        if learner is None or state.gone(person) or route in state.studied or not newest(state, entry):
            continue
        weak = {one.competence for one in entry.results if one.verdict == "deficit"}
        steps = [step for step in candidates(state, route, learner, weak) if step.step_id not in state.done.get(route, set())]
        before = state.plans.get(route)
        kept = [step for step in before.steps if step.step_id in state.done.get(route, set())] if before else []
        if before and [*kept, *steps] == before.steps:
            continue
        helped = {share.competence: share.share for step in [*kept, *steps] for share in step.closes}
        ids: dict[str, Any] = {"route_id": route, "person_id": person, "attempt_id": entry.attempt_id}
        event = like(
            RoutePlanned,
            **ids,
            status="accepted" if route in state.accepted else "proposed",
            replaced_because=because if before else None,
            steps=[*kept, *steps],
            hours=sum(step.hours for step in [*kept, *steps]),
            residual=[Residual(competence=one, share=1 - helped.get(one, 0), reason="no_programme") for one in sorted(weak)],
        )
        state.plans[route] = event
        state.say(event)


def candidates(state: Routes, route: UUID, learner: LearnerChanged, weak: set[str]) -> list[RouteStep]:
    """One step per programme that helps, admits the learner and still has a group; the earliest group first."""
    steps = []
    for programme in state.programmes.values():
        if programme is None or not {effect.competence for effect in programme.effects} & weak:
            continue
        if programme.audience.positions and learner.position not in programme.audience.positions:
            continue
        groups = [one for one in state.groups.values() if one and one.programme_id == programme.programme_id]
        open_groups = sorted((one.starts, str(one.group_id)) for one in groups if reachable(state, one, learner.person_id))
        if open_groups:
            closes = [DeficitShare(competence=one.competence, share=one.share) for one in programme.effects if one.competence in weak]
            ids = {"step_id": uuid5(route, str(programme.programme_id)), "programme_id": programme.programme_id}
            ranked = [UUID(group) for _, group in open_groups]
            step = {"position": 1, "kind": "programme", "groups": ranked, "starts": open_groups[0][0], "hours": programme.hours}
            steps.append(RouteStep.model_validate(ids | step | {"closes": closes}))
    return steps


def reachable(state: Routes, group: GroupDates, person: UUID) -> bool:
    """Whether a group has a free seat, or one that is the person's already."""
    mine = [one for one in state.applications.values() if one.group_id == group.group_id and one.to_status in LIVE]
    return state.seats.get(group.group_id, 1) > 0 or any(state.person(one.person_id) == state.person(person) for one in mine)


def learner_of(state: Routes, person: UUID) -> LearnerChanged | None:
    """The learner behind a person id, also when the codes came under the other id of a merge."""
    known = [one for one in state.learners.values() if state.person(one.person_id) == state.person(person)]
    return known[-1] if known else None


def newest(state: Routes, entry: AssessmentCompleted) -> bool:
    """Whether no later entry measurement of the same person is known."""
    rivals = [one for one in state.entries.values() if state.person(one.person_id) == state.person(entry.person_id)]
    return all(one.completed_at <= entry.completed_at for one in rivals)


# ---- what it hears


def on_assessed(state: Routes, fact: Fact[AssessmentCompleted]) -> None:
    if state.gone(fact.event.person_id):
        return
    if fact.event.purpose == "entry":
        state.entries[fact.subject] = fact.event
        plan(state, "result")
        steps_done(state)
    elif fact.event.route_id:
        state.exits[fact.event.route_id] = fact.event
    close(state)


def close(state: Routes) -> None:
    """Say what a studied route closed, once its second measurement is known."""
    for route, after in list(state.exits.items()):
        if route in state.closed or route not in state.studied:
            continue
        before = {one.competence: one for one in state.entries[state.plans[route].attempt_id].results if one.verdict == "deficit"}
        changes = []
        for one in after.results:
            if old := before.get(one.competence):
                error = (old.standard_error**2 + one.standard_error**2) ** 0.5
                verdict: Closure = (
                    "closed" if one.estimate >= one.cut else "partly" if one.estimate - old.estimate > 1.96 * error else "open"
                )
                ids = {"competence": one.competence, "before": old.estimate, "after": one.estimate}
                changes.append(CompetenceChange.model_validate(ids | {"difference_error": error, "verdict": verdict}))
        state.closed.add(route)
        state.say(RouteCompleted(route_id=route, person_id=after.person_id, attempt_id=after.attempt_id, changes=changes))


def on_training(state: Routes, fact: Fact[TrainingCompleted]) -> None:
    if not state.gone(fact.event.person_id):
        state.trained[fact.subject] = fact.event
        steps_done(state)


def steps_done(state: Routes) -> None:
    """Tick the steps whose programme the person has completed, applied for from the route or not."""
    for training in state.trained.values():
        for route, planned in list(state.plans.items()):
            if (
                training.outcome != "completed"
                or state.person(planned.person_id) != state.person(training.person_id)
                or route in state.studied
            ):
                continue
            done = state.done.setdefault(route, set())
            for step in planned.steps:
                if step.programme_id == training.programme_id and step.step_id not in done:
                    done.add(step.step_id)
                    left = len({one.step_id for one in planned.steps} - done)
                    ids = {"route_id": route, "person_id": planned.person_id, "step_id": step.step_id}
                    state.say(RouteStepCompleted.model_validate(ids | {"application_id": training.application_id, "remaining": left}))
            if planned.steps and {one.step_id for one in planned.steps} <= done:
                study(state, planned, training.ended_on)


def study(state: Routes, planned: RoutePlanned, day: date) -> None:
    """Say that a route is studied: only a measurement may say what it closed."""
    state.studied.add(planned.route_id)
    entry = state.entries[planned.attempt_id]
    competences = sorted({share.competence for step in planned.steps for share in step.closes})
    ids = planned.model_dump(include={"route_id", "person_id", "attempt_id"})
    state.say(RouteStudied.model_validate(ids | {"procedure_id": entry.procedure_id, "competences": competences, "studied_on": day}))
    close(state)


def on_programme(state: Routes, fact: Fact[ProgrammePublished | ProgrammeWithdrawn]) -> None:
    programme = fact.event if isinstance(fact.event, ProgrammePublished) else None
    if state.programmes.take(fact.subject, fact.revision, programme):
        plan(state, "result" if programme else "programme_withdrawn")
        steps_done(state)


def on_group(state: Routes, fact: Fact[GroupDates | GroupCancelled]) -> None:
    group = fact.event if isinstance(fact.event, GroupDates) else None
    if state.groups.take(fact.subject, fact.revision, group):
        plan(state, "dates" if group else "group_cancelled")
        steps_done(state)


def on_learner(state: Routes, fact: Fact[LearnerChanged]) -> None:
    if not state.gone(fact.event.person_id) and state.learners.take(fact.subject, fact.revision, fact.event):
        plan(state, "learner")
        steps_done(state)


def on_seats(state: Routes, fact: Fact[SeatsChanged]) -> None:
    seats = fact.event
    if state.seats.take(fact.subject, fact.revision, seats.capacity - seats.held - seats.taken):
        plan(state, "seat_lost")


def on_status(state: Routes, fact: Fact[StatusChanged]) -> None:
    if not state.gone(fact.event.person_id) and state.applications.take(fact.subject, fact.revision, fact.event):
        plan(state, "seat_lost")


def on_submitted(state: Routes, fact: Fact[ApplicationSubmitted]) -> None:
    if not state.gone(fact.event.person_id):
        state.numbers[fact.subject] = fact.event.number


def on_merged(state: Routes, fact: Fact[PersonMerged]) -> None:
    state.alias[fact.event.from_person_id] = fact.event.into_person_id
    plan(state, "person")
    steps_done(state)


def on_withdrawn(state: Routes, fact: Fact[ConsentWithdrawn]) -> None:
    state.consents.take(fact.subject, fact.revision, None)
    if not state.erase(fact.event):
        return
    mine = [route for route, one in state.plans.items() if state.gone(one.person_id)]
    for route in mine:
        del state.plans[route]
    state.entries = {key: one for key, one in state.entries.items() if not state.gone(one.person_id)}
    state.trained = {key: one for key, one in state.trained.items() if not state.gone(one.person_id)}
    ids = {"request_id": fact.event.request_id, "person_id": fact.event.person_id}
    state.say(like(RoutesPersonErased, **ids, erased={"routes": len(mine)}))


def on_shared(state: Routes, fact: Fact[ResultShared | ResultUnshared]) -> None:
    until = fact.event.until if isinstance(fact.event, ResultShared) else None
    state.shared.take((fact.event.attempt_id, fact.event.recipient_id), fact.revision, until)


def on_framework(state: Routes, fact: Fact[FrameworkPublished]) -> None:
    for competence in fact.event.competences:
        state.competences.take(competence.code, fact.event.version, competence.title)


HEARS: Hears = {
    OrganisationChanged: lambda state, fact: state.names.take(fact.subject, fact.revision, fact.event.short_name),
    ProgrammePublished: on_programme,
    ProgrammeWithdrawn: on_programme,
    GroupAnnounced: on_group,
    GroupChanged: on_group,
    GroupCancelled: on_group,
    EventAnnounced: lambda state, fact: state.events.take(fact.subject, fact.revision, fact.event),
    EventChanged: lambda state, fact: state.events.take(fact.subject, fact.revision, fact.event),
    EventCancelled: lambda state, fact: state.events.take(fact.subject, fact.revision, None),
    FrameworkPublished: on_framework,
    ProcedurePublished: lambda state, fact: state.procedures.take(fact.subject, fact.revision, fact.event),
    AssessmentCompleted: on_assessed,
    ReassessmentDue: lambda state, fact: state.due.take(fact.subject, fact.revision, fact.event.due),
    ResultShared: on_shared,
    ResultUnshared: on_shared,
    LearnerChanged: on_learner,
    ConsentGranted: lambda state, fact: state.consents.take(fact.subject, fact.revision, fact.event.person_id),
    ConsentWithdrawn: on_withdrawn,
    PersonMerged: on_merged,
    SuggestionOffered: lambda state, fact: state.suggestions.take(fact.subject, fact.revision, fact.event.step_id),
    SuggestionLapsed: lambda state, fact: state.suggestions.take(fact.subject, fact.revision, None),
    ApplicationSubmitted: on_submitted,
    StatusChanged: on_status,
    SeatsChanged: on_seats,
    TrainingCompleted: on_training,
    AttendanceRecorded: lambda state, fact: state.attended.update({fact.subject: fact.event}),
    DocumentIssued: lambda state, fact: state.documents.update({fact.subject: fact.event}),
}
