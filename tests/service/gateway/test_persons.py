"""Consents, merged and erased persons, as the door knows them."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from gateway.commands.erasures import answer_erasures
from gateway.subscribers import HEARS
from shared.contracts.enrollment import ConsentGranted, ConsentWithdrawn, LearnerChanged, PersonMerged
from shared.contracts.erasure import GatewayPersonErased
from tests.service.gateway.appointing import MIASS, grant, organisation
from tests.service.gateway.conftest import Stand
from tests.support.service import envelope_of


async def consent(stand: Stand, person_id: UUID, purpose: str, at: datetime, *, given: bool, erase: bool = False) -> Any:
    facts: dict[str, Any] = {"consent_id": uuid4(), "person_id": person_id, "purpose": purpose, "text_version": 1}
    event = ConsentGranted(**facts) if given else ConsentWithdrawn(**facts, request_id=uuid4(), erase=erase)
    envelope = envelope_of(event, subject=facts["consent_id"], at=at)
    await stand.gateway.hear(envelope)
    return envelope


async def test_consents_follow_the_newest_word_in_any_order(stand: Stand) -> None:
    _, person_id = await stand.teacher("sokolova")
    now = datetime.now(UTC)
    await consent(stand, person_id, "assessment", now + timedelta(seconds=2), given=False)
    await consent(stand, person_id, "assessment", now + timedelta(seconds=1), given=True)
    await consent(stand, person_id, "publication", now + timedelta(seconds=1), given=True)
    session = (await stand.call("GET", "/api/v1/session", "sokolova")).json()
    assert session["consents"] == ["notifications", "publication", "training"]


async def test_a_consent_given_at_the_door_counts_before_its_event(stand: Stand) -> None:
    browser, _ = await stand.teacher("sokolova")
    given = datetime.now(UTC).isoformat()
    said = [
        {"purpose": "publication", "given_at": given, "withdrawn_at": None},
        {"purpose": "assessment", "given_at": given, "withdrawn_at": given},
    ]
    stand.upstream.says("POST /me/consents", [], 201)
    stand.upstream.says("GET /me/consents", said)
    await browser.change("POST", "/api/v1/me/consents", {"purpose": "publication", "text_version": 1})
    assert (await browser.get("/api/v1/session")).json()["consents"] == ["notifications", "publication", "training"]


async def test_merged_persons_are_one_at_the_door(stand: Stand) -> None:
    _, old = await stand.teacher("sokolova")
    new, school = uuid4(), await organisation(stand)
    await stand.gateway.hear(envelope_of(PersonMerged(from_person_id=old, into_person_id=new), subject=old))
    late = LearnerChanged(person_id=old, organisation_id=school, oktmo=MIASS)
    await stand.gateway.hear(envelope_of(late, subject=old, revision=3))
    session = (await stand.call("GET", "/api/v1/session", "sokolova")).json()
    assert session["person_id"] == str(new)
    assert session["consents"] == ["assessment", "notifications", "training"]
    assert session["workplace"]["id"] == str(school)


async def test_an_erased_persons_account_is_gone_and_late_facts_bring_nothing_back(stand: Stand) -> None:
    _, person_id = await stand.teacher("sokolova")
    now = datetime.now(UTC) + timedelta(seconds=5)
    envelope = await consent(stand, person_id, "training", now, given=False, erase=True)
    await consent(stand, person_id, "training", now + timedelta(seconds=5), given=True)
    await stand.gateway.hear(envelope_of(LearnerChanged(person_id=person_id, oktmo=MIASS), subject=person_id, revision=9))
    session = (await stand.call("GET", "/api/v1/session", "sokolova")).json()
    assert (session["registered"], session["account_id"], session["consents"]) == (False, None, [])
    answer = (await stand.gateway.told(GatewayPersonErased))[0]
    assert answer.subject == envelope.event().request_id
    assert answer.data["erased"] == {"accounts": 1, "sessions": 1, "consents": 3, "learners": 0}
    async with stand.gateway.app.state.engine.connect() as connection:
        for table in ("consent", "learner", "web_session"):
            assert (await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 0, table


async def test_whoever_was_erased_while_registering_can_begin_again(stand: Stand) -> None:
    browser, person_id = stand.browser(), stand.registers()
    await browser.sign_in("sokolova")
    await consent(stand, person_id, "training", datetime.now(UTC), given=False, erase=True)
    consents = {"consents": [{"purpose": "training", "text_version": 1}]}
    assert (await browser.change("POST", "/api/v1/me/registration", consents)).status_code == 403
    stand.registers(uuid4(), "training")
    assert (await browser.change("POST", "/api/v1/me/registration", consents)).status_code == 201


async def test_whoever_works_here_keeps_the_account_when_erased_as_a_learner(stand: Stand) -> None:
    await grant(stand, "orlova", "sokolova", "ministry")
    _, person_id = await stand.teacher("sokolova")
    await consent(stand, person_id, "training", datetime.now(UTC), given=False, erase=True)
    session = (await stand.call("GET", "/api/v1/session", "sokolova")).json()
    assert (session["registered"], [one["role"] for one in session["grants"]]) == (False, ["ministry"])
    assert (await stand.gateway.told(GatewayPersonErased))[0].data["kept"][0]["count"] == 1


async def test_the_traces_and_the_mail_sink_answer_an_erasure_too(stand: Stand) -> None:
    _, person_id = await stand.teacher("sokolova")
    await consent(stand, person_id, "training", datetime.now(UTC), given=False, erase=True)
    state = stand.gateway.app.state
    assert await answer_erasures(state.gate, state.sessions, now=datetime.now(UTC)) == 0  # the last mail is still on its way
    later = datetime.now(UTC) + timedelta(minutes=1)
    assert await answer_erasures(state.gate, state.sessions, now=later) == 1
    assert await answer_erasures(state.gate, state.sessions, now=later) == 0
    said = await stand.gateway.told(GatewayPersonErased)
    assert [(one.data["service"], one.dporevision) for one in said] == [("gateway", 1), ("traces", 2), ("mail_sink", 3)]


async def test_a_fact_on_its_way_does_not_outlive_an_erasure(stand: Stand) -> None:
    person_id = uuid4()
    facts: dict[str, Any] = {"consent_id": uuid4(), "person_id": person_id, "text_version": 1}
    withdrawn = envelope_of(ConsentWithdrawn(purpose="training", request_id=uuid4(), erase=True, **facts), subject=uuid4())
    given = ConsentGranted(purpose="publication", **facts)
    learner = LearnerChanged(person_id=person_id, oktmo=MIASS)
    async with stand.gateway.app.state.sessions.begin() as session:
        for late in (given, learner):
            await HEARS[type(late)](late, envelope_of(late, subject=person_id), session)
        erasing = asyncio.create_task(stand.gateway.hear(withdrawn))
        await asyncio.wait({erasing}, timeout=1)
    await erasing
    async with stand.gateway.app.state.engine.connect() as connection:
        for table in ("consent", "learner"):
            assert (await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 0, table
