"""Events as the rows that figures are made of; names, contacts and documents are not among them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.reports.tables.copies import Cancellation, Competence, Organisation, Programme, StudyGroup
from services.reports.tables.facts import (
    Application,
    Closure,
    Letter,
    Measurement,
    Missed,
    Residence,
    Route,
    RouteMark,
    Seats,
    Step,
    Submission,
    Training,
)
from shared.clock import today
from shared.contracts import Envelope, Event
from shared.contracts.assessment import AssessmentCompleted, FrameworkPublished
from shared.contracts.catalog import (
    GroupAnnounced,
    GroupCancelled,
    GroupChanged,
    GroupDates,
    OrganisationChanged,
    ProgrammePublished,
    SearchMissed,
)
from shared.contracts.enrollment import ApplicationSubmitted, LearnerChanged, SeatsChanged, StatusChanged, TrainingCompleted
from shared.contracts.notify import NotificationDelivered, NotificationFailed
from shared.contracts.routes import RouteAccepted, RouteCompleted, RoutePlanned, RouteStudied


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a read model."""

    table: type[Any]
    values: dict[str, Any] = field(default_factory=dict)


def municipality(oktmo: str | None) -> str:
    """The municipality of a place, which may be a settlement; '' for none."""
    return (oktmo or "")[:8]


def organisation(event: OrganisationChanged, envelope: Envelope) -> Iterator[Row]:
    values = {"kind": event.kind, "short_name": event.short_name, "oktmo": municipality(event.oktmo)}
    yield Row(Organisation, {"organisation_id": event.organisation_id, "revision": envelope.dporevision, **values})


def programme(event: ProgrammePublished, envelope: Envelope) -> Iterator[Row]:
    values = event.model_dump(include={"programme_id", "provider_id", "code", "title"})
    yield Row(Programme, {**values, "revision": envelope.dporevision})


def group(event: GroupDates, envelope: Envelope) -> Iterator[Row]:
    values = event.model_dump(include={"group_id", "programme_id", "provider_id", "starts", "ends"})
    yield Row(StudyGroup, {**values, "revision": envelope.dporevision})


def cancellation(event: GroupCancelled, envelope: Envelope) -> Iterator[Row]:
    yield Row(Cancellation, {"group_id": event.group_id, "revision": envelope.dporevision})


def framework(event: FrameworkPublished, envelope: Envelope) -> Iterator[Row]:
    for one in {one.code: one for one in event.competences}.values():
        values = {"code": one.code, "title": one.title, "section": one.group, "revision": envelope.dporevision}
        yield Row(Competence, {"framework_id": event.framework_id, **values})


def submission(event: ApplicationSubmitted, envelope: Envelope) -> Iterator[Row]:
    yield Row(Submission, {"application_id": event.application_id, "submitted_on": today(envelope.time), "channel": event.channel})


def status(event: StatusChanged, envelope: Envelope) -> Iterator[Row]:
    ids = event.model_dump(include={"application_id", "programme_id", "provider_id", "organisation_id"})
    stands = {"revision": envelope.dporevision, "status": event.to_status, "holder": event.holder.role}
    yield Row(Application, {**ids, **stands, "oktmo": municipality(event.oktmo)})
    yield Row(Step, {"application_id": event.application_id, **stands, "changed_at": event.changed_at})


def training(event: TrainingCompleted, envelope: Envelope) -> Iterator[Row]:
    values = event.model_dump(include={"application_id", "outcome", "hours", "ended_on"})
    yield Row(Training, {**values, "revision": envelope.dporevision, "person": event.person_id, "oktmo": municipality(event.oktmo)})


def measurement(event: AssessmentCompleted, envelope: Envelope) -> Iterator[Row]:
    common = {
        "attempt_id": event.attempt_id,
        "revision": envelope.dporevision,
        "person": event.person_id,
        "purpose": event.purpose,
        "completed_at": event.completed_at,
        "completed_on": today(event.completed_at),
    }
    for one in event.results:
        yield Row(Measurement, {**common, "competence": one.competence, "verdict": one.verdict})


def route(event: RoutePlanned, envelope: Envelope) -> Iterator[Row]:
    values = {"route_id": event.route_id, "revision": envelope.dporevision, "person": event.person_id, "status": event.status}
    residual = [one.model_dump(mode="json") for one in event.residual]
    yield Row(Route, {**values, "steps": len(event.steps), "hours": event.hours, "residual": residual})
    yield from mark("planned")(event, envelope)


def mark(kind: str) -> "Rows":
    """What a fact about a route adds to the days of its life."""

    def rows(event: Any, envelope: Envelope) -> Iterator[Row]:
        values = {"kind": kind, "revision": envelope.dporevision, "marked_on": today(envelope.time)}
        yield Row(RouteMark, {"route_id": event.route_id, **values})

    return rows


def closure(event: RouteCompleted, envelope: Envelope) -> Iterator[Row]:
    common = {
        "route_id": event.route_id,
        "revision": envelope.dporevision,
        "person": event.person_id,
        "measured_on": today(envelope.time),
    }
    for one in event.changes:
        yield Row(Closure, {**common, **one.model_dump()})
    yield from mark("completed")(event, envelope)


def residence(event: LearnerChanged, envelope: Envelope) -> Iterator[Row]:
    values = {"person": event.person_id, "changed_at": envelope.time, "revision": envelope.dporevision}
    yield Row(Residence, {**values, "oktmo": municipality(event.oktmo)})


def seats(event: SeatsChanged, envelope: Envelope) -> Iterator[Row]:
    values = event.model_dump(mode="json", include={"capacity", "held", "taken", "waiting", "quotas"})
    ids = {"group_id": event.group_id, "programme_id": event.programme_id}
    yield Row(Seats, {**ids, **values, "revision": envelope.dporevision})


def delivery(event: NotificationDelivered, envelope: Envelope) -> Iterator[Row]:
    yield letter(event, envelope, seconds=event.seconds, failure=None)


def failure(event: NotificationFailed, envelope: Envelope) -> Iterator[Row]:
    yield letter(event, envelope, seconds=None, failure=event.reason)


def missed(event: SearchMissed, envelope: Envelope) -> Iterator[Row]:
    values = {"lexemes": sorted(event.lexemes), "facets": {name: sorted(codes) for name, codes in sorted(event.facets.items())}}
    ids = {"miss_id": event.miss_id, "revision": envelope.dporevision, "missed_on": today(event.hour)}
    yield Row(Missed, {**ids, **values, "count": event.count})


def letter(event: Event, envelope: Envelope, **outcome: Any) -> Row:
    values = event.model_dump(include={"delivery_id", "rule", "channel"})
    return Row(Letter, {**values, **outcome, "revision": envelope.dporevision, "told_on": today(envelope.time)})


Rows = Callable[[Any, Envelope], Iterator[Row]]
ROWS: Mapping[type[Event], Rows] = {
    OrganisationChanged: organisation,
    ProgrammePublished: programme,
    GroupAnnounced: group,
    GroupChanged: group,
    GroupCancelled: cancellation,
    FrameworkPublished: framework,
    ApplicationSubmitted: submission,
    StatusChanged: status,
    TrainingCompleted: training,
    AssessmentCompleted: measurement,
    RoutePlanned: route,
    RouteAccepted: mark("accepted"),
    RouteStudied: mark("studied"),
    RouteCompleted: closure,
    LearnerChanged: residence,
    SeatsChanged: seats,
    SearchMissed: missed,
    NotificationDelivered: delivery,
    NotificationFailed: failure,
}


def rows_of(event: Event, envelope: Envelope) -> list[Row]:
    """The rows that an event adds to the read models."""
    return list(ROWS[type(event)](event, envelope))
