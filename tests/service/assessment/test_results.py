"""What a person learns about themselves: the newest per competence, what moved, and the second measurement after a route."""

import asyncio
from uuid import UUID, uuid4

from shared.contracts.assessment import AssessmentCompleted, ReassessmentDue
from shared.contracts.enrollment import LearnerChanged
from tests.service.assessment.conftest import Centre, in_bank, right_answer
from tests.support.service import envelope_of

LACKING = {"МЕТ-2", "ПСИ-1"}


async def test_an_exit_after_a_studied_route_shows_what_moved(centre: Centre) -> None:
    teacher = centre.service.teacher()
    first = await centre.measured(teacher, lacking=LACKING)
    studied = centre.studied(teacher.person, attempt=UUID(first["attempt_id"]))
    route = str(studied.subject)
    assert await centre.service.hear(studied, studied) == [True, False]
    [due] = await centre.service.told(ReassessmentDue)
    fact = due.event()
    assert isinstance(fact, ReassessmentDue)
    assert (fact.route_id, fact.person_id, fact.due.isoformat()) == (studied.subject, teacher.person, "2026-11-06")
    [asked] = (await centre.done("GET", "/me/reassessments", teacher))["items"]
    assert (asked["status"], asked["due"], asked["attempt_id"]) == ("waiting", "2026-11-06", None)

    attempt = await centre.begin(teacher, "exit", route_id=route)
    assert not {item["item_id"] for item in attempt["items"]} & {
        item for item in centre.items if centre.items[item]["code"] in entry_codes()
    }
    [asked] = (await centre.done("GET", "/me/reassessments", teacher))["items"]
    assert (asked["status"], asked["attempt_id"]) == ("running", attempt["attempt_id"])
    await centre.answer_all(teacher, attempt, lacking={"ПСИ-1"})
    await centre.complete(teacher, attempt)
    [_, told] = await centre.service.told(AssessmentCompleted)
    exit_ = told.event()
    assert isinstance(exit_, AssessmentCompleted)
    assert (exit_.purpose, exit_.route_id) == ("exit", studied.subject)
    [asked] = (await centre.done("GET", "/me/reassessments", teacher))["items"]
    assert (asked["status"], asked["attempt_id"]) == ("done", attempt["attempt_id"])
    path = f"/procedures/{centre.procedure_id}/attempts"
    await centre.refused("POST", path, teacher, {"purpose": "exit", "route_id": route}, status=409, code="route_measured")

    shown = {one["competence"]: one for one in (await centre.done("GET", "/me/competences", teacher))["items"]}
    assert list(shown) == [one["code"] for one in (await centre.done("GET", "/framework", teacher))["competences"]]
    closed, still, fine = shown["МЕТ-2"], shown["ПСИ-1"], shown["МЕТ-1"]
    assert (closed["verdict"], still["verdict"], fine["verdict"]) == ("none", "deficit", "none")
    assert closed["change"]["difference"] > 2
    assert closed["change"]["grew"] > 0.99
    assert abs(still["change"]["difference"]) < still["change"]["error"]
    assert [one["verdict"] for one in closed["history"]] == ["deficit", "none"]
    assert [one["purpose"] for one in closed["history"]] == ["entry", "exit"]
    assert closed["attempt_id"] == attempt["attempt_id"]


def entry_codes() -> set[str]:
    return set(in_bank("procedure.json")["forms"]["entry"])


async def test_an_exit_needs_the_own_route_through_this_procedure(centre: Centre) -> None:
    teacher, other = centre.service.teacher(), centre.service.teacher()
    studied = centre.studied(other.person)
    await centre.service.hear(studied)
    path = f"/procedures/{centre.procedure_id}/attempts"
    answers = [
        await centre.refused("POST", path, teacher, {"purpose": "exit", "route_id": str(route)}, status=409, code="route_not_studied")
        for route in (studied.subject, uuid4())
    ]
    assert answers[0] == answers[1]
    assert (await centre.done("GET", "/me/reassessments", teacher))["items"] == []
    assert (await centre.done("GET", "/me/competences", teacher))["items"] == []


async def test_two_exits_at_once_are_one(centre: Centre) -> None:
    teacher = centre.service.teacher()
    studied = centre.studied(teacher.person)
    await centre.service.hear(studied)
    begun = await asyncio.gather(*(centre.begin(teacher, "exit", route_id=str(studied.subject)) for _ in range(4)))
    assert len({one["attempt_id"] for one in begun}) == 1


async def test_the_passport_describes_a_sample_and_never_a_person(centre: Centre) -> None:
    path = f"/procedures/{centre.procedure_id}/passport"
    teachers = [centre.service.teacher() for _ in range(6)]
    for place, teacher in enumerate(teachers):
        event = LearnerChanged(person_id=teacher.person or uuid4(), position="teacher" if place < 5 else "methodist", oktmo="75742000")
        await centre.service.hear(envelope_of(event, subject=event.person_id))
        attempt = await centre.begin(teacher)
        for item in attempt["items"][: 5 + place]:
            await centre.answer(
                teacher, attempt, item, "" if item["kind"] in ("choice", "numeric") else {} if item["kind"] == "matching" else []
            )
        await centre.complete(teacher, attempt)
        shown = await centre.done("GET", path, centre.operator)
        if place < 4:
            assert (shown["persons"], shown["positions"], shown["competences"]) == (None, [], [])
    assert (shown["persons"], shown["standing"]) == (6, "expert")
    assert shown["positions"] == [{"position": "teacher", "persons": 5}]
    [trust, *_] = shown["competences"]
    assert (trust["competence"], trust["measurements"], trust["verdicts"]["deficit"]) == ("ПРЕД-1", 6, 6)
    assert 0.5 <= trust["decision_accuracy"] <= 1
    assert len(shown["competences"]) == 2


async def test_the_passport_counts_persons_not_their_repeated_attempts(centre: Centre) -> None:
    persistent, others = centre.service.teacher(), [centre.service.teacher() for _ in range(4)]
    for teacher, answered in (*((persistent, 6) for _ in range(5)), *((other, 5) for other in others)):
        attempt = await centre.begin(teacher)
        for item in attempt["items"][:answered]:
            await centre.answer(teacher, attempt, item, right_answer(centre.items[item["item_id"]]))
        await centre.complete(teacher, attempt)
    shown = await centre.done("GET", f"/procedures/{centre.procedure_id}/passport", centre.operator)
    assert [(one["competence"], one["measurements"]) for one in shown["competences"]] == [("ПРЕД-1", 9)]  # one person alone got further
