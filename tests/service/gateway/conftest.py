"""The gateway before real servers: the development issuer, and an upstream that checks tokens and remembers what it was told."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import httpx
import pytest_asyncio
from aiohttp import web

from deploy.identity.issuer import Issuer
from deploy.ports import free_port
from shared.access import Caller, Tokens
from tests.support.service import KEY, PUBLIC_KEYS, Running
from tests.support.stage import Start

PORTAL = "http://127.0.0.1:8000"
PUBLIC = {
    "paths": {
        "/api/v1/programmes": {"get": {"x-service": "catalog", "operationId": "list_programmes", "x-roles": ["guest"]}},
        "/api/v1/programmes/{programme_id}": {"get": {"x-service": "catalog", "operationId": "show_programme", "x-roles": ["guest"]}},
        "/api/v1/organisations/{organisation_id}": {
            "get": {"x-service": "catalog", "operationId": "show_organisation", "x-roles": ["guest"]}
        },
        "/api/v1/programmes/{programme_id}/files": {
            "post": {
                "x-service": "catalog",
                "operationId": "upload_file",
                "x-roles": ["provider_specialist"],
                "requestBody": {"content": {"application/pdf": {}}},
            }
        },
        "/api/v1/applications": {
            "get": {"x-service": "enrollment", "operationId": "read_applications", "x-roles": ["school_specialist", "operator"]},
            "post": {
                "x-service": "enrollment",
                "operationId": "submit_application",
                "x-roles": ["teacher"],
                "requestBody": {"content": {"application/json": {}}},
            },
        },
        "/api/v1/applications/{application_id}/withdrawal": {
            "post": {"x-service": "enrollment", "operationId": "withdraw_application", "x-roles": ["teacher"]}
        },
        "/api/v1/me/consents": {
            "get": {"x-service": "enrollment", "operationId": "read_consents", "x-roles": ["teacher"]},
            "post": {"x-service": "enrollment", "operationId": "grant_consent", "x-roles": ["teacher"]},
        },
        "/api/v1/groups/{group_id}/roster": {
            "get": {"x-service": "enrollment", "operationId": "read_roster", "x-roles": ["provider_specialist"]}
        },
    }
}


@dataclass
class Heard:
    """One request as a service received it."""

    service: str
    method: str
    path: str
    headers: dict[str, str]
    body: Any
    caller: Caller


@dataclass
class Upstream:
    """Stands for every service: checks the internal token as they do, and answers what a test has laid out."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    answers: dict[str, Callable[[web.Request], Awaitable[web.Response]]] = field(default_factory=dict)

    def says(self, route: str, body: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        async def answer(_: web.Request) -> web.Response:
            kind = "application/problem+json" if status >= 400 else "application/json"
            return web.Response(body=json.dumps(body).encode(), status=status, headers={"Content-Type": kind, **(headers or {})})

        self.answers[route] = answer

    def last(self, service: str = "") -> Heard:
        return [one for one in self.heard if service in ("", one.service)][-1]

    async def serve(self, request: web.Request) -> web.Response:
        service, _, path = request.match_info["rest"].partition("/")
        tokens = Tokens(dict(PUBLIC_KEYS), service)
        caller = tokens.caller(request.headers["Authorization"].removeprefix("Bearer "))
        body = await request.read()
        said = json.loads(body) if body and request.content_type == "application/json" else None
        self.heard.append(Heard(service, request.method, "/" + path, dict(request.headers), said, caller))
        if (answer := self.answers.get(f"{request.method} /{path}")) is not None:
            return await answer(request)
        return web.json_response({"service": service, "path": "/" + path, "query": request.query_string})


@asynccontextmanager
async def serving(app: web.Application, port: int) -> AsyncIterator[str]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@pytest_asyncio.fixture
async def upstream() -> AsyncIterator[Upstream]:
    made = Upstream()
    app = web.Application(client_max_size=10_000_000)
    app.router.add_route("*", "/{rest:.*}", made.serve)
    async with serving(app, free_port()) as url:
        made.url = url
        yield made


@pytest_asyncio.fixture
async def issuer(tmp_path: Path) -> AsyncIterator[Issuer]:
    port = free_port()
    made = Issuer(f"http://127.0.0.1:{port}", tmp_path / "identity")
    async with serving(made.application(), port):
        yield made


@dataclass
class Browser:
    """A browser at the door: it keeps cookies and, when it has a session, says where its requests come from."""

    client: httpx.AsyncClient
    cookies: dict[str, str] = field(default_factory=dict)

    async def send(self, method: str, path: str, *, headers: dict[str, str] | None = None, **kwargs: Any) -> httpx.Response:
        """A request with the cookies so far and exactly these headers."""
        self.client.cookies.clear()  # the client is shared, the cookies are this browser's
        sent = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        response = await self.client.request(method, path, headers={**sent, **(headers or {})}, **kwargs)
        for line in response.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        return response

    async def get(self, path: str, **kwargs: Any) -> httpx.Response:
        return await self.send("GET", path, **kwargs)

    async def change(self, method: str, path: str, json: Any = None, **headers: str) -> httpx.Response:
        """What a script of our own page sends."""
        token = (await self.get("/api/v1/session")).json()["csrf_token"]
        own = {"x-csrf-token": token, "origin": PORTAL, "sec-fetch-site": "same-origin", **headers}
        return await self.send(method, path, headers=own, json=json)

    async def begin(self, **query: str) -> str:
        """Start a sign-in; return the issuer's address."""
        response = await self.get("/sign-in", params=query)
        assert response.status_code == 303, response.text
        return str(response.headers["location"])

    async def choose(self, address: str, persona: str) -> str:
        """Press a persona's button at the issuer; return the path at the portal that it leads back to."""
        async with aiohttp.ClientSession() as http:
            async with http.get(address) as page:
                assert f'value="{persona}"' in await page.text() or persona.startswith("teacher-")
            async with http.post(address, data={"persona": persona}, allow_redirects=False) as response:
                back = response.headers["Location"]
        assert back.startswith(PORTAL)
        return back.removeprefix(PORTAL)

    async def sign_in(self, persona: str, **query: str) -> httpx.Response:
        """The whole round."""
        return await self.get(await self.choose(await self.begin(**query), persona))


@dataclass
class Stand:
    """A running gateway with its issuer and upstream."""

    gateway: Running
    issuer: Issuer
    upstream: Upstream

    def browser(self) -> Browser:
        return Browser(self.gateway.client)

    async def bearer(self, persona: str) -> dict[str, str]:
        """Headers of a script that acts as a persona."""
        form = {"grant_type": "client_credentials", "client_id": "dpo", "persona": persona}
        async with aiohttp.ClientSession() as http, http.post(f"{self.issuer.url}/token", data=form) as answer:
            return {"authorization": f"Bearer {(await answer.json())['access_token']}"}

    async def call(self, method: str, path: str, persona: str, json: Any = None, **headers: str) -> httpx.Response:
        return await self.gateway.client.request(method, path, json=json, headers={**await self.bearer(persona), **headers})

    def registers(self, person_id: UUID | None = None, *purposes: str) -> UUID:
        """Let enrollment accept whoever registers next, and notify their address."""
        person_id = person_id or uuid4()
        consents = list(purposes or ("training", "assessment", "notifications"))
        self.upstream.says("POST /learners", {"person_id": str(person_id), "consents": consents}, 201)
        self.upstream.says(f"PUT /contacts/{person_id}", None, 204)
        return person_id

    async def teacher(self, persona: str = "sokolova") -> tuple[Browser, UUID]:
        """A browser of somebody who has consented."""
        person_id, browser = self.registers(), self.browser()
        await browser.sign_in(persona)
        consents = [{"purpose": purpose, "text_version": 1} for purpose in ("training", "assessment", "notifications")]
        response = await browser.change("POST", "/api/v1/me/registration", {"consents": consents})
        assert response.status_code == 201, response.text
        return browser, person_id


def environment(issuer: Issuer, upstream: Upstream, folder: Path) -> dict[str, str]:
    """What the gateway is told beyond what every service is told; rates are out of the way unless a test sets them."""
    document = folder / "openapi.json"
    document.write_text(json.dumps(PUBLIC))
    issuers = [{"key": "development", "title": "Учебный вход", "issuer": issuer.url, "client_id": "dpo"}]
    return {
        "GATEWAY_PUBLIC_URL": PORTAL,
        "GATEWAY_UPSTREAMS": json.dumps({name: f"{upstream.url}/{name}" for name in ("catalog", "enrollment", "notify")}),
        "GATEWAY_SIGNING_KEY": json.dumps(KEY.as_dict(private=True)),
        "GATEWAY_ISSUERS": json.dumps(issuers),
        "GATEWAY_OPENAPI_FILE": str(document),
        "GATEWAY_FIRST_OPERATOR": f"{issuer.url}|orlova",
        "GATEWAY_GUEST_BURST": "100000",
        "GATEWAY_PERSON_BURST": "100000",
        "GATEWAY_SIGN_IN_BURST": "100000",
    }


Open = Callable[..., Awaitable[Stand]]


@pytest_asyncio.fixture
async def opened(start: Start, issuer: Issuer, upstream: Upstream, tmp_path: Path) -> AsyncIterator[Open]:
    """Opens the gateway with settings of the test's own."""
    async with AsyncExitStack():

        async def open_up(**settings: str) -> Stand:
            running = await start("gateway", **{**environment(issuer, upstream, tmp_path), **settings})
            return Stand(running, issuer, upstream)

        yield open_up


@pytest_asyncio.fixture
async def stand(opened: Open) -> Stand:
    return await opened()
