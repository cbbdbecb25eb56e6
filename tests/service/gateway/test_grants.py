"""«Закрепление»: who may give which role, that a role works at once and is gone at once, and what others are told."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from gateway.commands.grants import FirstOperatorThere, appoint_first_operator
from shared.contracts.gateway import RoleGranted, RoleRevoked
from tests.service.gateway.appointing import CHELYABINSK, MIASS, grant, organisation
from tests.service.gateway.conftest import Open, Stand


async def test_the_first_operator_comes_from_the_settings_and_only_once(stand: Stand, opened: Open) -> None:
    told = [one.event() for one in await stand.gateway.told(RoleGranted)]
    assert [(one.role, one.person_id) for one in told] == [("operator", None)]  # type: ignore[attr-defined]
    async with stand.gateway.app.state.sessions() as session:
        with pytest.raises(FirstOperatorThere):
            await appoint_first_operator(session, issuer=stand.issuer.url, subject="gareev", now=datetime.now(UTC))


async def test_a_role_given_before_the_first_sign_in_works_from_the_first_call(stand: Stand) -> None:
    school = await organisation(stand)
    response = await grant(stand, "orlova", "romanova", "school_specialist", scope=str(school), head=True)
    assert response.status_code == 201, response.text
    assert response.json()["scope_name"] == "Школа № 106"
    assert response.json()["person_id"] is None
    browser = stand.browser()
    await browser.sign_in("romanova")
    await browser.get("/api/v1/applications")
    caller = stand.upstream.last("enrollment").caller
    assert [(one.role, one.scope) for one in caller.grants] == [("school_specialist", str(school))]
    assert caller.consents == frozenset()


async def test_a_revoked_role_is_refused_at_the_next_call(stand: Stand) -> None:
    school = await organisation(stand)
    made = (await grant(stand, "orlova", "romanova", "school_specialist", scope=str(school))).json()
    browser = stand.browser()
    await browser.sign_in("romanova")
    await browser.get("/api/v1/applications")
    assert stand.upstream.last().caller.grants
    ended = await stand.call("DELETE", f"/api/v1/grants/{made['grant_id']}", "orlova", {"reason": "Перешла в другую школу."})
    assert ended.status_code == 200, ended.text
    assert ended.json()["reason"] == "Перешла в другую школу."
    await browser.get("/api/v1/applications")
    assert not stand.upstream.last().caller.grants
    assert (await browser.get("/api/v1/grants")).status_code == 403
    revoked = (await stand.gateway.told(RoleRevoked))[-1]
    assert revoked.subject == UUID(made["grant_id"])
    assert revoked.dporevision == 2
    again = await stand.call("DELETE", f"/api/v1/grants/{made['grant_id']}", "orlova", {"reason": "Ещё раз."})
    assert again.json()["reason"] == "Перешла в другую школу."  # twice is no error and no second ending


async def test_the_table_of_who_appoints_whom(stand: Stand) -> None:
    own, other, abroad = await organisation(stand), await organisation(stand), await organisation(stand, oktmo=CHELYABINSK)
    provider, agency = await organisation(stand, "provider"), await organisation(stand, "agency")
    given: list[tuple[str, str, dict[str, Any]]] = [
        ("romanova", "school_specialist", {"scope": str(own), "head": True}),
        ("vetrov", "school_specialist", {"scope": str(own)}),
        ("polyakova", "provider_specialist", {"scope": str(provider), "head": True}),
        ("shubina", "municipal_specialist", {"scope": MIASS}),
        ("drozdov", "agency_specialist", {"scope": str(agency)}),
        ("gromova", "assessor", {}),
        ("tikhonov", "expert", {"scope": str(uuid4())}),
        ("belyaev", "ministry", {}),
        ("nikitina", "auditor", {}),
    ]
    for to, role, facts in given:
        response = await grant(stand, "orlova", to, role, **facts)
        assert response.status_code == 201, (to, response.text)
    attempts: list[tuple[str, str, dict[str, Any], int]] = [
        ("romanova", "school_specialist", {"scope": str(own)}, 201),
        ("romanova", "school_specialist", {"scope": str(own), "head": True}, 403),
        ("romanova", "school_specialist", {"scope": str(other)}, 403),
        ("romanova", "provider_specialist", {"scope": str(provider)}, 403),
        ("romanova", "operator", {}, 403),
        ("vetrov", "school_specialist", {"scope": str(own)}, 403),
        ("polyakova", "provider_specialist", {"scope": str(provider)}, 201),
        ("polyakova", "school_specialist", {"scope": str(own)}, 403),
        ("shubina", "school_specialist", {"scope": str(other), "head": True}, 201),
        ("shubina", "school_specialist", {"scope": str(abroad), "head": True}, 403),
        ("shubina", "municipal_specialist", {"scope": MIASS}, 403),
        ("drozdov", "agency_specialist", {"scope": str(agency)}, 403),
        ("gromova", "assessor", {}, 403),
        ("belyaev", "ministry", {}, 403),
        ("nikitina", "auditor", {}, 403),
        ("sokolova", "school_specialist", {"scope": str(own)}, 403),
    ]
    for number, (by, role, facts, status) in enumerate(attempts):
        response = await grant(stand, by, f"teacher-{number:04d}", role, **facts)
        assert response.status_code == status, (by, role, response.text)


async def test_a_list_shows_only_what_its_reader_may_appoint(stand: Stand) -> None:
    own, other = await organisation(stand), await organisation(stand, oktmo=CHELYABINSK)
    await grant(stand, "orlova", "romanova", "school_specialist", scope=str(own), head=True)
    await grant(stand, "orlova", "bykova", "school_specialist", scope=str(other), head=True)
    await grant(stand, "orlova", "shubina", "municipal_specialist", scope=MIASS)
    seen = {}
    for who in ("romanova", "shubina", "orlova"):
        items = (await stand.call("GET", "/api/v1/grants", who)).json()["items"]
        seen[who] = sorted((one["role"], one["scope"]) for one in items)
    mine = [("school_specialist", str(own))]
    assert seen["romanova"] == mine
    assert seen["shubina"] == mine
    assert len(seen["orlova"]) == 4
    first = (await stand.call("GET", "/api/v1/grants?limit=3", "orlova")).json()
    rest = (await next_page(stand, first["next"])).json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (3, 1, None)
    foreign = (await stand.call("GET", f"/api/v1/grants?scope={other}", "orlova")).json()["items"][0]["grant_id"]
    refused = await stand.call("DELETE", f"/api/v1/grants/{foreign}", "romanova", {"reason": "Чужое."})
    unknown = await stand.call("DELETE", f"/api/v1/grants/{uuid4()}", "romanova", {"reason": "Чужое."})
    assert (refused.status_code, refused.json()) == (unknown.status_code, unknown.json()) == (404, unknown.json())


async def next_page(stand: Stand, before: str) -> Any:
    return await stand.gateway.client.get("/api/v1/grants", params={"before": before}, headers=await stand.bearer("orlova"))


NONSENSE: list[tuple[dict[str, Any], int]] = [
    ({"role": "school_specialist", "scope": str(uuid4())}, 422),
    ({"role": "school_specialist", "scope": "106"}, 422),
    ({"role": "school_specialist"}, 422),
    ({"role": "municipal_specialist", "scope": "Миасс"}, 422),
    ({"role": "operator", "scope": MIASS}, 422),
    ({"role": "teacher"}, 422),
    ({"role": "ministry", "head": True}, 422),
    ({"role": "ministry", "basis": ""}, 422),
    ({"role": "ministry", "basis": "a\x00b"}, 422),
    ({"role": "ministry", "valid_until": "2020-01-01"}, 422),
    ({"role": "ministry", "deputy_of": str(uuid4())}, 422),
    ({"role": "ministry", "issuer": "https://elsewhere.test"}, 422),
    ({"role": "ministry", "code": "AAAA-BBBB-CCCC"}, 422),
    ({"role": "ministry", "issuer": None, "subject": None, "code": "AAAA-BBBB-CCCC"}, 404),
    ({"role": "ministry", "more": 1}, 422),
]


async def test_a_grant_that_makes_no_sense_is_refused(stand: Stand) -> None:
    for facts, status in NONSENSE:
        stand.upstream.says(f"GET /organisations/{facts.get('scope')}", {"type": "not_found"}, 404)
        response = await grant(stand, "orlova", "belyaev", **facts)
        assert response.status_code == status, (facts, response.text)


async def test_somebody_who_has_only_signed_in_is_found_by_their_code(stand: Stand) -> None:
    browser = stand.browser()
    await browser.sign_in("belyaev")
    code = (await browser.get("/api/v1/session")).json()["code"]
    body = {"code": code.lower(), "role": "ministry", "basis": "Письмо № 3"}
    assert (await stand.call("POST", "/api/v1/grants", "orlova", body)).status_code == 201
    session = (await browser.get("/api/v1/session")).json()
    assert [one["role"] for one in session["grants"]] == ["ministry"]
    twice = await stand.call("POST", "/api/v1/grants", "orlova", body)
    assert (twice.status_code, twice.json()["type"]) == (409, "already_held")


async def test_an_organisation_not_heard_of_yet_is_asked_of_the_register(stand: Stand) -> None:
    school = uuid4()
    said = {"id": str(school), "kind": "school", "name": "Школа № 107", "short_name": "Школа № 107", "oktmo": MIASS}
    stand.upstream.says(f"GET /organisations/{school}", said)
    response = await grant(stand, "orlova", "romanova", "school_specialist", scope=str(school))
    assert (response.status_code, response.json()["scope_name"]) == (201, "Школа № 107")


async def test_an_organisation_keeps_its_newest_name(stand: Stand) -> None:
    school = await organisation(stand, revision=5, short_name="Лицей № 106")
    await organisation(stand, revision=4, organisation_id=school, short_name="Школа № 106")
    assert (await grant(stand, "orlova", "romanova", "school_specialist", scope=str(school))).json()["scope_name"] == "Лицей № 106"


async def test_terms_begin_and_end_on_their_days(stand: Stand) -> None:
    today = datetime.now(UTC).date()
    later, sooner = str(today + timedelta(days=3)), str(today + timedelta(days=1))
    await grant(stand, "orlova", "belyaev", "ministry", valid_from=later)
    assert (await stand.call("GET", "/api/v1/session", "belyaev")).json()["grants"] == []
    made = (await grant(stand, "orlova", "nikitina", "auditor", valid_until=sooner)).json()
    assert len((await stand.call("GET", "/api/v1/session", "nikitina")).json()["grants"]) == 1
    await stand.gateway.serve_due(datetime.now(UTC) + timedelta(hours=12))
    assert len((await stand.call("GET", "/api/v1/session", "nikitina")).json()["grants"]) == 1
    await stand.gateway.serve_due(datetime.now(UTC) + timedelta(days=3))
    assert (await stand.call("GET", "/api/v1/session", "nikitina")).json()["grants"] == []
    ended = (await stand.gateway.told(RoleRevoked))[-1]
    assert ended.subject == UUID(made["grant_id"])


async def test_a_deputy_stands_in_for_somebody_else(stand: Stand) -> None:
    first = (await grant(stand, "orlova", "shubina", "municipal_specialist", scope=MIASS)).json()
    itself = await grant(stand, "orlova", "karpov", "municipal_specialist", scope=CHELYABINSK, deputy_of=first["grant_id"])
    assert itself.status_code == 422
    deputy = await grant(stand, "orlova", "karpov", "municipal_specialist", scope=MIASS, deputy_of=first["grant_id"])
    assert deputy.status_code == 201
    told = (await stand.gateway.told(RoleGranted))[-1].event()
    assert str(told.deputy_of) == first["grant_id"]  # type: ignore[attr-defined]


async def test_the_last_operator_stays(stand: Stand) -> None:
    mine = (await stand.call("GET", "/api/v1/session", "orlova")).json()["grants"][0]["grant_id"]
    refused = await stand.call("DELETE", f"/api/v1/grants/{mine}", "orlova", {"reason": "Увольняюсь."})
    assert (refused.status_code, refused.json()["type"]) == (409, "last_operator")
    assert (await grant(stand, "orlova", "antonov", "operator")).status_code == 201
    assert (await stand.call("DELETE", f"/api/v1/grants/{mine}", "orlova", {"reason": "Увольняюсь."})).status_code == 200
    assert (await stand.call("GET", "/api/v1/grants", "orlova")).status_code == 403


async def test_a_grant_is_told_again_when_its_holder_becomes_a_person(stand: Stand) -> None:
    await grant(stand, "orlova", "sokolova", "ministry")
    _, person_id = await stand.teacher("sokolova")
    told = (await stand.gateway.told(RoleGranted))[-1]
    assert told.dporevision == 2
    assert told.event().person_id == person_id  # type: ignore[attr-defined]
    await stand.call("GET", "/api/v1/me/consents", "sokolova")
    assert [one.role for one in stand.upstream.last().caller.grants] == ["ministry", "teacher"]


async def test_the_database_itself_refuses_what_must_not_be(stand: Stand) -> None:
    url = str(stand.gateway.app.state.settings.database_url).replace("+asyncpg", "")
    connection = await asyncpg.connect(url)
    account = await connection.fetchval("SELECT id FROM account")
    columns = "role, scope_kind, scope, head, valid_until, basis, granted_by"
    row = f"INSERT INTO role_grant (id, account_id, {columns}, valid_from, granted_at, revision)"
    good = {"role": "'ministry'", "scope_kind": "'region'", "scope": "NULL", "head": "false"}
    good |= {"valid_until": "NULL", "basis": "'x'", "granted_by": "gen_random_uuid()"}
    broken = [
        {"role": "'teacher'"},
        {"role": "'tsar'"},
        {"scope": "'75742000'"},
        {"role": "'school_specialist'", "scope_kind": "'organisation'"},
        {"head": "true"},
        {"valid_until": "'2020-01-01'"},
        {"basis": "''"},
        {"granted_by": "NULL"},
        {"role": "'operator'"},
    ]
    try:
        for change in broken:
            values = ", ".join((good | change).values())
            with pytest.raises((asyncpg.CheckViolationError, asyncpg.UniqueViolationError)):
                await connection.execute(f"{row} VALUES (gen_random_uuid(), '{account}', {values}, '2026-01-01', now(), 1)")
    finally:
        await connection.close()


async def test_an_operator_who_has_not_begun_or_whose_term_ends_leaves_no_region_without_one(stand: Stand) -> None:
    mine = (await stand.call("GET", "/api/v1/session", "orlova")).json()["grants"][0]["grant_id"]
    today = datetime.now(UTC).date()
    await grant(stand, "orlova", "belyaev", "operator", valid_from=str(today + timedelta(days=30)))
    await grant(stand, "orlova", "nikitina", "operator", valid_until=str(today + timedelta(days=30)))
    leaves = {"reason": "Увольняюсь."}
    refused = await stand.call("DELETE", f"/api/v1/grants/{mine}", "orlova", leaves)
    assert (refused.status_code, refused.json()["type"]) == (409, "last_operator")
    made = await grant(stand, "orlova", "shubina", "operator")
    assert (await stand.call("DELETE", f"/api/v1/grants/{mine}", "orlova", leaves)).status_code == 200
    assert made.status_code == 201
    await stand.gateway.serve_due(datetime.now(UTC) + timedelta(days=40))
    assert len(await stand.gateway.told(RoleRevoked)) == 2  # nikitina's term is over
