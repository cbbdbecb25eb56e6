"""enrollment on paper: consents, applications, seats, orders; it alone says where an application stands."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID, uuid4

from shared.contracts.catalog import (
    GroupDates,
    ProgrammePublished,
)
from shared.contracts.enrollment import (
    FINAL,
    ApplicationSubmitted,
    AttendanceRecorded,
    ConsentGranted,
    ConsentWithdrawn,
    DocumentIssued,
    Holder,
    LearnerChanged,
    OrderSigned,
    PersonMerged,
    SeatsChanged,
    StaffCounted,
    Status,
    StatusChanged,
    SuggestionLapsed,
    SuggestionOffered,
    TrainingCompleted,
)
from shared.contracts.erasure import EnrollmentPersonErased, PersonErased
from shared.contracts.gateway import RoleGranted
from shared.contracts.routes import RoutePlanned
from tests.contract.flows.event_map import SERVICES
from tests.contract.flows.wire import Latest, Paper, like

ANSWERS = {*SERVICES, "traces", "mail_sink"}
HELD = {"accepted", "seat_offered"}


@dataclass
class Application:
    """An application as its owner knows it."""

    asked: ApplicationSubmitted
    status: Status | None = None
    group: UUID | None = None
    organisation: UUID | None = None
    oktmo: str = ""
    holder: Holder = field(default_factory=lambda: Holder(role="learner"))
    due: date | None = None


@dataclass
class Enrollment(Paper):
    groups: Latest[UUID, GroupDates] = field(default_factory=Latest)
    cancelled: set[UUID] = field(default_factory=set)
    programmes: Latest[UUID, ProgrammePublished | None] = field(default_factory=Latest)
    names: dict[UUID, Latest[date, str]] = field(default_factory=dict)
    authorities: Latest[UUID, UUID | None] = field(default_factory=Latest)
    competences: Latest[str, str] = field(default_factory=Latest)
    events: Latest[UUID, str] = field(default_factory=Latest)
    learners: dict[UUID, LearnerChanged] = field(default_factory=dict)
    consents: dict[tuple[UUID, str], UUID] = field(default_factory=dict)
    staff: dict[tuple[UUID, str], UUID] = field(default_factory=dict)
    plans: Latest[UUID, RoutePlanned] = field(default_factory=Latest)
    accepted: set[UUID] = field(default_factory=set)
    steps_done: set[UUID] = field(default_factory=set)
    suggestions: dict[UUID, SuggestionOffered] = field(default_factory=dict)
    declined: set[tuple[UUID, UUID]] = field(default_factory=set)
    allocated: set[UUID] = field(default_factory=set)
    applications: dict[UUID, Application] = field(default_factory=dict)
    capacity: dict[UUID, int] = field(default_factory=dict)
    documents: list[tuple[UUID, str]] = field(default_factory=list)
    grants: Latest[UUID, RoleGranted | None] = field(default_factory=Latest)
    answers: dict[UUID, set[str]] = field(default_factory=dict)


# ---- what people do


def consent(state: Enrollment, person: UUID, purpose: str = "training") -> None:
    """Store a consent; before the first one nothing about the person exists."""
    consent_id = uuid4()
    state.consents[person, purpose] = consent_id
    state.say(like(ConsentGranted, consent_id=consent_id, person_id=person, purpose=purpose))


def learn(state: Enrollment, learner: LearnerChanged) -> None:
    """Store a learner's codes; applications under way follow to the new school (its head decides now)."""
    state.learners[learner.person_id] = learner
    state.say(learner)
    for application in state.applications.values():
        mine = state.person(application.asked.person_id) == state.person(learner.person_id)
        if mine and application.status not in FINAL and learner.organisation_id and application.organisation != learner.organisation_id:
            application.organisation, application.oktmo = learner.organisation_id, learner.oktmo or ""
            move(state, application, application.status or "submitted", reason="school_changed")


def import_staff(state: Enrollment, organisation: UUID, rows: list[tuple[str, int]]) -> None:
    """Count the posts of a school; the people behind them are no fact before they consent."""
    for position, number in rows:
        count_id = state.staff.setdefault((organisation, position), uuid4())
        state.say(like(StaffCounted, count_id=count_id, organisation_id=organisation, position=position, number=number))


def submit(state: Enrollment, person: UUID, *, groups: list[UUID], suggestion: UUID | None = None) -> Application:
    """Apply; the first group asked for leads, the head of the school decides first."""
    learner = state.learners[person]
    offered = state.suggestions.get(suggestion) if suggestion else None
    first = state.groups[groups[0]]
    asked = like(
        ApplicationSubmitted,
        application_id=uuid4(),
        number=f"ДПО-2026-{123 + len(state.applications):06}",
        person_id=person,
        programme_id=first.programme_id,
        provider_id=first.provider_id,
        groups=groups,
        organisation_id=learner.organisation_id,
        oktmo=learner.oktmo,
        suggestion_id=suggestion,
        route_id=offered.route_id if offered else None,
        step_id=offered.step_id if offered else None,
        channel="suggestion" if offered else "portal",
    )
    application = Application(asked, organisation=asked.organisation_id, oktmo=asked.oktmo)
    state.applications[asked.application_id] = application
    state.say(asked)
    move(state, application, "school_review")
    if suggestion and offered:
        lapse(state, offered, "applied")
    return application


def move(
    state: Enrollment, application: Application, to: Status, *, actor: str = "system", reason: str | None = None, order: str | None = None
) -> None:
    """Bring an application into a status, say who holds it now until when, and count the seats again."""
    before, application.status = application.status, to
    if to in HELD | {"waiting_list", "enrolled"} and application.group is None:
        application.group = application.asked.groups[0]
    application.holder = holder(application)
    application.due = None if to in FINAL else state.clock.today + timedelta(days=3 if to == "seat_offered" else 5)
    asked = application.asked
    state.say(
        StatusChanged(
            **asked.model_dump(include={"application_id", "number", "programme_id", "provider_id", "route_id", "step_id"}),
            person_id=state.person(asked.person_id),
            group_id=application.group,
            organisation_id=application.organisation or asked.organisation_id,
            oktmo=application.oktmo,
            from_status=before,
            to_status=to,
            actor_role=actor,
            reason=reason,
            holder=application.holder,
            due=application.due,
            order_number=order,
            changed_at=state.clock.now,
        )
    )
    if application.group:
        count_seats(state, application.group)


def holder(application: Application) -> Holder:
    """Who acts now, by the status alone."""
    scopes = {
        "school_review": Holder(role="school", scope=str(application.organisation)),
        "municipality_review": Holder(role="municipality", scope=application.oktmo),
        "provider_review": Holder(role="provider", scope=str(application.asked.provider_id)),
        "accepted": Holder(role="provider", scope=str(application.asked.provider_id)),
        "enrolled": Holder(role="provider", scope=str(application.asked.provider_id)),
        "waiting_list": Holder(role="provider", scope=str(application.asked.provider_id)),
        "seat_offered": Holder(role="learner", scope=str(application.asked.person_id)),
        "clarification": Holder(role="learner", scope=str(application.asked.person_id)),
    }
    return scopes.get(str(application.status), Holder(role="nobody"))


def count_seats(state: Enrollment, group: UUID) -> None:
    """Say the seats of a group; the capacity in force is ours, the asked one only its first value."""
    states = [one.status for one in state.applications.values() if one.group == group]
    state.say(
        like(
            SeatsChanged,
            group_id=group,
            programme_id=state.groups[group].programme_id,
            capacity=state.capacity.get(group, state.groups[group].capacity_asked),
            held=sum(status in HELD for status in states),
            taken=sum(status == "enrolled" for status in states),
            waiting=sum(status == "waiting_list" for status in states),
        )
    )


def sign_order(state: Enrollment, applications: list[Application]) -> None:
    """Enrol by one numbered order."""
    ids = [one.asked.application_id for one in applications]
    order = like(OrderSigned, group_id=applications[0].group, provider_id=applications[0].asked.provider_id, applications=ids)
    state.say(order)
    for application in applications:
        move(state, application, "enrolled", actor="provider_specialist", order=order.number)


def complete(state: Enrollment, application: Application) -> None:
    """End a training and issue its document, with the provider's name of that day."""
    move(state, application, "completed", actor="provider_specialist")
    asked = application.asked
    ids = asked.model_dump(include={"application_id", "programme_id", "provider_id", "route_id", "step_id"})
    person = state.person(asked.person_id)
    where = {"group_id": application.group, "organisation_id": application.organisation, "oktmo": application.oktmo}
    state.say(like(TrainingCompleted, **ids, **where, person_id=person))
    document = like(
        DocumentIssued,
        document_id=uuid4(),
        application_id=asked.application_id,
        person_id=person,
        programme_id=asked.programme_id,
        issued_on=state.clock.today,
    )
    state.documents.append((document.document_id, name_on(state, asked.provider_id, document.issued_on)))
    state.say(document)


def name_on(state: Enrollment, organisation: UUID, day: date) -> str:
    """The name an organisation had on a day."""
    names = state.names[organisation]
    return names[max(since for since in names if since <= day)]


def attend(state: Enrollment, person: UUID, event: UUID) -> UUID:
    """Record that a person attended an event."""
    recorded = like(AttendanceRecorded, attendance_id=uuid4(), person_id=person, event_id=event)
    state.say(recorded)
    return recorded.attendance_id


def decline(state: Enrollment, application: Application) -> None:
    """Answer an offered seat with no; the next one on the waiting list is offered it."""
    move(state, application, "withdrawn", actor="learner", reason="offer_declined")
    offer_next(state, application.group)


def expire(state: Enrollment) -> None:
    """What the due table does: offers whose day has passed lapse."""
    for application in list(state.applications.values()):
        if application.status == "seat_offered" and application.due and application.due < state.clock.today:
            move(state, application, "expired", reason="no_answer")
            offer_next(state, application.group)


def offer_next(state: Enrollment, group: UUID | None) -> None:
    """Offer a free seat to the first on the waiting list."""
    waiting = [one for one in state.applications.values() if one.group == group and one.status == "waiting_list"]
    if waiting:
        move(state, waiting[0], "seat_offered")


def merge(state: Enrollment, old: UUID, into: UUID) -> None:
    """Two records were one person."""
    state.alias[old] = into
    state.say(like(PersonMerged, from_person_id=old, into_person_id=into))


def withdraw_consent(state: Enrollment, person: UUID, *, erase: bool, purpose: str = "training") -> UUID:
    """Take a consent back; with `erase` every live application ends and everybody has to answer."""
    request = like(
        ConsentWithdrawn,
        request_id=uuid4(),
        consent_id=state.consents.pop((person, purpose)),
        person_id=person,
        purpose=purpose,
        erase=erase,
    )
    if erase:
        for application in state.applications.values():
            if state.person(application.asked.person_id) == person and application.status not in FINAL:
                move(state, application, "withdrawn", actor="learner", reason="consent_withdrawn")
        for suggestion in [one for one in state.suggestions.values() if state.person(one.person_id) == person]:
            lapse(state, suggestion, "withdrawn_consent")
        state.learners.pop(person, None)
    state.say(request)
    if state.erase(request):
        state.answers[request.request_id] = set()
        answer = like(EnrollmentPersonErased, request_id=request.request_id, person_id=person)
        answered(state, answer)
        state.say(answer)
    return request.request_id


def lapse(state: Enrollment, suggestion: SuggestionOffered, reason: str) -> None:
    """End a suggestion."""
    del state.suggestions[suggestion.suggestion_id]
    ids = suggestion.model_dump(include={"suggestion_id", "person_id", "route_id", "step_id"})
    state.say(SuggestionLapsed.model_validate(ids | {"reason": reason}))


def answered(state: Enrollment, answer: PersonErased) -> None:
    """Note who has erased the person; the request is closed when all have."""
    state.answers.setdefault(answer.request_id, set()).add(answer.service)
