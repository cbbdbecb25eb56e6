"""Sign-in against the real development issuer: the round trip, and every way of forging a part of it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from aiohttp import web
from sqlalchemy import text

from deploy.identity.issuer import Issuer
from deploy.ports import free_port
from gateway import settings
from gateway.commands.contacts import hand_over_waiting
from gateway.issuers import Issuers
from shared.errors import Unavailable
from tests.service.gateway.conftest import PORTAL, Open, Stand, serving
from tests.support.stage import eventually


async def test_a_person_signs_in_and_comes_back_to_where_they_were(stand: Stand) -> None:
    browser = stand.browser()
    response = await browser.sign_in("sokolova", return_to="/programmes?q=дроби")
    assert (response.status_code, response.headers["location"]) == (303, "/programmes?q=%D0%B4%D1%80%D0%BE%D0%B1%D0%B8")
    session = (await browser.get("/api/v1/session")).json()
    assert session["signed_in"]
    assert not session["registered"]
    assert session["claims"]["family_name"] == "Соколова"


async def test_nothing_about_a_person_is_stored_outside_the_session_before_consent(stand: Stand) -> None:
    await stand.browser().sign_in("sokolova")
    async with stand.gateway.app.state.engine.connect() as connection:
        accounts = (await connection.execute(text("SELECT subject FROM account"))).scalars().all()
    assert accounts == ["orlova"]  # the first operator of the settings, and nobody else


async def test_the_session_is_a_fresh_secret_and_the_old_one_dies(stand: Stand) -> None:
    browser = stand.browser()
    browser.cookies["dpo"] = "chosen-by-an-attacker"
    await browser.sign_in("sokolova")
    first = browser.cookies["dpo"]
    assert first != "chosen-by-an-attacker"
    await browser.sign_in("sokolova")
    assert browser.cookies["dpo"] != first
    browser.cookies["dpo"] = first
    assert not (await browser.get("/api/v1/session")).json()["signed_in"]


async def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(stand: Stand) -> None:
    browser = stand.browser()
    back = await browser.choose(await browser.begin(), "sokolova")
    response = await browser.get(back)
    for line in response.headers.get_list("set-cookie"):
        assert "HttpOnly" in line
        assert "SameSite=Lax" in line
        assert "Path=/" in line
        assert "Secure" not in line  # http on the loopback address


async def test_a_sign_in_finishes_only_in_the_browser_that_began_it(stand: Stand) -> None:
    attacker, victim = stand.browser(), stand.browser()
    back = await attacker.choose(await attacker.begin(), "sokolova")
    assert (await victim.get(back)).status_code == 400
    assert "dpo" not in victim.cookies
    await victim.begin()  # a sign-in of their own does not help the attacker's answer
    assert (await victim.get(back)).status_code == 400
    assert "dpo" not in victim.cookies


async def test_a_sign_in_finishes_once(stand: Stand) -> None:
    browser = stand.browser()
    back = await browser.choose(await browser.begin(), "sokolova")
    begun = dict(browser.cookies)
    assert (await browser.get(back)).status_code == 303
    browser.cookies |= begun
    assert (await browser.get(back)).status_code == 400


async def test_an_answer_with_a_foreign_part_is_refused(stand: Stand) -> None:
    for broken in ("state", "code", "iss"):
        browser = stand.browser()
        path, _, query = (await browser.choose(await browser.begin(), "sokolova")).partition("?")
        parts = dict(part.split("=") for part in query.split("&")) | {broken: "https%3A%2F%2Felsewhere.test"}
        response = await browser.get(path + "?" + "&".join(f"{name}={value}" for name, value in parts.items()))
        assert response.status_code == 400, broken
        assert "dpo" not in browser.cookies


async def test_nobody_is_sent_to_another_site(stand: Stand) -> None:
    for where in ("https://elsewhere.test/", "//elsewhere.test", "/\\elsewhere.test", "javascript:alert(1)", "/a\nb", ""):
        response = await stand.browser().sign_in("sokolova", return_to=where)
        assert response.headers["location"] == "/", where


async def test_signing_out_takes_a_form_of_ours_and_ends_the_session_at_once(stand: Stand) -> None:
    browser = stand.browser()
    await browser.sign_in("sokolova")
    cookie = browser.cookies["dpo"]
    assert (await browser.get("/sign-out")).status_code in (404, 405)
    assert (await browser.send("POST", "/sign-out", headers={"origin": PORTAL})).status_code == 403
    token = (await browser.get("/api/v1/session")).json()["csrf_token"]
    response = await browser.send("POST", "/sign-out", headers={"origin": PORTAL}, data={"csrf_token": token})
    assert response.status_code == 303
    assert "dpo" not in browser.cookies
    browser.cookies["dpo"] = cookie
    assert not (await browser.get("/api/v1/session")).json()["signed_in"]


async def test_all_sessions_of_a_person_end_together(stand: Stand) -> None:
    home, work = stand.browser(), stand.browser()
    await home.sign_in("sokolova")
    await work.sign_in("sokolova")
    assert (await home.change("DELETE", "/api/v1/sessions")).json() == {"ended": 2}
    assert not (await work.get("/api/v1/session")).json()["signed_in"]


async def test_a_session_ends_when_nobody_uses_it_and_in_any_case_after_its_term(opened: Open) -> None:
    stand = await opened(GATEWAY_SESSION_SECONDS="9000")  # two hours and a half, an hour idle
    browser = stand.browser()
    await browser.sign_in("sokolova")
    for minutes, alive in ((50, True), (50, True), (61, False)):  # seen again in between; then left alone
        stand.gateway.move_clock(minutes=minutes)
        await clock_moved(stand)
        assert (await browser.get("/api/v1/session")).json()["signed_in"] is alive
    await browser.sign_in("sokolova")
    for alive in (True, True, False):  # always in use, yet over in the end
        stand.gateway.move_clock(minutes=55)
        await clock_moved(stand)
        assert (await browser.get("/api/v1/session")).json()["signed_in"] is alive


async def clock_moved(stand: Stand) -> None:
    """Wait until the process has read the moved clock, which it does once a second."""
    wanted = float(stand.gateway.clock_file.read_text())

    async def moved() -> bool:
        ahead: timedelta = stand.gateway.app.state.clock() - datetime.now(UTC)
        return abs(ahead.total_seconds() - wanted) < 1

    await eventually(moved)


async def test_registration_hands_the_claims_on_and_forgets_them(stand: Stand) -> None:
    browser, person_id = await stand.teacher("sokolova")
    told = next(one for one in stand.upstream.heard if one.path == "/learners")
    assert told.caller.role == "gateway"
    assert told.body["family_name"] == "Соколова"
    assert told.body["subject"] == "sokolova"
    assert "email" not in told.body
    contact = next(one for one in stand.upstream.heard if one.path.startswith("/contacts/"))
    assert contact.body == {"email": "sokolova@example.test", "salutation": "Марина Викторовна"}
    session = (await browser.get("/api/v1/session")).json()
    assert session["registered"]
    assert UUID(session["person_id"]) == person_id
    assert session["consents"] == ["assessment", "notifications", "training"]
    assert session["claims"] == {}
    response = await browser.get("/api/v1/me/consents")
    assert response.status_code == 200, response.text
    caller = stand.upstream.last("enrollment").caller
    assert caller.role == "teacher"
    assert caller.person_id == person_id
    assert caller.consents == {"training", "assessment", "notifications"}  # at once, before any event


async def test_without_consent_to_notifications_the_address_goes_nowhere(stand: Stand) -> None:
    stand.registers(None, "training")
    browser = stand.browser()
    await browser.sign_in("sokolova")
    body = {"consents": [{"purpose": "training", "text_version": 1}]}
    assert (await browser.change("POST", "/api/v1/me/registration", body)).status_code == 201
    assert not [one for one in stand.upstream.heard if one.path.startswith("/contacts/")]


async def test_an_address_that_notify_could_not_take_goes_later(stand: Stand) -> None:
    person_id, browser = stand.registers(), stand.browser()
    stand.upstream.says(f"PUT /contacts/{person_id}", {"type": "unavailable"}, 503)
    await browser.sign_in("sokolova")
    body = {"consents": [{"purpose": "notifications", "text_version": 1}]}
    assert (await browser.change("POST", "/api/v1/me/registration", body)).status_code == 201
    stand.upstream.says(f"PUT /contacts/{person_id}", None, 204)
    state = stand.gateway.app.state

    async def gone() -> bool:
        await hand_over_waiting(state.gate, state.sessions)
        return await hand_over_waiting(state.gate, state.sessions) == 0

    await eventually(gone)
    assert stand.upstream.last("notify").body["email"] == "sokolova@example.test"


async def test_a_refusal_of_enrollment_reaches_the_person_and_changes_nothing(stand: Stand) -> None:
    stand.upstream.says("POST /learners", {"type": "no_consent", "detail": "Нужно согласие.", "status": 409}, 409)
    browser = stand.browser()
    await browser.sign_in("sokolova")
    response = await browser.change("POST", "/api/v1/me/registration", {"consents": [{"purpose": "publication", "text_version": 1}]})
    assert (response.status_code, response.json()["type"]) == (409, "no_consent")
    assert not (await browser.get("/api/v1/session")).json()["registered"]


async def test_a_script_registers_with_its_bearer_token(stand: Stand) -> None:
    person_id = stand.registers()
    body = {"consents": [{"purpose": "notifications", "text_version": 1}]}
    response = await stand.call("POST", "/api/v1/me/registration", "gareev", body)
    assert response.status_code == 201, response.text
    assert response.json()["person_id"] == str(person_id)
    assert next(one for one in stand.upstream.heard if one.path == "/learners").body["given_name"] == "Тимур"


async def test_of_several_systems_the_person_chooses(opened: Open, issuer: Issuer) -> None:
    systems = [("development", "Учебный вход", issuer.url), ("esia", "Госуслуги", "https://esia.example.test")]
    told = [{"key": key, "title": title, "issuer": url, "client_id": "dpo"} for key, title, url in systems]
    browser = (await opened(GATEWAY_ISSUERS=json.dumps(told))).browser()
    asked = await browser.get("/sign-in", params={"return_to": "/programmes?q=дроби"})
    assert asked.status_code == 303
    page = (await browser.get(asked.headers["location"])).text
    links = [unescape(link) for link in re.findall(r'href="(/sign-in\?issuer=[^"]+)"', page)]
    assert [parse_qs(urlsplit(link).query)["return_to"] for link in links] == [["/programmes?q=дроби"]] * 2
    assert all(title in page for _, title, _ in systems)
    begun = await browser.get(links[0])
    assert begun.headers["location"].startswith(issuer.url)


@asynccontextmanager
async def answering(answer: Callable[[str, web.StreamResponse], Awaitable[None]]) -> AsyncIterator[tuple[Issuers, settings.Issuer]]:
    """An issuer that answers what `answer` writes for its address, and who asks it."""
    address = f"http://127.0.0.1:{(port := free_port())}"

    async def answered(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "application/json"})
        await response.prepare(request)
        await answer(address, response)
        return response

    app = web.Application()
    app.router.add_get("/.well-known/openid-configuration", answered)
    async with serving(app, port):
        issuers = Issuers([known := settings.Issuer(key="school", title="Вход", issuer=address, client_id="dpo")], development=True)
        try:
            yield issuers, known
        finally:
            await issuers.close()


async def test_an_issuers_answer_may_arrive_in_pieces() -> None:
    async def in_pieces(address: str, response: web.StreamResponse) -> None:
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        document = json.dumps({"issuer": address, **{name: f"{address}/{name}" for name in names}}).encode()
        for piece in (document[:40], document[40:]):
            await response.write(piece)
            await asyncio.sleep(0.05)  # otherwise both travel in one packet, and nothing is tried

    async with answering(in_pieces) as (issuers, known):
        assert (await issuers.metadata(known))["jwks_uri"] == f"{known.issuer}/jwks_uri"


async def test_an_issuers_answer_without_end_is_not_read_to_the_end() -> None:
    async def endless(_: str, response: web.StreamResponse) -> None:
        with suppress(ConnectionError):
            while True:
                await response.write(b" " * 100_000)

    async with answering(endless) as (issuers, known):
        with pytest.raises(Unavailable):
            await asyncio.wait_for(issuers.metadata(known), 3)
