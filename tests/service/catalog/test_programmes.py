"""A programme's life: drafted, published, withdrawn; and who may touch it. Its versions are tested beside."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import text

from services.catalog.commands.versions import publish_version
from shared.access import Caller, Grant
from shared.contracts.assessment import Competence, FrameworkPublished
from shared.contracts.catalog import ProgrammePublished, ProgrammeWithdrawn
from tests.service.catalog.conftest import Register
from tests.support.service import envelope_of
from tests.support.stage import eventually


async def test_a_draft_is_seen_by_its_provider_and_nobody_else(register: Register) -> None:
    draft = await register.draft()
    assert draft["status"] == "draft"
    assert await register.get(f"/programmes/{draft['id']}", register.specialist)
    stranger = register.service.staff("provider_specialist", uuid4())
    for who in (register.service.guest(), register.service.teacher(), stranger):
        answer = await register.refused("GET", f"/programmes/{draft['id']}", who)
        assert answer.status_code == 404
    assert await register.titles() == []


async def test_a_foreign_programme_answers_exactly_as_an_unknown_one(register: Register) -> None:
    programme = await register.published()
    stranger = register.service.staff("provider_specialist", uuid4())
    bodies = []
    for programme_id in (programme["id"], uuid4()):
        answers = [
            await register.refused("PUT", f"/programmes/{programme_id}", stranger, register.facts()),
            await register.refused("POST", f"/programmes/{programme_id}/withdrawal", stranger, {"reason": "Нет набора"}),
            await register.refused("POST", f"/programmes/{programme_id}/groups", stranger, register.dates()),
        ]
        bodies.append([(answer.status_code, answer.json()) for answer in answers])
    assert bodies[0] == bodies[1]
    assert {status for status, _ in bodies[0]} == {404}


async def test_nobody_writes_programmes_for_a_foreign_provider(register: Register) -> None:
    foreign = await register.organisation()
    answers = [
        await register.refused("POST", "/programmes", register.specialist, register.facts(code="ПК-1-1", provider_id=provider))
        for provider in (foreign["id"], str(uuid4()))
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["errors"][0]["field"] == "provider_id"


async def test_publication_tells_everything_enrolment_and_routes_need(register: Register) -> None:
    first = await register.published(title="Ступень первая")
    audience = {"positions": ["teacher"], "subjects": ["mathematics"], "levels": ["basic_general"]}
    effects = [{"competence": "М2", "share": 0.6}, {"competence": "М1", "share": 0.2}]
    second = await register.published(
        title="Ступень вторая", audience=audience, effects=effects, prerequisites=[first["id"]], approvals=["municipality", "school"]
    )
    said = (await register.service.told(ProgrammePublished))[-1]
    event = said.event()
    assert isinstance(event, ProgrammePublished)
    assert (str(said.subject), said.dporevision) == (second["id"], 3)
    assert event.audience.model_dump() == audience
    assert [(effect.competence, effect.share) for effect in event.effects] == [("М1", 0.2), ("М2", 0.6)]
    assert [str(one) for one in event.prerequisites] == [first["id"]]
    assert event.approvals == ["school", "municipality"]
    card = await register.get(f"/programmes/{second['id']}")
    assert card["prerequisites"] == [{"id": first["id"], "code": first["code"], "title": "Ступень первая"}]
    assert [one["code"] for one in card["competences"]] == ["М2", "М1"]
    assert card["audience"]["subjects"][0]["title"] == "Математика"


async def test_publishing_twice_says_it_once(register: Register) -> None:
    programme = await register.published()
    read = {"version": 1}
    again = await register.done("POST", f"/programmes/{programme['id']}/publication", register.reader, read)
    assert again["revision"] == programme["revision"]
    assert len(await register.service.told(ProgrammePublished)) == 1


async def test_a_withdrawn_programme_keeps_its_page_and_takes_no_groups(register: Register) -> None:
    programme = await register.published()
    body = {"reason": "Программа устарела"}
    await register.done("POST", f"/programmes/{programme['id']}/withdrawal", register.specialist, body)
    await register.done("POST", f"/programmes/{programme['id']}/withdrawal", register.specialist, body)
    said = await register.service.told(ProgrammeWithdrawn)
    assert [one.dporevision for one in said] == [4]
    card = await register.get(f"/programmes/{programme['id']}")
    assert (card["status"], card["withdrawal_reason"]) == ("withdrawn", "Программа устарела")
    assert await register.titles() == []
    refused = await register.refused("POST", f"/programmes/{programme['id']}/groups", register.specialist, register.dates())
    assert (refused.status_code, refused.json()["type"]) == (409, "programme_closed")


async def test_every_wrong_field_gets_its_sentence(register: Register) -> None:
    wrong = register.facts(hours=12, fee=5000, distance_share=0.5, audience={"subjects": ["alchemy"]})
    answer = await register.refused("POST", "/programmes", register.specialist, wrong)
    assert answer.status_code == 422
    errors = {one["field"]: one["message"] for one in answer.json()["errors"]}
    assert set(errors) == {"hours", "fee", "distance_share", "audience.subjects"}
    assert errors["hours"] == "По закону объём программы этого вида — не меньше 16 часов."


async def test_retraining_needs_250_hours(register: Register) -> None:
    short = register.facts(kind="retraining", hours=249, document_kind="retraining_diploma")
    answer = await register.refused("POST", "/programmes", register.specialist, short)
    assert answer.json()["errors"][0]["field"] == "hours"
    assert (await register.draft(kind="retraining", hours=250, document_kind="retraining_diploma"))["hours"] == 250


async def test_an_unfinished_draft_is_not_published(register: Register) -> None:
    draft = await register.draft(annotation="Коротко.", effects=[])
    answer = await register.refused("POST", f"/programmes/{draft['id']}/submission", register.specialist)
    assert {one["field"] for one in answer.json()["errors"]} == {"annotation", "effects"}
    assert await register.service.told(ProgrammePublished) == []


async def test_prerequisites_never_run_in_a_circle(register: Register) -> None:
    first = await register.published()
    second = await register.published(prerequisites=[first["id"]])
    third = await register.published(prerequisites=[second["id"]])
    facts = register.facts(code=first["code"], prerequisites=[third["id"]])
    answer = await register.refused("PUT", f"/programmes/{first['id']}", register.specialist, facts)
    assert answer.json()["errors"] == [
        {"field": "prerequisites", "code": "invalid", "message": "Программы не могут требовать друг друга по кругу."}
    ]


async def test_two_programmes_never_share_a_code(register: Register) -> None:
    programme = await register.draft()
    answer = await register.refused("POST", "/programmes", register.specialist, register.facts(code=programme["code"]))
    assert (answer.status_code, answer.json()["type"]) == (409, "programme_code_taken")


async def test_many_publications_at_once_are_one(register: Register) -> None:
    draft = await register.submitted(await register.draft())
    path, read = f"/programmes/{draft['id']}/publication", {"version": 1}
    answers = await asyncio.gather(*(register.service.call("POST", path, register.reader, json=read) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert [one.dporevision for one in await register.service.told(ProgrammePublished)] == [3]


async def test_a_code_claimed_twice_at_once_is_given_once(register: Register) -> None:
    facts = register.facts()
    answers = await asyncio.gather(*(register.service.call("POST", "/programmes", register.specialist, json=facts) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]


async def test_a_framework_heard_during_a_publication_does_not_hide_the_programme(register: Register) -> None:
    draft = await register.submitted(await register.draft(title="Программа"))
    service = register.service
    competences = [Competence(code="М1", title="Критическое мышление", group="методические", labour_functions=[])]
    frame = FrameworkPublished(framework_id=uuid4(), title="Рамка", version=1, competences=competences)
    operator = Caller("operator", grants=(Grant("operator"),))

    async def somebody_waits() -> bool:
        async with service.app.state.engine.connect() as connection:
            waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            return bool(await connection.scalar(text(waiting)))

    async with service.app.state.sessions.begin() as session:
        await publish_version(session, UUID(draft["id"]), 1, caller=operator, now=datetime.now(UTC))
        hearing = asyncio.create_task(service.hear(envelope_of(frame, subject=frame.framework_id)))
        await eventually(somebody_waits)
    await hearing
    assert await register.titles(q="критическое мышление") == ["Программа"]


async def test_a_nul_is_refused_everywhere(register: Register) -> None:
    body = register.facts(title="Нуль\x00посередине")
    assert (await register.refused("POST", "/programmes", register.specialist, body)).status_code == 422
    assert (await register.refused("GET", "/programmes?q=%00", register.service.guest())).status_code == 422
    assert (await register.refused("GET", "/organisations?q=a%00b", register.service.guest())).status_code == 422


async def test_guests_and_teachers_write_nothing(register: Register) -> None:
    assert (await register.refused("POST", "/programmes", register.service.guest(), register.facts())).status_code == 401
    assert (await register.refused("POST", "/programmes", register.service.teacher(), register.facts())).status_code == 403
    assert (await register.refused("POST", "/organisations", register.specialist, {})).status_code == 403


async def test_a_repeated_intent_makes_one_draft(register: Register) -> None:
    facts = register.facts()
    answers = [await register.service.call("POST", "/programmes", register.specialist, json=facts, key="k1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    listed = await register.get("/own-programmes", register.specialist)
    assert [one["code"] for one in listed["items"]] == [facts["code"]]


async def test_own_programmes_are_the_callers_in_any_state(register: Register) -> None:
    draft, published = await register.draft(), await register.published()
    listed = await register.get("/own-programmes", register.specialist)
    assert [one["id"] for one in listed["items"]] == [draft["id"], published["id"]]
    stranger = register.service.staff("provider_specialist", uuid4())
    assert (await register.get("/own-programmes", stranger))["items"] == []
    first = await register.get("/own-programmes", register.specialist, limit=1)
    rest = await register.get("/own-programmes", register.specialist, limit=1, cursor=first["next"])
    assert [one["id"] for one in rest["items"]] == [published["id"]]
    assert rest["next"] is None
