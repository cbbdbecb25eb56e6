"""The journal, the composed views and the operations page."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from shared import migrations
from tests.service.gateway.appointing import grant, organisation
from tests.service.gateway.conftest import PORTAL, Open, Stand

APPLICATION = {"programme_id": str(uuid4()), "group_ids": [str(uuid4())]}


async def entries(stand: Stand, query: str = "") -> list[dict[str, object]]:
    response = await stand.call("GET", f"/api/v1/journal{query}", "orlova")
    assert response.status_code == 200, response.text
    return list(response.json()["items"])


async def test_every_change_is_written_down_with_its_outcome(stand: Stand) -> None:
    browser, person_id = await stand.teacher("sokolova")
    application = uuid4()
    await browser.change("POST", "/api/v1/applications", APPLICATION)
    stand.upstream.says(f"POST /applications/{application}/withdrawal", {"type": "too_late", "detail": "Поздно."}, 409)
    await browser.change("POST", f"/api/v1/applications/{application}/withdrawal", {})
    await browser.send("POST", "/api/v1/applications", headers={"origin": "https://elsewhere.test"}, json=APPLICATION)
    await browser.send("POST", "/api/v1/applications", headers={"authorization": "Bearer forged"}, json=APPLICATION)
    await browser.get("/api/v1/programmes")
    written = [(one["operation"], one["role"], one["status"], one["code"]) for one in await entries(stand)]
    assert written == [
        ("submit_application", "guest", 401, "unauthenticated"),
        ("submit_application", "teacher", 403, "cross_site"),
        ("withdraw_application", "teacher", 409, "too_late"),
        ("submit_application", "teacher", 200, None),
        ("register_me", "guest", 201, None),
        ("sign_in", "guest", 303, None),
    ]
    about = (await entries(stand, f"?object_id={application}"))[0]
    assert about["person_id"] == str(person_id)
    assert len(str(about["trace_id"])) == 32
    assert [one["operation"] for one in await entries(stand, "?denied=true")] == ["submit_application"] * 2


async def test_a_change_that_was_cut_off_stays_in_the_journal_without_an_outcome(stand: Stand) -> None:
    gate = stand.gateway.app.state.gate
    operation = gate.table.find("/api/v1/applications")["POST"]
    visitor = await gate.visitors.of_subject(stand.issuer.url, "orlova", "token")
    await gate.noted(visitor, operation, "/api/v1/applications")
    assert [(one["operation"], one["status"]) for one in await entries(stand)] == [("submit_application", None)]


async def test_the_journal_only_grows(stand: Stand) -> None:
    await grant(stand, "orlova", "belyaev", "ministry")
    connection = await asyncpg.connect(str(stand.gateway.app.state.settings.database_url).replace("+asyncpg", ""))
    try:
        for statement in (
            "UPDATE journal SET role = 'guest'",
            "DELETE FROM journal",
            "DELETE FROM journal_outcome",
            "TRUNCATE journal CASCADE",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()
    assert len(await entries(stand)) == 1


async def test_only_the_operator_and_the_auditor_read_the_journal(stand: Stand) -> None:
    await grant(stand, "orlova", "nikitina", "auditor")
    await grant(stand, "orlova", "belyaev", "ministry")
    statuses = [(await stand.call("GET", "/api/v1/journal", who)).status_code for who in ("orlova", "nikitina", "belyaev", "sokolova")]
    assert statuses == [200, 200, 403, 403]
    assert (await stand.browser().get("/api/v1/journal")).status_code == 401


async def test_a_queue_is_shown_with_names_within_reach(stand: Stand) -> None:
    school = await organisation(stand)
    await grant(stand, "orlova", "romanova", "school_specialist", scope=str(school))
    person = str(uuid4())
    stand.upstream.says("GET /applications", {"items": [{"id": "1", "learner": {"person_id": person}}], "total": 1, "next": None})
    stand.upstream.says("GET /names", [{"person_id": person, "short": "Соколова М. В."}])
    shown = (await stand.call("GET", "/api/v1/views/applications?view=all", "romanova")).json()
    assert shown["items"][0]["id"] == "1"
    assert shown["names"][person]["short"] == "Соколова М. В."
    assert shown["degraded"] == []
    asked = stand.upstream.last("enrollment")
    assert (asked.path, [one.role for one in asked.caller.grants]) == ("/names", ["school_specialist"])
    stand.upstream.says("GET /names", {"type": "failed"}, 500)
    shown = (await stand.call("GET", "/api/v1/views/applications", "romanova")).json()
    assert (shown["items"][0]["id"], shown["names"], shown["degraded"]) == ("1", {}, ["names"])
    assert (await stand.call("GET", "/api/v1/views/applications", "sokolova")).status_code == 403


async def test_a_roster_is_shown_with_names_and_the_programmes_title(stand: Stand) -> None:
    provider, group, person, programme = await organisation(stand, "provider"), uuid4(), str(uuid4()), str(uuid4())
    await grant(stand, "orlova", "polyakova", "provider_specialist", scope=str(provider))
    stand.upstream.says(
        f"GET /groups/{group}/roster", {"group_id": str(group), "programme_id": programme, "lines": [{"person_id": person}]}
    )
    stand.upstream.says("GET /names", [{"person_id": person, "full": "Соколова Марина Викторовна"}])
    stand.upstream.says(f"GET /programmes/{programme}", {"id": programme, "title": "Функциональная грамотность"})
    shown = (await stand.call("GET", f"/api/v1/views/groups/{group}/roster", "polyakova")).json()
    assert shown["names"][person]["full"] == "Соколова Марина Викторовна"
    assert shown["programmes"][programme]["title"] == "Функциональная грамотность"
    stand.upstream.says(f"GET /groups/{group}/roster", {"type": "not_found", "detail": "Не найдено."}, 404)
    refused = await stand.call("GET", f"/api/v1/views/groups/{group}/roster", "polyakova")
    assert (refused.status_code, refused.json()["type"]) == (404, "not_found")


async def test_operations_staff_see_every_service(stand: Stand) -> None:
    stand.upstream.says("GET /readyz", {"service": "x", "ready": True, "wrong": []})
    stand.upstream.says("GET /operations/numbers", {"service": "x", "outbox_age_seconds": 0.5, "queues": {"x.parked": 2}, "deaf": []})
    shown = {one["service"]: one for one in (await stand.call("GET", "/api/v1/operations", "orlova")).json()}
    assert set(shown) == {"gateway", "catalog", "enrollment", "notify"}
    assert shown["catalog"]["queues"] == {"x.parked": 2}
    assert shown["gateway"]["queues"]["gateway.parked"] == 0
    assert stand.upstream.last("catalog").caller.role == "operator"
    assert (await stand.call("GET", "/api/v1/operations", "sokolova")).status_code == 403
    assert (await stand.call("GET", "/api/v1/operations/gateway/parked", "orlova")).json() == []
    assert (await stand.call("POST", "/api/v1/operations/gateway/parked/replay", "orlova")).json() == {"replayed": 0}
    stand.upstream.says("DELETE /operations/parked/odd%20id%3F", {"dropped": 1})  # what others send may have any id
    assert (await stand.call("DELETE", "/api/v1/operations/catalog/parked/odd%20id%3F", "orlova")).json() == {"dropped": 1}
    assert (await stand.call("GET", "/api/v1/operations/nobody/parked", "orlova")).status_code == 404
    assert (await stand.call("GET", "/api/v1/operations/traces", "orlova")).status_code == 404  # kept elsewhere


async def test_restarts_are_shown_as_the_supervisor_of_this_launch_counts_them(opened: Open, tmp_path: Path) -> None:
    counted = {"pid": 1, "restarts": 3}
    told = {"launch_id": "now", "processes": {"catalog": counted}, "servers": {"RabbitMQ": {"pid": None, "restarts": 1}}}
    status = tmp_path / "status.json"
    status.write_text(json.dumps(told))
    stand = await opened(GATEWAY_STATUS_FILE=str(status), DPO_LAUNCH_ID="now")
    stand.upstream.says("GET /readyz", {"service": "x", "ready": True, "wrong": []})
    stand.upstream.says("GET /operations/numbers", {"service": "x", "outbox_age_seconds": 0.5, "queues": {}, "deaf": []})

    async def restarts() -> dict[str, int | None]:
        return {one["service"]: one["restarts"] for one in (await stand.call("GET", "/api/v1/operations", "orlova")).json()}

    async def processes() -> list[dict[str, Any]]:
        answer = await stand.call("GET", "/api/v1/operations/processes", "orlova")
        return list(answer.json())

    assert await restarts() == {"gateway": None, "catalog": 3, "enrollment": None, "notify": None}
    assert await processes() == [
        {"name": "catalog", "running": True, "restarts": 3},
        {"name": "RabbitMQ", "running": False, "restarts": 1},
    ]
    assert (await stand.call("GET", "/api/v1/operations/processes", "sokolova")).status_code == 403
    status.write_text(json.dumps({**told, "launch_id": "yesterday"}))
    assert await processes() == []
    status.unlink()
    assert (await restarts())["catalog"] is None


async def test_a_client_of_the_pages_meets_the_same_door(stand: Stand) -> None:
    from gateway.client import Client, Refused
    from shared.errors import NotFound

    gate = stand.gateway.app.state.gate
    client = Client(gate, await gate.visitors.of_subject(stand.issuer.url, "orlova", "token"))
    assert (await client.get("/programmes", q="физика", sort=None))["query"] == "q=физика"
    assert (await client.get("/session"))["grants"][0]["role"] == "operator"
    made = await client.post("/grants", {"issuer": stand.issuer.url, "subject": "belyaev", "role": "ministry", "basis": "Письмо № 3"})
    assert made["role"] == "ministry"
    with pytest.raises(Refused) as refused:
        await client.post("/grants", {"role": "ministry"})
    assert (refused.value.status, refused.value.code) == (422, "malformed")
    assert refused.value.facts["errors"]
    with pytest.raises(NotFound):
        await client.get("/learners")
    assert [one["operation"] for one in await entries(stand)] == ["grant_role", "grant_role"]


async def test_a_page_form_carries_its_token_in_a_field(stand: Stand) -> None:
    browser = stand.browser()
    await browser.sign_in("sokolova")
    token = (await browser.get("/api/v1/session")).json()["csrf_token"]
    for form, status in (({"csrf_token": "forged"}, 403), ({}, 403), ({"csrf_token": token}, 303)):
        response = await browser.send("POST", "/sign-out", headers={"origin": PORTAL}, files={"file": b"x"}, data=form)
        assert response.status_code == status


async def test_the_tables_are_what_the_migrations_made(stand: Stand) -> None:
    await migrations.check("gateway", str(stand.gateway.app.state.settings.database_url))
