"""A small catalogue and one teacher's measurements, as events."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from shared.contracts import Envelope
from shared.contracts.assessment import AssessmentCompleted, CompetenceResult
from shared.contracts.catalog import Effect, GroupAnnounced, GroupCancelled, ProgrammePublished, ProgrammeWithdrawn
from shared.contracts.enrollment import ApplicationSubmitted, Holder, LearnerChanged, SeatsChanged, StatusChanged, TrainingCompleted
from tests.support.service import envelope_of

NAMES = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
TODAY = datetime.now(UTC).date()
PROVIDER = uuid5(NAMES, "provider")


def named(name: str) -> UUID:
    return uuid5(NAMES, name)


def programme(name: str, *, hours: int = 36, revision: int = 1, **effects: float) -> Envelope:
    event = ProgrammePublished.model_validate(
        {
            "programme_id": named(name),
            "code": name,
            "title": f"Программа {name}",
            "kind": "professional_development",
            "hours": hours,
            "form": "distance",
            "distance_share": 1,
            "audience": {},
            "effects": [Effect(competence=code, share=share) for code, share in effects.items()],
            "provider_id": PROVIDER,
            "funding": "regional",
            "fee": 0,
            "document_kind": "qualification_certificate",
            "approvals": ["school"],
        }
    )
    return envelope_of(event, subject=event.programme_id, revision=revision)


def group(name: str, of: str, *, starts: int = 30, ends: int = 60, revision: int = 1) -> Envelope:
    event = GroupAnnounced.model_validate(
        {
            "group_id": named(name),
            "programme_id": named(of),
            "provider_id": PROVIDER,
            "starts": TODAY + timedelta(days=starts),
            "ends": TODAY + timedelta(days=ends),
            "form": "distance",
            "capacity_asked": 20,
            "enrolment_opens": TODAY,
            "enrolment_closes": TODAY + timedelta(days=starts - 5),
            "funding": "regional",
        }
    )
    return envelope_of(event, subject=event.group_id, revision=revision)


def cancelled(name: str, of: str) -> Envelope:
    return envelope_of(GroupCancelled(group_id=named(name), programme_id=named(of), reason="не набрана"), subject=named(name), revision=2)


def withdrawn(name: str) -> Envelope:
    return envelope_of(ProgrammeWithdrawn(programme_id=named(name), reason="устарела"), subject=named(name), revision=2)


def seats(name: str, *, free: int, revision: int = 1) -> Envelope:
    event = SeatsChanged(group_id=named(name), programme_id=named("?"), capacity=20, held=0, taken=20 - free, waiting=0)
    return envelope_of(event, subject=event.group_id, revision=revision)


def learner(person: UUID, revision: int = 1) -> Envelope:
    event = LearnerChanged(person_id=person, organisation_id=named("school"), oktmo="75742000", position="учитель")
    return envelope_of(event, subject=person, revision=revision)


def measured(person: UUID, *, estimates: dict[str, float], purpose: str = "entry", route: UUID | None = None, day: int = 0) -> Envelope:
    """Estimates per competence around a cut of 0 with an error of 0.3."""
    attempt = uuid5(person, purpose + str(day))
    results = [
        CompetenceResult(
            competence=code,
            estimate=estimate,
            standard_error=0.3,
            items=10,
            percent=50,
            cut=0,
            cut_error=0.1,
            probability=0.95 if estimate < 0 else 0.05,
            severity=max(-estimate, 0.01),
            level="x",
            verdict="deficit" if estimate < 0 else "none",
        )
        for code, estimate in estimates.items()
    ]
    event = AssessmentCompleted.model_validate(
        {
            "attempt_id": attempt,
            "person_id": person,
            "procedure_id": named("procedure"),
            "framework_id": named("framework"),
            "route_id": route,
            "purpose": purpose,
            "completed_at": datetime.now(UTC) + timedelta(days=day),
            "results": results,
            "calibration": "expert-priors-1",
            "scale": "1",
        }
    )
    return envelope_of(event, subject=attempt)


def application(person: UUID, of: str, in_group: str) -> dict[str, Any]:
    return {
        "application_id": uuid5(person, of),
        "number": "ДПО-2026-000001",
        "person_id": person,
        "programme_id": named(of),
        "provider_id": PROVIDER,
        "organisation_id": named("school"),
        "oktmo": "75742000",
        "group_id": named(in_group),
    }


def submitted(person: UUID, of: str, in_group: str) -> Envelope:
    facts = application(person, of, in_group)
    event = ApplicationSubmitted.model_validate({**facts, "groups": [facts["group_id"]], "channel": "suggestion"})
    return envelope_of(event, subject=facts["application_id"], revision=1)


def moved(person: UUID, of: str, in_group: str, to: str, revision: int) -> Envelope:
    facts = application(person, of, in_group)
    more = {"to_status": to, "actor_role": "x", "holder": Holder(role="nobody"), "changed_at": datetime.now(UTC)}
    return envelope_of(StatusChanged.model_validate({**facts, **more}), subject=facts["application_id"], revision=revision)


def trained(person: UUID, of: str, in_group: str) -> Envelope:
    facts = application(person, of, in_group)
    dates = {"started_on": date(2026, 1, 1), "ended_on": TODAY}
    more = {"outcome": "completed", "hours": 36, **dates, "document_kind": "qualification_certificate"}
    return envelope_of(TrainingCompleted.model_validate({**facts, **more}), subject=facts["application_id"], revision=9)
