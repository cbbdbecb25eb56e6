"""Trainings that end and the reviews that follow, as the tests of reviews need them."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from shared.contracts.enrollment import ConsentWithdrawn, PersonMerged, TrainingCompleted
from tests.service.catalog.conftest import Register
from tests.support.service import Person, envelope_of

TEXT = "Разбирали настоящие уроки, наутро применила в пятом классе."
MARKS = {"content": 5, "teacher": 5, "organisation": 4, "usefulness": 5}


def review(**changes: Any) -> dict[str, Any]:
    return {**MARKS, "text": TEXT, **changes}


async def trained(register: Register, programme_id: str, person: UUID, *, outcome: str = "completed") -> UUID:
    """A training that ended; returns the right to review it."""
    right_id = uuid4()
    event = TrainingCompleted.model_validate(
        {
            "application_id": right_id, "person_id": person, "programme_id": programme_id, "provider_id": register.provider_id,
            "group_id": uuid4(), "organisation_id": uuid4(), "oktmo": "75742000", "outcome": outcome, "hours": 36,
            "started_on": date(2026, 9, 1), "ended_on": date(2026, 9, 20), "document_kind": "qualification_certificate",
            "position": "teacher", "subject_group": "mathematics",
        }
    )  # fmt: skip
    await register.service.hear(envelope_of(event, subject=right_id))
    return right_id


async def written(register: Register, programme_id: str, who: Person | None = None, **changes: Any) -> str:
    """A review that waits for its moderator; returns its id."""
    who = who or register.service.teacher()
    assert who.person
    right_id = await trained(register, programme_id, who.person)
    mine = await register.done("POST", f"/me/reviews/{right_id}", who, review(**changes))
    return next(str(one["id"]) for one in mine["written"] if one["right_id"] == str(right_id))


async def decided(register: Register, review_id: str, decision: str = "publish", reason: str | None = None) -> None:
    body = {"decision": decision, "reason": reason}
    answer = await register.service.call("POST", f"/reviews/{review_id}/decision", register.operator, json=body)
    assert answer.status_code == 204, answer.text


async def published(register: Register, programme_id: str, who: Person | None = None, **changes: Any) -> str:
    review_id = await written(register, programme_id, who, **changes)
    await decided(register, review_id)
    return review_id


async def erased(register: Register, person: UUID) -> None:
    event = ConsentWithdrawn(request_id=uuid4(), consent_id=uuid4(), person_id=person, purpose="training", text_version=1, erase=True)
    await register.service.hear(envelope_of(event, subject=event.consent_id, revision=2))


async def merged(register: Register, from_id: UUID, into_id: UUID) -> None:
    event = PersonMerged(from_person_id=from_id, into_person_id=into_id)
    await register.service.hear(envelope_of(event, subject=from_id))


def now() -> datetime:
    return datetime.now(UTC)


async def page(register: Register, programme: dict[str, Any], **asked: Any) -> Any:
    return await register.get(f"/programmes/{programme['id']}/reviews", **asked)
