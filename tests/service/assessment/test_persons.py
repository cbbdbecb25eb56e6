"""What others say about persons counts in any order; an erased person stays erased."""

import asyncio
from datetime import UTC, datetime
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlmodel import SQLModel

from services.assessment.subscribers import HEARS
from services.assessment.tables import (
    Attempt,
    AttemptItem,
    Difficulty,
    ErasedPerson,
    ItemReport,
    Learner,
    PersonAlias,
    Reassessment,
    Result,
)
from shared.contracts import Envelope
from shared.contracts.assessment import AssessmentCompleted, ReassessmentDue
from shared.contracts.enrollment import ConsentPurpose, ConsentWithdrawn, LearnerChanged, PersonMerged
from shared.contracts.erasure import AssessmentPersonErased
from tests.service.assessment.conftest import Centre
from tests.support.service import Person, envelope_of

ABOUT_PERSONS: tuple[type[SQLModel], ...] = (Attempt, AttemptItem, Difficulty, Result, ItemReport, Reassessment, Learner)


async def rows(centre: Centre, *tables: type[SQLModel]) -> dict[str, list[Any]]:
    """Everything in some tables, in a stable order."""
    async with centre.service.app.state.engine.connect() as connection:
        return {
            table.__name__: sorted(map(tuple, (await connection.execute(select(table.__table__))).all()), key=repr)  # type: ignore[attr-defined]
            for table in tables
        }


def changed(person: UUID, revision: int, position: str) -> Envelope:
    return envelope_of(LearnerChanged(person_id=person, position=position, oktmo="75742000"), subject=person, revision=revision)


def withdrawn(person: UUID, *, erase: bool, purpose: ConsentPurpose = "assessment", at: datetime | None = None) -> Envelope:
    ids = {"request_id": uuid4(), "consent_id": uuid4(), "person_id": person}
    event = ConsentWithdrawn(**ids, purpose=purpose, text_version=1, erase=erase)
    return envelope_of(event, subject=event.consent_id, revision=2, at=at)


def merged(former: UUID, kept: UUID) -> Envelope:
    return envelope_of(PersonMerged(from_person_id=former, into_person_id=kept), subject=former)


def again(envelope: Envelope) -> Envelope:
    """The same fact in an envelope of its own, so that another order can be heard."""
    return envelope.model_copy(update={"id": uuid4()})


async def start_afresh(centre: Centre, *tables: type[SQLModel]) -> None:
    async with centre.service.app.state.sessions.begin() as session:
        for table in tables:
            await session.execute(table.__table__.delete())  # type: ignore[attr-defined]


async def test_any_order_of_facts_leads_to_the_same_rows(centre: Centre) -> None:
    person = uuid4()
    facts = [changed(person, 1, "teacher"), changed(person, 3, "methodist"), changed(person, 2, "head"), centre.studied(person)]
    seen = []
    for order in permutations(facts):
        await centre.service.hear(*map(again, order))
        seen.append(await rows(centre, Learner, Reassessment))
        await start_afresh(centre, Learner, Reassessment)
    assert seen == [seen[0]] * 24
    assert seen[0]["Learner"] == [(person, "methodist", "75742000", 3)]
    assert len(seen[0]["Reassessment"]) == 1


async def test_any_order_of_merging_and_erasing_leaves_nobody(centre: Centre) -> None:
    former, kept = uuid4(), uuid4()
    for gone in (former, kept):
        facts = [merged(former, kept), withdrawn(gone, erase=True), centre.studied(former), changed(former, 1, "teacher")]
        for order in permutations(facts):
            await centre.service.hear(*map(again, order))
            assert not any((await rows(centre, *ABOUT_PERSONS)).values()), [one.type for one in order]
            await start_afresh(centre, PersonAlias, ErasedPerson)


async def test_what_comes_while_records_are_merged_is_about_the_one_person(centre: Centre) -> None:
    for erased in (True, False):
        former, kept = centre.service.teacher(), centre.service.teacher()
        assert former.person
        assert kept.person
        await centre.measured(former)
        told = merged(former.person, kept.person)
        later = withdrawn(former.person, erase=True) if erased else centre.studied(former.person)
        async with centre.service.app.state.sessions.begin() as session:
            await HEARS[PersonMerged](told.event(), told, session)
            hearing = asyncio.create_task(centre.service.hear(later))
            await asyncio.wait({hearing}, timeout=1)
        await hearing
        left = await rows(centre, Attempt, Reassessment)
        assert {row[1] for found in left.values() for row in found} in (set(), {kept.person})
        assert bool(left["Attempt"]) == bool(left["Reassessment"]) == (not erased)


async def test_chains_of_merged_records_end_in_one_person(centre: Centre) -> None:
    first, second, third = uuid4(), uuid4(), uuid4()
    facts = [merged(first, second), merged(second, third), centre.studied(first)]
    for order in permutations(facts):
        await centre.service.hear(*map(again, order))
        [row] = (await rows(centre, Reassessment))["Reassessment"]
        assert row[1] == third
        await start_afresh(centre, PersonAlias, Reassessment)


async def test_a_merged_person_goes_on_under_either_id(centre: Centre) -> None:
    former, kept = centre.service.teacher(), centre.service.teacher()
    measured = await centre.measured(former, lacking={"МЕТ-2"})
    dropped, running = await centre.begin(former), await centre.begin(kept)
    assert former.person
    assert kept.person
    await centre.service.hear(merged(former.person, kept.person))
    for who in (former, kept):
        listed = [one["attempt_id"] for one in (await centre.done("GET", "/me/attempts", who))["items"]]
        assert listed == [running["attempt_id"], measured["attempt_id"]]
        assert (await centre.result(who, measured))["МЕТ-2"]["verdict"] == "deficit"
    await centre.refused("GET", f"/attempts/{dropped['attempt_id']}", former, status=404, code="not_found")


async def fully_known(centre: Centre) -> tuple[Person, dict[str, Any]]:
    """A teacher about whom there is a row in every table."""
    teacher = centre.service.teacher()
    assert teacher.person
    attempt = await centre.begin(teacher)
    item = attempt["items"][0]["item_id"]
    base = f"/attempts/{attempt['attempt_id']}"
    await centre.done("POST", f"{base}/items/{item}/reports", teacher, {"text": "Проверьте условие."})
    await centre.done("PUT", f"{base}/difficulties", teacher, {"felt": {"МЕТ-1": 2}})
    await centre.answer(teacher, attempt, attempt["items"][0], "1")
    await centre.complete(teacher, attempt)
    await centre.service.hear(changed(teacher.person, 1, "teacher"), centre.studied(teacher.person))
    return teacher, attempt


async def test_an_erased_person_leaves_no_row_and_late_facts_change_nothing(centre: Centre) -> None:
    teacher, attempt = await fully_known(centre)
    assert teacher.person
    assert all((await rows(centre, *ABOUT_PERSONS)).values())
    await centre.begin(teacher)
    request = withdrawn(teacher.person, erase=True, purpose="training")
    assert await centre.service.hear(request, request, again(request)) == [True, False, True]
    assert not any((await rows(centre, *ABOUT_PERSONS)).values())
    [answer] = await centre.service.told(AssessmentPersonErased)
    event = answer.event()
    assert isinstance(event, AssessmentPersonErased)
    assert (event.service, event.person_id, answer.subject) == ("assessment", teacher.person, event.request_id)
    assert event.erased == {"attempts": 2, "results": 13, "reassessments": 1, "learners": 1}
    await centre.service.hear(changed(teacher.person, 2, "teacher"), centre.studied(teacher.person))
    path = f"/procedures/{centre.procedure_id}/attempts"
    refusal = await centre.refused("POST", path, teacher, {"purpose": "entry"}, status=403, code="forbidden")
    assert refusal["consent"] == "assessment"
    await centre.service.serve_due(datetime.fromisoformat("2031-01-01T00:00:00+00:00"))
    assert not any((await rows(centre, *ABOUT_PERSONS)).values())
    assert len(await centre.service.told(ReassessmentDue)) == 1
    assert len(await centre.service.told(AssessmentCompleted)) == 1
    await centre.refused("GET", f"/attempts/{attempt['attempt_id']}/result", teacher, status=404, code="not_found")


async def test_a_withdrawn_consent_stops_what_runs_and_keeps_what_was_measured(centre: Centre) -> None:
    teacher = centre.service.teacher()
    assert teacher.person
    before = datetime.now(UTC)
    measured = await centre.measured(teacher)
    running = await centre.begin(teacher)
    await centre.service.hear(withdrawn(teacher.person, erase=False, purpose="training"))
    late = withdrawn(teacher.person, erase=False, at=before)
    await centre.service.hear(late)
    assert (await centre.done("GET", f"/attempts/{running['attempt_id']}", teacher))["status"] == "running"
    await centre.service.hear(withdrawn(teacher.person, erase=False))
    await centre.refused("GET", f"/attempts/{running['attempt_id']}", teacher, status=404, code="not_found")
    assert (await centre.result(teacher, measured))["МЕТ-2"]["verdict"] == "none"
