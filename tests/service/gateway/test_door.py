"""The door: who is let through with which token, what is taken from a request, and what every answer carries."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from aiohttp import web
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.contracts.enrollment import ConsentWithdrawn
from tests.service.gateway.conftest import PORTAL, Open, Stand
from tests.support.service import envelope_of

APPLICATION = {"programme_id": str(uuid4()), "group_ids": [str(uuid4())]}


async def test_a_public_operation_is_forwarded_with_a_guests_token(stand: Stand) -> None:
    response = await stand.browser().get("/api/v1/programmes?q=%D1%84%D0%B8%D0%B7%D0%B8%D0%BA%D0%B0&sort=hours")
    assert response.json() == {"service": "catalog", "path": "/programmes", "query": "q=физика&sort=hours"}
    assert stand.upstream.last().caller.subject == "guest"


async def test_what_a_service_answers_passes_but_its_own_headers_do_not(stand: Stand) -> None:
    problem = {"type": "group_full", "title": "group full", "status": 409, "detail": "Мест нет.", "group": "7"}
    said = {"Location": "/programmes/7", "X-Launch-Id": "secret", "Set-Cookie": "a=b", "Connection": "keep-alive", "ETag": '"1"'}
    stand.upstream.says("GET /programmes", problem, 409, said)
    response = await stand.browser().get("/api/v1/programmes")
    assert (response.status_code, response.json()) == (409, problem)
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["location"] == "/api/v1/programmes/7"
    assert response.headers["etag"] == '"1"'
    assert not {"x-launch-id", "set-cookie", "connection", "server"} & set(response.headers)


async def test_guests_share_what_is_public_and_nobody_with_a_name_does(stand: Stand) -> None:
    said = {"Cache-Control": "public, max-age=1", "ETag": 'W/"7"'}
    stand.upstream.says("GET /programmes", {"items": []}, 200, said)
    answers = [await stand.browser().get("/api/v1/programmes?q=shared") for _ in range(3)]
    assert [one.json() for one in answers] == [{"items": []}] * 3
    again = await stand.browser().get("/api/v1/programmes?q=shared", headers={"if-none-match": 'W/"7"'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", 'W/"7"')
    assert len(stand.upstream.heard) < 4  # a slow machine may let the second pass once
    before = len(stand.upstream.heard)
    assert (await stand.call("GET", "/api/v1/programmes?q=shared", "orlova")).headers.get_list("cache-control") == [said["Cache-Control"]]
    assert [one.caller.role for one in stand.upstream.heard[before:]] == ["operator"]


async def test_nothing_from_outside_speaks_for_the_caller(stand: Stand) -> None:
    forged = {
        "x-user-id": "1",
        "x-forwarded-for": "10.0.0.1",
        "x-forwarded-user": "root",
        "forwarded": "for=10.0.0.1",
        "traceparent": "00-11111111111111111111111111111111-2222222222222222-01",
        "tracestate": "a=b",
        "baggage": "role=operator",
        "x-http-method-override": "DELETE",
        "cookie": "other=1",
        "accept-language": "ru",
    }
    await stand.browser().send("GET", "/api/v1/programmes", headers=forged)
    heard = {name.lower(): value for name, value in stand.upstream.last().headers.items()}
    assert heard["accept-language"] == "ru"
    assert "11111111" not in heard["traceparent"]
    assert not (set(forged) - {"accept-language", "traceparent"}) & set(heard)


HIDDEN = [
    ("GET", "/api/v1/unknown", 404),
    ("GET", "/api/v1/programmes/", 404),
    ("GET", "/api/v1/programmes/..%2fapplications", 404),
    ("GET", "/api/v1/programmes/..", 404),
    ("GET", "/api/v1/programmes/%2e%2e", 404),
    ("GET", "/api/v1/learners", 404),
    ("GET", "/api/v1/names?person_id=1", 404),
    ("POST", "/api/v1/programmes", 405),
    ("OPTIONS", "/api/v1/programmes", 405),
    ("GET", "/operations/numbers", 401),
    ("GET", "/operations/anything", 404),
    ("GET", "/operations/parked/one/two", 404),
    ("PUT", "/operations/numbers", 405),
    ("GET", "/nowhere", 404),
    ("GET", "/docs", 404),
    ("GET", "/openapi.json", 404),
]


async def test_what_is_not_public_is_not_there(stand: Stand) -> None:
    for method, path, status in HIDDEN:
        response = await stand.browser().send(method, path)
        assert response.status_code == status, (method, path)
    assert not stand.upstream.heard


async def test_head_is_answered_like_get(stand: Stand) -> None:
    for path in ("/api/v1/programmes", "/api/docs", "/livez"):
        head, get = [await stand.browser().send(method, path) for method in ("HEAD", "GET")]
        assert head.status_code == get.status_code in (200, 204)
        assert head.headers.get("content-type") == get.headers.get("content-type")


async def test_headers_without_end_are_refused_in_words(stand: Stand) -> None:
    response = await stand.browser().send("GET", "/api/v1/programmes", headers={"x-long": "x" * 40_000})
    assert (response.status_code, response.json()["type"]) == (431, "headers_too_large")
    assert not stand.upstream.heard


ANSWERS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/api/v1/programmes", {}),
    ("GET", "/api/v1/session", {}),
    ("GET", "/api/v1/unknown", {}),
    ("POST", "/api/v1/programmes", {}),
    ("GET", "/api/v1/grants", {}),
    ("GET", "/api/docs", {}),
    ("GET", "/api/docs/swagger-ui.css", {}),
    ("GET", "/api/v1/openapi.json", {}),
    ("GET", "/sign-in", {}),
    ("GET", "/callback/development", {}),
    ("GET", "/nowhere", {}),
    ("GET", "/livez", {}),
    ("GET", "/readyz", {}),
    ("POST", "/sign-out", {"headers": {"origin": "https://elsewhere.test"}}),
    ("POST", "/api/v1/applications", {"content": b"x" * 1_100_000, "headers": {"content-type": "application/json"}}),
    ("GET", "/api/v1/session", {"headers": {"authorization": "Bearer none"}}),
]


async def test_every_answer_protects_the_browser(stand: Stand) -> None:
    stand.upstream.says("GET /programmes", {"type": "failed"}, 500)
    statuses = set()
    for method, path, sent in ANSWERS:
        response = await stand.browser().send(method, path, **sent)
        statuses.add(response.status_code)
        policy = response.headers["content-security-policy"]
        for part in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
            assert part in policy, path
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"]
        assert "access-control-allow-origin" not in response.headers
        assert "strict-transport-security" not in response.headers  # plain http
        assert "server" not in response.headers
    assert {200, 204, 303, 400, 401, 403, 404, 405, 413, 500} <= statuses


async def test_over_https_cookies_and_answers_insist_on_it(opened: Open) -> None:
    stand = await opened(GATEWAY_PUBLIC_URL="https://dpo.example.test")
    response = await stand.browser().get("/sign-in")
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-dpo-sign-in=")
    assert "Secure" in cookie
    assert "max-age=31536000" in response.headers["strict-transport-security"]
    assert "includeSubDomains" in response.headers["strict-transport-security"]


CHANGES: list[tuple[str, dict[str, Any], int]] = [
    ("no token", {}, 403),
    ("a token of nobody", {"x-csrf-token": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}, 403),
    ("no base64 at all", {"x-csrf-token": "не токен".encode()}, 403),
    ("another site", {"x-csrf-token": "own", "origin": "https://elsewhere.test"}, 403),
    ("no site", {"x-csrf-token": "own", "origin": "null"}, 403),
    ("a sibling", {"x-csrf-token": "own", "sec-fetch-site": "same-site"}, 403),
    ("across sites", {"x-csrf-token": "own", "sec-fetch-site": "cross-site"}, 403),
    ("somebody else's token", {"x-csrf-token": "foreign"}, 403),
    ("a plain form", {"x-csrf-token": "own", "content-type": "application/x-www-form-urlencoded"}, 415),
    ("plain text", {"x-csrf-token": "own", "content-type": "text/plain"}, 415),
    ("ours", {"x-csrf-token": "own", "origin": PORTAL, "sec-fetch-site": "same-origin"}, 200),
]


async def test_no_other_site_makes_a_browser_change_anything(stand: Stand) -> None:
    browser, _ = await stand.teacher()
    other = stand.browser()
    await other.sign_in("gareev")
    tokens = {"own": (await browser.get("/api/v1/session")).json()["csrf_token"]}
    tokens["foreign"] = (await other.get("/api/v1/session")).json()["csrf_token"]
    for name, headers, status in CHANGES:
        stand.upstream.heard.clear()
        given = headers.get("x-csrf-token")
        sent = {"content-type": "application/json", **headers}
        if given in tokens:
            sent["x-csrf-token"] = tokens[given]
        response = await browser.send("POST", "/api/v1/applications", headers=sent, content=b'{"a": 1}')
        assert response.status_code == status, name
        assert bool(stand.upstream.heard) == (status == 200), name


async def test_a_script_with_a_bearer_token_needs_no_csrf_token(stand: Stand) -> None:
    assert (await stand.call("POST", "/api/v1/applications", "gareev", APPLICATION)).status_code == 200
    assert stand.upstream.last().body == APPLICATION


async def test_bodies_are_bounded_whatever_they_say_of_themselves(stand: Stand) -> None:
    headers = {**await stand.bearer("gareev"), "content-type": "application/json"}

    async def trickle() -> Any:
        for _ in range(12):
            yield b"x" * 100_000

    response = await stand.gateway.client.post("/api/v1/applications", headers=headers, content=trickle())
    assert (response.status_code, response.json()["type"]) == (413, "too_large")
    assert not stand.upstream.heard


async def test_a_file_may_be_larger_where_one_is_taken_from_whoever_is_signed_in(stand: Stand) -> None:
    taken, large = "/api/v1/programmes/1/files?name=a.pdf", b"%PDF-" + b"0" * 2_000_000
    signed_in, pdf = await stand.bearer("gareev"), {"content-type": "application/pdf"}

    async def status(path: str, body: bytes, headers: dict[str, str]) -> int:
        return (await stand.gateway.client.post(path, headers=headers, content=body)).status_code

    assert await status(taken, large, {**signed_in, **pdf}) == 200
    assert {name.lower(): value for name, value in stand.upstream.last().headers.items()}["content-type"] == "application/pdf"
    assert await status(taken, large * 3, {**signed_in, **pdf}) == 413
    assert await status(taken, large, pdf) == 413
    assert await status(taken, large, {**signed_in, "content-type": "application/json"}) == 413
    assert await status("/api/v1/applications", large, {**signed_in, **pdf}) == 415


async def test_an_intent_keeps_its_key(stand: Stand) -> None:
    await stand.call("POST", "/api/v1/applications", "gareev", APPLICATION, **{"idempotency-key": "once"})
    assert stand.upstream.last().headers["idempotency-key"] == "once"


async def test_services_that_do_not_answer_are_told_apart(opened: Open) -> None:
    stand = await opened(GATEWAY_UPSTREAM_SECONDS="0.3")
    release = asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        await release.wait()
        return web.json_response({})

    stand.upstream.answers["GET /programmes"] = slow
    browser = stand.browser()
    late = await browser.get("/api/v1/programmes")
    release.set()
    assert (late.status_code, late.json()["type"]) == (504, "gateway_timeout")
    gate = stand.gateway.app.state.gate
    gate.upstreams.addresses["catalog"] = "http://127.0.0.1:1"
    gone = await browser.get("/api/v1/programmes")
    assert (gone.status_code, gone.json()["type"]) == (502, "bad_gateway")


async def test_public_reads_need_no_database(stand: Stand) -> None:
    await stand.gateway.app.state.gate.visitors.pool.close()
    assert (await stand.browser().get("/api/v1/programmes")).status_code == 200
    signed_in = await stand.browser().send("GET", "/api/v1/programmes", headers={"cookie": "dpo=some-session"})
    assert (signed_in.status_code, signed_in.headers["retry-after"]) == (503, "2")


async def test_rates_hold_per_person_and_per_address(opened: Open) -> None:
    stand = await opened(GATEWAY_GUEST_BURST="3", GATEWAY_GUEST_RATE="0.001", GATEWAY_PERSON_BURST="5", GATEWAY_PERSON_RATE="0.001")
    ways = [{}, {"x-forwarded-for": "10.0.0.9"}, {"cookie": "dpo=forged"}, {"x-real-ip": "10.0.0.8"}, {"user-agent": "another"}]
    statuses = [(await stand.browser().send("GET", "/api/v1/programmes", headers=way)).status_code for way in ways]
    assert statuses == [200, 200, 200, 429, 429]  # no header buys a second bucket
    refused = await stand.browser().get("/API/v1/programmes")
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    gareev = await stand.bearer("gareev")
    other = await stand.bearer("melnik")
    statuses = [(await stand.gateway.client.get("/api/v1/programmes", headers=gareev)).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    assert (await stand.gateway.client.get("/api/v1/programmes", headers=other)).status_code == 200


async def test_sign_ins_are_rarer(opened: Open) -> None:
    stand = await opened(GATEWAY_SIGN_IN_BURST="2", GATEWAY_SIGN_IN_RATE="0.001")
    assert [(await stand.browser().get("/sign-in")).status_code for _ in range(3)] == [303, 303, 429]


async def test_a_trusted_proxy_names_the_address(opened: Open) -> None:
    stand = await opened(GATEWAY_GUEST_BURST="1", GATEWAY_GUEST_RATE="0.001", GATEWAY_TRUSTED_PROXIES='["127.0.0.0/8"]')
    browser = stand.browser()
    seen = [
        (await browser.send("GET", "/api/v1/programmes", headers={"x-forwarded-for": came})).status_code
        for came in ("10.0.0.1", "10.0.0.2", "10.0.0.9, 10.0.0.1")
    ]
    assert seen == [200, 200, 429]  # only what the proxy itself has seen counts, which is the last


async def test_an_erased_person_is_nobody_at_the_next_call(stand: Stand) -> None:
    browser, person_id = await stand.teacher()
    erased = ConsentWithdrawn(request_id=uuid4(), consent_id=uuid4(), person_id=person_id, purpose="training", text_version=1, erase=True)
    await stand.gateway.hear(envelope_of(erased, subject=erased.consent_id, at=datetime.now(UTC) + timedelta(seconds=1)))
    assert not (await browser.get("/api/v1/session")).json()["signed_in"]


async def test_one_trace_runs_through_the_door_and_a_caller_can_not_choose_it(stand: Stand) -> None:
    exporter = InMemorySpanExporter()
    provider = trace.get_tracer_provider()
    assert isinstance(provider, TracerProvider)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    forged = {"traceparent": "00-11111111111111111111111111111111-2222222222222222-01"}
    response = await stand.call("POST", "/api/v1/applications", "gareev", APPLICATION, **forged)
    spans = {span.name: span for span in exporter.get_finished_spans()}
    server, hop = spans["POST /api/v1/applications"], spans["POST enrollment"]
    assert hop.parent is not None
    assert hop.parent.span_id == server.context.span_id
    trace_id = format(server.context.trace_id, "032x")
    assert response.headers["x-trace-id"] == trace_id != "1" * 32
    assert stand.upstream.last().headers["traceparent"].split("-")[1:3] == [trace_id, format(hop.context.span_id, "016x")]
    said = str([(span.name, dict(span.attributes or {})) for span in exporter.get_finished_spans()])
    assert "gareev" not in said


async def test_the_public_api_describes_itself_without_the_internet(stand: Stand) -> None:
    browser = stand.browser()
    page = (await browser.get("/api/docs")).text
    assert "http://" not in page
    assert "https://" not in page
    for asset in ("swagger-ui.css", "swagger-ui-bundle.js", "start.js"):
        assert (await browser.get(f"/api/docs/{asset}")).status_code == 200
    assert (await browser.get("/api/docs/openapi.json")).json()["openapi"] == "3.0.3"
    assert (await browser.get("/api/docs/index.html")).status_code == 404
    assert "/api/v1/programmes" in (await browser.get("/api/v1/openapi.json")).json()["paths"]
