"""What enrollment on paper does with the facts that it hears."""

from datetime import date, timedelta
from uuid import UUID, uuid4

from shared.contracts.assessment import FrameworkPublished
from shared.contracts.catalog import (
    EventAnnounced,
    EventCancelled,
    EventChanged,
    GroupAnnounced,
    GroupCancelled,
    GroupChanged,
    OrganisationChanged,
    ProgrammePublished,
    ProgrammeWithdrawn,
)
from shared.contracts.enrollment import (
    FINAL,
    SuggestionOffered,
)
from shared.contracts.erasure import PersonErased
from shared.contracts.gateway import RoleGranted, RoleRevoked
from shared.contracts.routes import RouteAccepted, RoutePlanned, RouteStep, RouteStepCompleted, SeatsAllocated
from tests.contract.flows.enrollment import Application, Enrollment, answered, lapse, move
from tests.contract.flows.wire import Fact, Hears, Latest, like


def on_group(state: Enrollment, fact: Fact[GroupAnnounced | GroupChanged]) -> None:
    if state.groups.take(fact.subject, fact.revision, fact.event):
        suggest(state)


def on_group_cancelled(state: Enrollment, fact: Fact[GroupCancelled]) -> None:
    if fact.subject in state.cancelled:
        return
    state.cancelled.add(fact.subject)
    for application in list(state.applications.values()):
        if application.status not in FINAL and fact.subject in (application.group, application.asked.groups[0]):
            move(state, application, "cancelled_by_provider", actor="provider_specialist", reason="group_cancelled")
    for suggestion in [one for one in state.suggestions.values() if one.group_id == fact.subject]:
        lapse(state, suggestion, "group_cancelled")
    suggest(state)


def on_programme(state: Enrollment, fact: Fact[ProgrammePublished]) -> None:
    if state.programmes.take(fact.subject, fact.revision, fact.event):
        suggest(state)


def on_programme_withdrawn(state: Enrollment, fact: Fact[ProgrammeWithdrawn]) -> None:
    if not state.programmes.take(fact.subject, fact.revision, None):
        return
    for application in list(state.applications.values()):
        if application.asked.programme_id == fact.subject and application.status not in FINAL | {"enrolled"}:
            move(state, application, "cancelled_by_provider", actor="provider_specialist", reason="programme_withdrawn")
    for suggestion in [one for one in state.suggestions.values() if one.programme_id == fact.subject]:
        lapse(state, suggestion, "programme_withdrawn")
    suggest(state)


def on_route(state: Enrollment, fact: Fact[RoutePlanned]) -> None:
    if not state.gone(fact.event.person_id) and state.plans.take(fact.subject, fact.revision, fact.event):
        suggest(state)


def suggest(state: Enrollment) -> None:
    """Keep the suggestions equal to what the routes and the groups known by now allow."""
    wanted = {}
    for plan in state.plans.values():
        for step in plan.steps:
            if group := open_group(state, plan, step):
                wanted[step.step_id] = (plan, step, group)
    for suggestion in list(state.suggestions.values()):
        plan_step = wanted.get(suggestion.step_id)
        if suggestion.suggestion_id not in state.allocated and (plan_step is None or plan_step[2] != suggestion.group_id):
            lapse(state, suggestion, "route_changed")
    offered = {suggestion.step_id for suggestion in state.suggestions.values()}
    for step_id, (plan, step, group) in wanted.items():
        if step_id not in offered:
            offer(state, plan.person_id, plan.route_id, step_id, step.programme_id, group)


def open_group(state: Enrollment, plan: RoutePlanned, step: RouteStep) -> UUID | None:
    """The best group of a step that one may still apply to; nothing while its facts have not arrived."""
    applied = any(
        state.person(one.asked.person_id) == state.person(plan.person_id)
        and one.asked.programme_id == step.programme_id
        and one.status not in FINAL - {"completed"}
        for one in state.applications.values()
    )
    if (
        applied
        or step.step_id in state.steps_done
        or state.gone(plan.person_id)
        or not (step.programme_id and state.programmes.get(step.programme_id))
    ):
        return None
    known = [group for group in step.groups if group in state.groups and group not in state.cancelled]
    return next((group for group in known if (plan.route_id, group) not in state.declined), None)


def offer(state: Enrollment, person: UUID, route: UUID, step: UUID, programme: UUID | None, group: UUID) -> SuggestionOffered:
    """Offer a step of a route."""
    expires = state.clock.today + timedelta(days=14)
    ids = {"person_id": person, "route_id": route, "step_id": step, "programme_id": programme, "group_id": group}
    suggestion = like(SuggestionOffered, suggestion_id=uuid4(), expires=expires, **ids)
    state.suggestions[suggestion.suggestion_id] = suggestion
    state.say(suggestion)
    return suggestion


def on_seat_allocated(state: Enrollment, fact: Fact[SeatsAllocated]) -> None:
    """A campaign's seat becomes a suggestion under the allocation's own id, so the same seat is never offered twice."""
    seat = fact.event
    if seat.allocation_id in state.allocated or state.gone(seat.person_id):
        return
    state.allocated.add(seat.allocation_id)
    ids = seat.model_dump(include={"person_id", "route_id", "step_id", "programme_id", "group_id"})
    suggestion = SuggestionOffered(suggestion_id=seat.allocation_id, expires=seat.until, **ids)
    for other in [one for one in state.suggestions.values() if one.step_id == seat.step_id]:
        lapse(state, other, "route_changed")
    state.suggestions[suggestion.suggestion_id] = suggestion
    state.say(suggestion)


def on_step_completed(state: Enrollment, fact: Fact[RouteStepCompleted]) -> None:
    state.steps_done.add(fact.event.step_id)
    suggest(state)


def on_organisation(state: Enrollment, fact: Fact[OrganisationChanged]) -> None:
    changed = fact.event
    state.names.setdefault(changed.organisation_id, Latest()).take(changed.valid_from, fact.revision, changed.name)
    state.authorities.take(changed.organisation_id, fact.revision, changed.authority_id)


def on_role_granted(state: Enrollment, fact: Fact[RoleGranted]) -> None:
    state.grants.take(fact.subject, fact.revision, fact.event)


def on_role_revoked(state: Enrollment, fact: Fact[RoleRevoked]) -> None:
    state.grants.take(fact.subject, fact.revision, None)


def deciders(state: Enrollment, application: Application, day: date) -> set[UUID]:
    """The grants that may decide an application on a day; when one is revoked its deputy's stays."""
    role = {"municipality": "municipal_specialist", "school": "school_specialist"}.get(application.holder.role)
    return {
        grant_id
        for grant_id, grant in state.grants.items()
        if grant and grant.role == role and grant.scope == application.holder.scope
        if grant.valid_from <= day <= (grant.valid_until or day)
    }


def on_framework(state: Enrollment, fact: Fact[FrameworkPublished]) -> None:
    for competence in fact.event.competences:
        state.competences.take(competence.code, fact.event.version, competence.title)


def on_event(state: Enrollment, fact: Fact[EventAnnounced | EventChanged]) -> None:
    state.events.take(fact.subject, fact.revision, fact.event.title)


HEARS: Hears = {
    OrganisationChanged: on_organisation,
    ProgrammePublished: on_programme,
    ProgrammeWithdrawn: on_programme_withdrawn,
    GroupAnnounced: on_group,
    GroupChanged: on_group,
    GroupCancelled: on_group_cancelled,
    EventAnnounced: on_event,
    EventChanged: on_event,
    EventCancelled: lambda state, fact: state.events.take(fact.subject, fact.revision, ""),
    FrameworkPublished: on_framework,
    RoutePlanned: on_route,
    RouteAccepted: lambda state, fact: state.accepted.add(fact.subject),
    RouteStepCompleted: on_step_completed,
    SeatsAllocated: on_seat_allocated,
    RoleGranted: on_role_granted,
    RoleRevoked: on_role_revoked,
    **{one: lambda state, fact: answered(state, fact.event) for one in PersonErased.__subclasses__()},
}
