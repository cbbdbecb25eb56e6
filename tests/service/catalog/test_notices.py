"""Notices of assessment procedures: published by their organiser, over on their last day, tied to a procedure that is known."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.contracts.assessment import ProcedurePublished
from tests.service.catalog.conftest import Register, day
from tests.support.service import envelope_of

ANOTHER = {"code": "other", "kind": "provider", "name": "Другой институт", "short_name": "ДИ"}
REASON = {"reason": "Эксперты не смогут приехать"}


def facts(register: Register, **changes: Any) -> dict[str, Any]:
    return {
        "organiser_id": str(register.provider_id),
        "title": "Оценка методической компетенции",
        "measures": "Умение строить урок от результата.",
        "minutes": 90,
        "result_visible_to": "Только участник.",
        "opens": day(3),
        "closes": day(10),
        "registration": "По заявке на портале.",
        "link": "https://registration.example/1",
    } | changes


async def published(register: Register, **changes: Any) -> dict[str, Any]:
    notice = await register.done("POST", "/notices", register.specialist, facts(register, **changes))
    return await register.done("POST", f"/notices/{notice['id']}/publication", register.specialist)


async def test_a_published_notice_is_listed_with_its_organiser(register: Register) -> None:
    notice = await published(register)
    listed = (await register.get("/notices"))["items"]
    assert [(one["id"], one["organiser"]["short_name"]) for one in listed] == [(notice["id"], "ИРО")]
    assert (await register.get("/notices", when="past"))["items"] == []
    assert (await register.get("/notices", organiser=str(uuid4())))["items"] == []


async def test_notices_are_counted_by_organiser_and_competence_each_under_the_other_filter(register: Register) -> None:
    other = (await register.done("POST", "/organisations", register.operator, {**ANOTHER}))["id"]
    measured = {"МЕТ-1": str(register.provider_id), "ПРЕД-4": str(register.provider_id), "МЕТ-1 ПРЕД-4": other}
    for codes, organiser in measured.items():
        notice = await register.done(
            "POST", "/notices", register.operator, facts(register, organiser_id=organiser, competences=codes.split())
        )
        await register.done("POST", f"/notices/{notice['id']}/publication", register.operator)

    async def counts(**filters: Any) -> tuple[int, dict[str, int], dict[str, int]]:
        found = await register.get("/notices", **filters)
        said = ({one["value"]: one["count"] for one in found["facets"][facet]} for facet in ("organiser", "competence"))
        return (found["total"], *said)

    mine = str(register.provider_id)
    assert await counts() == (3, {mine: 2, other: 1}, {"МЕТ-1": 2, "ПРЕД-4": 2})
    assert await counts(competence="МЕТ-1") == (2, {mine: 1, other: 1}, {"МЕТ-1": 2, "ПРЕД-4": 2})
    assert await counts(organiser=other) == (1, {mine: 2, other: 1}, {"МЕТ-1": 1, "ПРЕД-4": 1})
    assert await counts(organiser=other, competence="ПРЕД-4") == (1, {mine: 1, other: 1}, {"МЕТ-1": 1, "ПРЕД-4": 1})
    nobody = str(uuid4())
    assert await counts(organiser=nobody) == (0, {mine: 2, other: 1, nobody: 0}, {"МЕТ-1": 0, "ПРЕД-4": 0})
    assert await counts(when="past") == (0, {}, {})
    (empty,) = (await register.get("/notices", when="past", organiser=other))["facets"]["organiser"]
    assert empty == {"value": other, "title": "ДИ", "count": 0, "chosen": True}


async def test_a_notice_names_a_procedure_that_assessment_published(register: Register) -> None:
    procedure = uuid4()
    unknown = await register.refused("POST", "/notices", register.specialist, facts(register, procedure_id=str(procedure)))
    assert [one["field"] for one in unknown.json()["errors"]] == ["procedure_id"]
    event = ProcedurePublished(
        procedure_id=procedure,
        title="Диагностика",
        organiser_id=UUID(str(register.provider_id)),
        framework_id=uuid4(),
        competences=[],
        minutes=120,
        result_visible_to="Только вы",
    )
    await register.service.hear(envelope_of(event, subject=procedure))
    assert (await published(register, procedure_id=str(procedure)))["procedure_id"] == str(procedure)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"closes": day(1)}, "closes"),
        ({"opens": day(-9), "closes": day(-3)}, "closes"),
        ({"opens": day(2000), "closes": day(2001)}, "opens"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 2000}, "minutes"),
        ({"measures": ""}, "measures"),
        ({"registration": " "}, "registration"),
        ({"result_visible_to": ""}, "result_visible_to"),
        ({"link": "ftp://registration.example"}, "link"),
        ({"organiser_id": str(uuid4())}, "organiser_id"),
    ],
)
async def test_what_cannot_be_is_named_at_its_field(register: Register, changes: dict[str, Any], field: str) -> None:
    answer = await register.refused("POST", "/notices", register.specialist, facts(register, **changes))
    assert [one["field"] for one in answer.json()["errors"]] == [field]


async def test_a_cancelled_notice_keeps_its_card_with_the_reason(register: Register) -> None:
    notice = await published(register)
    for _ in range(2):
        await register.done("POST", f"/notices/{notice['id']}/cancellation", register.specialist, REASON)
    assert (await register.get("/notices"))["items"] == []
    card = await register.get(f"/notices/{notice['id']}")
    assert (card["status"], card["cancellation_reason"]) == ("cancelled", REASON["reason"])
    late = await register.refused("PUT", f"/notices/{notice['id']}", register.specialist, facts(register))
    assert late.json()["type"] == "notice_cancelled"


async def test_a_foreign_notice_is_as_unknown_as_none(register: Register) -> None:
    draft = await register.done("POST", "/notices", register.specialist, facts(register))
    stranger = register.service.staff("provider_specialist", uuid4())
    unknown = await register.refused("GET", f"/notices/{uuid4()}", stranger)
    assert (await register.refused("GET", f"/notices/{draft['id']}", stranger)).json() == unknown.json()
    assert (await register.refused("POST", f"/notices/{draft['id']}/publication", stranger)).status_code == 404
    assert (await register.refused("POST", "/notices", register.service.teacher(), facts(register))).status_code == 403


async def test_the_database_holds_what_the_rules_say_of_notices(register: Register) -> None:
    await published(register)
    await register.forbids(
        "UPDATE notice SET closes = opens - 1",
        "UPDATE notice SET minutes = 0",
        "UPDATE notice SET link = 'http://x.example'",
        "UPDATE notice SET status = 'cancelled'",
        "UPDATE notice SET published_at = NULL",
        "UPDATE notice SET procedure_id = gen_random_uuid()",
        "UPDATE notice SET organiser_id = gen_random_uuid()",
    )
