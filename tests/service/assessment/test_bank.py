"""What enters the bank can measure; what was used stays as it was; no key ever leaves."""

import copy
import json
from typing import Any
from uuid import uuid4

import pytest

from shared import migrations
from shared.contracts.assessment import FrameworkPublished, ProcedurePublished
from shared.contracts.catalog import OrganisationChanged
from tests.service.assessment.conftest import Centre, bank_items, in_bank
from tests.support.servers import Servers
from tests.support.service import Person, envelope_of


async def test_migrations_make_what_the_tables_say(servers: Servers) -> None:
    await migrations.check("assessment", await servers.database("assessment"))


async def test_the_framework_and_the_procedure_are_told_as_they_are_shown(centre: Centre) -> None:
    guest = centre.service.guest()
    framework = await centre.done("GET", "/framework", guest)
    stated = in_bank("framework.json")
    assert (framework["title"], framework["version"]) == (stated["title"], 1)
    assert framework["competences"] == stated["competences"]
    [told] = [one.event() for one in await centre.service.told(FrameworkPublished)]
    assert isinstance(told, FrameworkPublished)
    assert [one.code for one in told.competences] == [one["code"] for one in stated["competences"]]
    card = await centre.done("GET", f"/procedures/{centre.procedure_id}", guest)
    [listed] = (await centre.done("GET", "/procedures", guest))["items"]
    assert listed == {name: card[name] for name in listed}
    assert card["items"] == {"entry": 65, "exit": 65}
    assert [one["code"] for one in card["competences"]] == [one["code"] for one in stated["competences"]]
    assert card["difficulties"] == in_bank("procedure.json")["difficulties"]
    assert card["samples"] == in_bank("procedure.json")["samples"]
    [said] = [one.event() for one in await centre.service.told(ProcedurePublished)]
    assert isinstance(said, ProcedurePublished)
    assert (said.minutes, len(said.competences), said.procedure_id) == (120, 13, centre.procedure_id)


async def test_the_organiser_is_called_by_its_newest_name(centre: Centre) -> None:
    card = await centre.done("GET", f"/procedures/{centre.procedure_id}", centre.service.guest())
    assert card["organiser"] is None
    names = []
    for revision, name in ((2, "ЦОПМКП"), (1, "Центр")):
        event = OrganisationChanged.model_validate(
            {
                "organisation_id": card["organiser_id"],
                "kind": "assessment_centre",
                "name": name,
                "short_name": name,
                "valid_from": "2026-01-01",
                "status": "active",
            }
        )
        await centre.service.hear(envelope_of(event, subject=event.organisation_id, revision=revision))
        names.append((await centre.done("GET", f"/procedures/{centre.procedure_id}", centre.service.guest()))["organiser"])
    assert names == ["ЦОПМКП", "ЦОПМКП"]


async def test_sending_the_bank_again_changes_nothing(centre: Centre) -> None:
    body = {"framework_id": str(centre.framework_id), "items": bank_items()}
    again = await centre.done("POST", "/items", centre.operator, body)
    assert {one["standing"] for one in again["items"]} == {"unchanged"}
    assert [one["item_id"] for one in again["items"]] == list(centre.items)


async def test_a_corrected_item_is_asked_only_after_the_next_publication(centre: Centre) -> None:
    teacher = centre.service.teacher()
    attempt = await centre.begin(teacher)
    corrected = next(item for item in bank_items() if item["code"] == "КОМ-1-01") | {"stem": "Исправленное условие задания про разговор."}
    body = {"framework_id": str(centre.framework_id), "items": [corrected]}
    [stored] = (await centre.done("POST", "/items", centre.operator, body))["items"]
    assert (stored["standing"], stored["revision"]) == ("replaced", 2)
    resumed = await centre.begin(teacher)
    other = await centre.begin(centre.service.teacher())
    next_one = await centre.done("PUT", f"/procedures/{centre.procedure_id}", centre.operator, centre.procedure(minutes=90))
    assert next_one["revision"] == 2
    third = await centre.begin(centre.service.teacher())
    asked = [stored["item_id"] in {item["item_id"] for item in one["items"]} for one in (attempt, resumed, other, third)]
    assert asked == [False, False, False, True]
    assert [one.dporevision for one in await centre.service.told(ProcedurePublished)] == [1, 2]


async def test_the_next_version_of_a_framework_leaves_results_with_the_old_one(centre: Centre) -> None:
    teacher = centre.service.teacher()
    attempt = await centre.measured(teacher)
    stricter = in_bank("framework.json")
    stricter["competences"][0] |= {"cut": 3.0, "title": "Новое название"}
    framework = await centre.done("PUT", f"/frameworks/{centre.framework_id}", centre.operator, stricter)
    assert framework["version"] == 2
    before = await centre.result(teacher, attempt)
    assert (before["ПРЕД-1"]["cut"], before["ПРЕД-1"]["verdict"]) == (-0.1, "none")
    assert before["ПРЕД-1"]["title"] != "Новое название"
    await centre.done("PUT", f"/procedures/{centre.procedure_id}", centre.operator, centre.procedure())
    after = await centre.result(teacher, await centre.measured(teacher))
    assert (after["ПРЕД-1"]["cut"], after["ПРЕД-1"]["verdict"], after["ПРЕД-1"]["title"]) == (3.0, "deficit", "Новое название")


def spoilt(item: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return copy.deepcopy(item) | changes


async def test_an_item_that_can_not_be_scored_is_refused_with_all_its_company(centre: Centre) -> None:
    by_kind = {item["kind"]: item | {"code": f"НОВОЕ-{item['kind']}"} for item in bank_items()}
    wrong = [
        spoilt(by_kind["choice"], key="z"),
        spoilt(by_kind["multiple"], key=[]),
        spoilt(by_kind["matching"], key={"a": "1"}),
        spoilt(by_kind["ordering"], key=[option["id"] for option in by_kind["ordering"]["options"]]),
        spoilt(by_kind["numeric"], key={"value": "много"}),
        spoilt(by_kind["numeric"], key={"value": 1, "unit": "м\x00"}),
        spoilt(by_kind["numeric"], key={"value": 1, "unit": 5}),
        spoilt(by_kind["numeric"], key={"value": 1, "tolerence": 0.1}),
        spoilt(by_kind["choice"], competence="ЧУЖАЯ"),
        spoilt(by_kind["choice"], targets=[{"id": "1", "text": "лишний столбец"}]),
        spoilt(by_kind["choice"], options=[{"id": "a", "text": "один"}, {"id": "a", "text": "два"}]),
    ]
    for item in wrong:
        body = {"framework_id": str(centre.framework_id), "items": [spoilt(by_kind["choice"], code="ЦЕЛОЕ"), item]}
        refusal = await centre.refused("POST", "/items", centre.operator, body, status=422, code="invalid")
        assert [one["field"] for one in refusal["errors"]] == ["items.1"]
    whole = {"framework_id": str(centre.framework_id), "items": [spoilt(by_kind["choice"], code="ЦЕЛОЕ")]}
    assert (await centre.done("POST", "/items", centre.operator, whole))["items"][0]["standing"] == "added"


async def test_a_group_of_competences_fits_into_what_is_told_of_it(centre: Centre) -> None:
    stated = in_bank("framework.json")
    stated["competences"][0]["group"] = "г" * 101
    refusal = await centre.refused("POST", "/frameworks", centre.operator, stated, status=422, code="malformed")
    assert [one["field"] for one in refusal["errors"]] == ["competences.0.group"]
    stated["competences"][0]["group"] = "г" * 100
    await centre.done("POST", "/frameworks", centre.operator, stated)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda forms: forms["entry"].append("НЕТ-1"), "forms.entry"),
        (lambda forms: forms["entry"].append(forms["entry"][0]), "forms.entry"),
        (lambda forms: forms["exit"].append(forms["entry"][0]), "forms.exit"),
        (lambda forms: forms.update(exit=forms["exit"][:2] + forms["exit"][5:]), "forms.exit"),
        (lambda forms: forms.update(exit=forms["exit"][5:]), "forms.exit"),
        (lambda forms: forms.pop("entry"), "forms"),
    ],
    ids=["unknown", "twice", "shared", "two of a kind", "one missing", "no entry"],
)
async def test_a_form_that_can_not_measure_is_refused(centre: Centre, change: Any, field: str) -> None:
    body = centre.procedure()
    change(body["forms"])
    refusal = await centre.refused("POST", "/procedures", centre.operator, body, status=422, code="invalid")
    assert field in [one["field"] for one in refusal["errors"]]


async def test_a_sample_that_is_an_item_of_the_bank_is_refused(centre: Centre) -> None:
    [item, *_] = in_bank("items/КОМ-1.json")
    sample = {"stem": item["stem"], "answer": "Так", "explanation": "Потому что"}
    body = centre.procedure(samples=[sample])
    refusal = await centre.refused("PUT", f"/procedures/{centre.procedure_id}", centre.operator, body, status=422, code="invalid")
    assert [one["field"] for one in refusal["errors"]] == ["samples"]
    sample["stem"] += " Объясните."
    changed = await centre.done("PUT", f"/procedures/{centre.procedure_id}", centre.operator, body)
    assert [one["options"] for one in changed["samples"]] == [[]]


async def test_only_methodists_write_and_an_assessor_changes_only_their_procedure(centre: Centre) -> None:
    for who in (centre.service.guest(), centre.service.teacher(), centre.service.staff("auditor"), centre.service.staff("expert", uuid4())):
        for path, body in (("/frameworks", in_bank("framework.json")), ("/procedures", centre.procedure())):
            answer = await centre.service.call("POST", path, who, json=body)
            assert answer.status_code == (401 if who.subject == "guest" else 403)
    path, body = f"/procedures/{centre.procedure_id}", centre.procedure()
    assert (await centre.done("PUT", path, centre.service.staff("assessor", centre.procedure_id), body))["revision"] == 2
    await centre.refused("PUT", path, centre.service.staff("assessor", uuid4()), body, status=404, code="not_found")
    await centre.refused("GET", f"{path}/passport", centre.service.staff("assessor", uuid4()), status=404, code="not_found")


async def test_an_item_report_reaches_the_methodist_without_its_author(centre: Centre) -> None:
    teacher = centre.service.teacher()
    attempt = await centre.begin(teacher)
    path = f"/attempts/{attempt['attempt_id']}/items/{attempt['items'][0]['item_id']}/reports"
    first = await centre.done("POST", path, teacher, {"text": "Верных ответов два."})
    second = await centre.done("POST", path, teacher, {"text": "Верных ответов два: второй и третий."})
    assert first == second
    answer = await centre.service.call("GET", "/item-reports", centre.service.staff("assessor", centre.procedure_id))
    [report] = answer.json()["items"]
    assert (report["text"], report["code"]) == ("Верных ответов два: второй и третий.", "ПРЕД-1-01")
    assert str(teacher.person) not in answer.text
    assert attempt["attempt_id"] not in answer.text
    foreign = await centre.done("GET", "/item-reports", centre.service.staff("assessor", uuid4()))
    assert foreign["items"] == []
    await centre.refused("POST", path, teacher, {"text": "а\u0000бвгд"}, status=422, code="malformed")


def everything_in(node: Any) -> list[Any]:
    """A JSON document and all its parts."""
    parts = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
    return [node, *(deeper for part in parts for deeper in everything_in(part))]


async def test_no_answer_of_the_service_carries_a_key(centre: Centre) -> None:
    """Every operation open to a teacher or a guest, scanned with the bank itself: rationales, sources, keys, and names of such fields."""
    teacher = centre.service.teacher()
    attempt = await centre.begin(teacher)
    ids = {
        "procedure_id": centre.procedure_id,
        "attempt_id": attempt["attempt_id"],
        "item_id": next(item["item_id"] for item in attempt["items"] if item["kind"] == "numeric"),
    }
    said: list[str] = []
    asked: set[tuple[str, str]] = set()

    async def ask(method: str, path: str, body: Any = None, *, who: Person = teacher) -> None:
        asked.add((method.lower(), path))
        said.append((await centre.service.call(method, path.format(**ids), who, json=body)).text)

    base = "/attempts/{attempt_id}"
    await ask("POST", "/procedures/{procedure_id}/attempts", {"purpose": "entry"})
    for answer in ("нечто", "1"):
        await ask("PUT", f"{base}/answers/{{item_id}}", {"answer": answer})
    await ask("PUT", f"{base}/difficulties", {"felt": {"МЕТ-1": 2}})
    await ask("POST", f"{base}/items/{{item_id}}/reports", {"text": "Проверьте условие."})
    await ask("GET", base)
    await ask("POST", f"{base}/completion")
    for path in (base, f"{base}/result", "/me/competences", "/me/attempts", "/me/reassessments"):
        await ask("GET", path)
    for path in ("/procedures/{procedure_id}", "/procedures", "/framework"):
        await ask("GET", path)
    paths = centre.service.app.openapi()["paths"]
    open_to_all = {(m, path) for path, one in paths.items() for m, op in one.items() if {"teacher", "guest"} & set(op.get("x-roles", []))}
    assert asked == open_to_all
    await ask("GET", "/item-reports", who=centre.operator)
    await ask("POST", "/items", {"framework_id": str(centre.framework_id), "items": bank_items()[:3]}, who=centre.operator)
    texts = "\n".join(said)
    for written in bank_items():
        assert json.dumps(written["rationale"], ensure_ascii=False)[1:-1] not in texts
        assert json.dumps(written["source"], ensure_ascii=False)[1:-1] not in texts
    parts = [part for text in said for part in everything_in(json.loads(text))]
    names = {name for part in parts if isinstance(part, dict) for name in part}
    assert not names & {"key", "right", "correct", "top", "tolerance", "wide", "value", "source", "rationale", "difficulty"}
    keys = [item["key"] for item in bank_items() if not isinstance(item["key"], str)]
    assert not [part for part in parts if part in keys]
