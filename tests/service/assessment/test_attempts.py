"""An attempt over HTTP: it starts once, takes well-formed answers while its time lasts, and is measured once."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from shared.contracts.assessment import AssessmentCompleted
from tests.service.assessment.conftest import NOTHING, Centre, right_answer
from tests.support.stage import eventually

LACKING = {"МЕТ-2", "ПСИ-1"}


async def test_a_whole_attempt_finds_the_two_lacking_competences_and_no_other(centre: Centre) -> None:
    teacher = centre.service.teacher()
    attempt = await centre.begin(teacher)
    assert (attempt["status"], attempt["answered"], attempt["total"]) == ("running", 0, 65)
    assert 0 < attempt["seconds_left"] <= 120 * 60
    await centre.answer_all(teacher, attempt, lacking=LACKING)
    done = await centre.complete(teacher, attempt)
    assert (done["status"], done["items"], done["seconds_left"]) == ("completed", [], 0)
    lines = await centre.result(teacher, attempt)
    assert len(lines) == 13
    assert {code for code, line in lines.items() if line["verdict"] == "deficit"} == LACKING
    assert {code for code, line in lines.items() if line["verdict"] == "none"} == lines.keys() - LACKING
    for code, line in lines.items():
        assert (line["probability"] > 0.8) == (code in LACKING)
        assert line["percent_low"] <= line["percent"] <= line["percent_high"]
        assert (line["items"], line["items_shown"]) == (5, 5)
        assert (line["level_title"] == "Дефицита нет") == (code not in LACKING)
        assert line["done"] == (0 if code in LACKING else 100)


async def test_the_fact_says_the_same_as_the_result_and_once(centre: Centre) -> None:
    teacher = centre.service.teacher()
    attempt = await centre.begin(teacher)
    await centre.done("PUT", f"/attempts/{attempt['attempt_id']}/difficulties", teacher, {"felt": {"МЕТ-2": 3, "КОМ-1": 0}})
    await centre.answer_all(teacher, attempt, lacking=LACKING)
    await asyncio.gather(*(centre.complete(teacher, attempt) for _ in range(5)))
    [envelope] = await centre.service.told(AssessmentCompleted)
    fact = envelope.event()
    assert isinstance(fact, AssessmentCompleted)
    assert (str(envelope.subject), envelope.dporevision) == (attempt["attempt_id"], 1)
    assert (fact.person_id, fact.procedure_id, fact.purpose, fact.route_id) == (teacher.person, centre.procedure_id, "entry", None)
    assert (fact.calibration, fact.scale) == ("expert-priors-1", "2026-1")
    lines = await centre.result(teacher, attempt)
    for one in fact.results:
        line = lines.pop(one.competence)
        assert (one.estimate, one.probability, one.verdict, one.level) == (
            line["estimate"],
            line["probability"],
            line["verdict"],
            line["level"],
        )
        assert one.percent == round(line["percent"])
    assert lines == {}
    assert {(one.competence, one.felt) for one in fact.difficulties} == {("МЕТ-2", 1.0), ("КОМ-1", 0.0)}


async def test_what_was_felt_does_not_move_the_estimate(centre: Centre) -> None:
    calm, worried = centre.service.teacher(), centre.service.teacher()
    quiet = await centre.measured(calm, lacking=LACKING)
    attempt = await centre.begin(worried)
    felt = {one["competence"]: 3 for one in attempt["difficulties"]}
    await centre.done("PUT", f"/attempts/{attempt['attempt_id']}/difficulties", worried, {"felt": felt})
    await centre.answer_all(worried, attempt, lacking=LACKING)
    await centre.complete(worried, attempt)
    said, unsaid = await centre.result(worried, attempt), await centre.result(calm, quiet)
    assert {code: line["estimate"] for code, line in said.items()} == {code: line["estimate"] for code, line in unsaid.items()}
    assert {line["quadrant"] for line in unsaid.values()} == {None}
    assert {code for code, line in said.items() if line["quadrant"] == "confirmed"} == LACKING
    assert {code for code, line in said.items() if line["quadrant"] == "doubt"} == said.keys() - LACKING


async def test_an_attempt_is_resumed_where_it_was_left(centre: Centre) -> None:
    teacher = centre.service.teacher()
    attempt = await centre.begin(teacher)
    item = attempt["items"][0]
    await centre.answer(teacher, attempt, item, "12,5")
    saved = await centre.answer(teacher, attempt, item, right_answer(centre.items[item["item_id"]]))
    assert (saved["answered"], saved["total"]) == (1, 65)
    again = await centre.begin(teacher)
    assert again == await centre.done("GET", f"/attempts/{attempt['attempt_id']}", teacher) | {"seconds_left": again["seconds_left"]}
    assert again["attempt_id"] == attempt["attempt_id"]
    assert [one["answer"] for one in again["items"] if one["answered_at"]] == [right_answer(centre.items[item["item_id"]])]
    assert [one["options"] for one in again["items"]] == [one["options"] for one in attempt["items"]]
    taken_back = await centre.answer(teacher, attempt, item, None)
    assert taken_back["answered"] == 0


async def test_two_tabs_start_one_attempt(centre: Centre) -> None:
    teacher = centre.service.teacher()
    begun = await asyncio.gather(*(centre.begin(teacher) for _ in range(6)))
    assert len({one["attempt_id"] for one in begun}) == 1
    listed = await centre.done("GET", "/me/attempts", teacher)
    assert [one["attempt_id"] for one in listed["items"]] == [begun[0]["attempt_id"]]


async def test_another_purpose_waits_for_the_running_attempt(centre: Centre) -> None:
    teacher = centre.service.teacher()
    attempt = await centre.begin(teacher)
    studied = centre.studied(teacher.person)
    await centre.service.hear(studied)
    exit_ = {"purpose": "exit", "route_id": str(studied.subject)}
    path = f"/procedures/{centre.procedure_id}/attempts"
    refusal = await centre.refused("POST", path, teacher, exit_, status=409, code="other_attempt_running")
    assert refusal["attempt_id"] == attempt["attempt_id"]


async def test_options_are_shuffled_by_attempt_and_nothing_else_is(centre: Centre) -> None:
    one, two = [await centre.begin(centre.service.teacher()) for _ in range(2)]
    for ours, theirs in zip(one["items"], two["items"], strict=True):
        assert ours["item_id"] == theirs["item_id"]
        assert sorted(o["id"] for o in ours["options"]) == sorted(o["id"] for o in theirs["options"])
    kinds = {kind: [item for item in one["items"] if item["kind"] == kind] for kind in NOTHING}
    others = {item["item_id"]: item["options"] for item in two["items"]}
    for kind, items in kinds.items():
        moved = sum(item["options"] != others[item["item_id"]] for item in items)
        assert (moved > len(items) / 2) if kind in ("choice", "multiple") else moved == 0


WRONG: dict[str, list[Any]] = {
    "choice": ["z", ["a"], 1, {"a": "1"}, True],
    "multiple": ["a", ["a", "a"], ["a", "z"], [1], {"a": "1"}, [["a"]]],
    "matching": [["a"], {"z": "1"}, {"a": "9"}, {"a": "1", "b": "1"}, {"a": 1}, "a"],
    "ordering": [["a"], ["a", "a", "b", "c"], "a", {"a": "1"}, [1, 2]],
    "numeric": ["двенадцать", [1], {"value": 1}, True, "1e400", "--1", "1.2.3", "\u0000"],
}


async def test_a_malformed_answer_of_each_kind_is_refused_in_words(centre: Centre) -> None:
    teacher = centre.service.teacher()
    attempt = await centre.begin(teacher)
    for place, (kind, answers) in enumerate(WRONG.items(), 1):
        item = next(one for one in attempt["items"] if one["kind"] == kind)
        path = f"/attempts/{attempt['attempt_id']}/answers/{item['item_id']}"
        for wrong in answers:
            refusal = await centre.refused("PUT", path, teacher, {"answer": wrong}, status=422, code="invalid")
            assert refusal["errors"][0]["field"] == "answer"
            assert refusal["detail"].endswith(".")
        for body in ({}, {"answer": NOTHING[kind], "extra": 1}):
            await centre.refused("PUT", path, teacher, body, status=422, code="malformed")
        assert (await centre.answer(teacher, attempt, item, NOTHING[kind]))["answered"] == place


async def test_not_a_number_is_not_an_answer(centre: Centre) -> None:
    teacher = centre.service.teacher()
    attempt = await centre.begin(teacher)
    item = next(one for one in attempt["items"] if one["kind"] == "numeric")
    path = f"/attempts/{attempt['attempt_id']}/answers/{item['item_id']}"
    for number in ("NaN", "Infinity", "1" + "0" * 400):
        headers = {**teacher.headers, "content-type": "application/json"}
        answer = await centre.service.client.put(path, content=f'{{"answer": {number}}}', headers=headers)
        assert answer.status_code == 422, (number, answer.text)


async def test_foreign_and_unknown_ids_answer_alike(centre: Centre) -> None:
    owner, stranger = centre.service.teacher(), centre.service.teacher()
    attempt = await centre.begin(owner)
    item = attempt["items"][0]["item_id"]
    answers = []
    for attempt_id, item_id in ((attempt["attempt_id"], item), (str(uuid4()), item)):
        for method, path, body in (
            ("GET", f"/attempts/{attempt_id}", None),
            ("GET", f"/attempts/{attempt_id}/result", None),
            ("PUT", f"/attempts/{attempt_id}/answers/{item_id}", {"answer": ""}),
            ("PUT", f"/attempts/{attempt_id}/difficulties", {"felt": {}}),
            ("POST", f"/attempts/{attempt_id}/completion", None),
            ("POST", f"/attempts/{attempt_id}/items/{item_id}/reports", {"text": "Нет верного ответа."}),
        ):
            answers.append(await centre.refused(method, path, stranger, body, status=404, code="not_found"))
    half = len(answers) // 2
    assert answers[:half] == answers[half:]
    foreign_item = f"/attempts/{attempt['attempt_id']}/answers/{uuid4()}"
    await centre.refused("PUT", foreign_item, owner, {"answer": ""}, status=404, code="not_found")
    for staff in (centre.operator, centre.service.staff("ministry"), centre.service.staff("auditor")):
        await centre.refused("GET", f"/attempts/{attempt['attempt_id']}/result", staff, status=403, code="forbidden")


async def test_without_the_consent_nothing_is_measured(centre: Centre) -> None:
    teacher = centre.service.teacher(None, "training")
    path = f"/procedures/{centre.procedure_id}/attempts"
    refusal = await centre.refused("POST", path, teacher, {"purpose": "entry"}, status=403, code="forbidden")
    assert refusal["consent"] == "assessment"
    assert (await centre.done("GET", "/me/attempts", teacher))["items"] == []
    teacher.person = None
    assert (await centre.done("GET", "/me/competences", teacher))["items"] == []


async def test_time_ends_an_attempt_by_itself(centre: Centre) -> None:
    teacher = centre.service.teacher()
    attempt = await centre.begin(teacher)
    await centre.answer_all(teacher, attempt, lacking=LACKING)
    centre.service.move_clock(minutes=121)

    async def status() -> str:
        shown = await centre.done("GET", f"/attempts/{attempt['attempt_id']}", teacher)
        return str(shown["status"])

    await eventually(status, equals="completed")
    shown = await centre.done("GET", f"/attempts/{attempt['attempt_id']}", teacher)
    assert shown["closed_at"] == attempt["expires_at"]
    path = f"/attempts/{attempt['attempt_id']}/answers/{attempt['items'][0]['item_id']}"
    await centre.refused("PUT", path, teacher, {"answer": ""}, status=409, code="attempt_over")
    await centre.complete(teacher, attempt)
    assert len(await centre.service.told(AssessmentCompleted)) == 1
    assert {code for code, line in (await centre.result(teacher, attempt)).items() if line["verdict"] == "deficit"} == LACKING


async def test_an_attempt_without_answers_measures_nothing(centre: Centre) -> None:
    teacher = centre.service.teacher()
    attempt = await centre.begin(teacher)
    path = f"/attempts/{attempt['attempt_id']}"
    await centre.refused("POST", f"{path}/completion", teacher, status=409, code="nothing_answered")
    await centre.refused("GET", f"{path}/result", teacher, status=409, code="result_not_ready")
    later = datetime.now(UTC) + timedelta(hours=3)
    await centre.service.serve_due(later)
    await centre.service.serve_due(later)
    assert (await centre.done("GET", path, teacher))["status"] == "abandoned"
    await centre.refused("GET", f"{path}/result", teacher, status=409, code="nothing_measured")
    assert await centre.service.told(AssessmentCompleted) == []
    assert (await centre.begin(teacher))["attempt_id"] != attempt["attempt_id"]


async def test_what_was_not_reached_is_not_held_against_anyone(centre: Centre) -> None:
    teacher = centre.service.teacher()
    attempt = await centre.begin(teacher)
    reached = attempt["items"][:33]
    for item in reached:
        await centre.answer(teacher, attempt, item, right_answer(centre.items[item["item_id"]]))
    await centre.complete(teacher, attempt)
    lines = await centre.result(teacher, attempt)
    last = centre.items[attempt["items"][-1]["item_id"]]["competence"]
    assert (lines[last]["verdict"], lines[last]["items"], lines[last]["done"], lines[last]["level"]) == (
        "insufficient",
        0,
        None,
        "not_named",
    )
    assert lines[last]["items_wanted"] > 0
    assert {line["verdict"] for line in lines.values()} == {"none", "insufficient"}


async def test_a_route_belongs_to_the_exit_and_to_it_only(centre: Centre) -> None:
    path = f"/procedures/{centre.procedure_id}/attempts"
    for body in ({"purpose": "exit"}, {"purpose": "entry", "route_id": str(uuid4())}):
        await centre.refused("POST", path, centre.service.teacher(), body, status=422, code="invalid")


async def test_a_procedure_without_interim_items_says_so(centre: Centre) -> None:
    path = f"/procedures/{centre.procedure_id}/attempts"
    await centre.refused("POST", path, centre.service.teacher(), {"purpose": "interim"}, status=409, code="form_missing")
    nowhere = f"/procedures/{uuid4()}/attempts"
    await centre.refused("POST", nowhere, centre.service.teacher(), {"purpose": "entry"}, status=404, code="not_found")


async def test_a_difficulty_has_four_steps(centre: Centre) -> None:
    teacher = centre.service.teacher()
    attempt = await centre.begin(teacher)
    path = f"/attempts/{attempt['attempt_id']}/difficulties"
    for felt in (4, -1, 1.5, "1", True, None):
        await centre.refused("PUT", path, teacher, {"felt": {"МЕТ-2": felt}}, status=422, code="malformed")


async def test_difficulties_are_asked_only_about_the_procedures_competences(centre: Centre) -> None:
    teacher = centre.service.teacher()
    attempt = await centre.begin(teacher)
    path = f"/attempts/{attempt['attempt_id']}/difficulties"
    await centre.refused("PUT", path, teacher, {"felt": {"ЧУЖАЯ": 1}}, status=422, code="invalid")
    await centre.done("PUT", path, teacher, {"felt": {"МЕТ-1": 1, "МЕТ-2": 2}})
    await centre.done("PUT", path, teacher, {"felt": {"МЕТ-2": 3}})
    shown = await centre.done("GET", f"/attempts/{attempt['attempt_id']}", teacher)
    assert {one["competence"]: one["felt"] for one in shown["difficulties"] if one["felt"] is not None} == {"МЕТ-2": 3}
    assert len(shown["difficulties"]) == 13
    assert len(shown["difficulty_scale"]) == 4
