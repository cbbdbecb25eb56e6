"""Every service refuses every token but a valid one of the gateway, before anything else happens."""

import asyncio
import base64
import json
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey, RSAKey

from shared.access import Tokens, declared
from shared.clock import real_time
from shared.database import engine_of, reads_of
from shared.messaging.outbox import sessions_of
from tests.support.service import KEY, PUBLIC_KEYS, token

SERVICES = ("catalog", "enrollment", "assessment", "routes", "notify", "reports")
FOREIGN_RSA = RSAKey.generate_key(2048)
PUBLIC_BYTES = json.dumps(KEY.as_dict(private=False)).encode()


def signed(header: dict[str, Any], key: Any, audience: str, algorithm: str) -> str:
    now = int(time.time())
    claims = {"iss": "dpo-gateway", "aud": audience, "sub": "x", "iat": now, "nbf": now, "exp": now + 60, "grants": [{"role": "operator"}]}
    return jwt.encode({"alg": algorithm, "typ": "dpo+jwt", "kid": "test", **header}, claims, key, algorithms=[algorithm])


def part(data: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()


def tampered(audience: str) -> str:
    header, _, signature = token(audience).split(".")
    now = int(time.time())
    claims = {"iss": "dpo-gateway", "aud": audience, "sub": "x", "nbf": now, "exp": now + 60, "grants": [{"role": "operator"}]}
    return f"{header}.{part(claims)}.{signature}"


def twice(audience: str) -> str:
    """Duplicate members: the signature is genuine only for what the gateway never signs, so it can not be made without the key."""
    header, _, signature = token(audience).split(".")
    body = base64.urlsafe_b64encode(f'{{"aud":"{audience}","aud":"{audience}"}}'.encode()).rstrip(b"=").decode()
    return f"{header}.{body}.{signature}"


NOW = int(time.time())
ODD: dict[str, Any] = {"person": "' OR 1=1"}
WRONG: dict[str, Callable[[str], str]] = {
    "empty": lambda audience: "",
    "no token": lambda audience: "not-a-token",
    "expired": lambda audience: token(audience, nbf=NOW - 120, exp=NOW - 60),
    "expired by three seconds": lambda audience: token(audience, nbf=NOW - 60, exp=NOW - 3),
    "not yet valid": lambda audience: token(audience, nbf=NOW + 600, exp=NOW + 660),
    "valid too long": lambda audience: token(audience, exp=NOW + 3600),
    "another audience": lambda audience: token("another"),
    "two audiences": lambda audience: token(audience, aud=[audience, "another"]),
    "another issuer": lambda audience: token(audience, iss="https://evil.example"),
    "no expiry": lambda audience: token(audience, exp=None),
    "person is no id": lambda audience: token(audience, sub="x", **ODD),
    "an ID token": lambda audience: signed({"typ": "JWT"}, KEY, audience, "Ed25519"),
    "alg none": lambda audience: f"{part({'alg': 'none', 'typ': 'dpo+jwt', 'kid': 'test'})}.{tampered(audience).split('.')[1]}.",
    "HS256 with the public key": lambda audience: signed({}, OctKey.import_key(PUBLIC_BYTES), audience, "HS256"),
    "RS256 with a foreign key": lambda audience: signed({}, FOREIGN_RSA, audience, "RS256"),
    "a foreign key of our kid": lambda audience: signed({}, OKPKey.generate_key("Ed25519"), audience, "Ed25519"),
    "unknown kid": lambda audience: signed({"kid": "other"}, KEY, audience, "Ed25519"),
    "kid as a path": lambda audience: signed({"kid": "../../etc/passwd"}, KEY, audience, "Ed25519"),
    "tampered": tampered,
    "duplicate claims": twice,
}


def app_of(service: str) -> FastAPI:
    app: FastAPI = import_module(f"services.{service}.main").app
    engine = engine_of("postgresql+asyncpg://nobody@127.0.0.1:1/nothing", pool_size=1, name=service)  # never reached
    app.state.tokens = Tokens(PUBLIC_KEYS, service)
    app.state.sessions = sessions_of(engine, service=service, clock=real_time, wake=asyncio.Event())
    app.state.reads = reads_of(engine, service=service, clock=real_time)
    return app


def path_of(route: APIRoute) -> str:
    path = route.path
    for name in route.param_convertors:
        path = path.replace("{" + name + "}", str(uuid4()))
    return path


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("wrong", WRONG)
async def test_a_wrong_token_is_refused_by_every_service(service: str, wrong: str) -> None:
    app = app_of(service)
    route = app.state.routes[0]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        answer = await client.request(min(route.methods), path_of(route), headers={"authorization": f"Bearer {WRONG[wrong](service)}"})
    assert (answer.status_code, answer.json()["type"]) == (401, "unauthenticated"), wrong


@pytest.mark.parametrize("service", SERVICES)
async def test_no_route_answers_without_a_token_or_to_trusted_headers(service: str) -> None:
    app = app_of(service)
    spoofed = {"x-user-id": "1", "x-forwarded-user": "admin", "x-roles": "operator", "cookie": "session=1"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        for route in app.state.routes:
            for method in route.methods:
                for headers in ({}, spoofed, {"authorization": "Basic YTpi"}):
                    answer = await client.request(method, path_of(route), headers=headers)
                    assert answer.status_code == 401, (method, route.path)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_role_that_a_route_does_not_name_is_refused(service: str) -> None:
    app = app_of(service)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://x") as client:
        for route in app.state.routes:
            allowed = declared(route)
            assert allowed
            for role in {"teacher", "expert", "ministry", "gateway"} - set(allowed.roles):
                if not allowed.roles:
                    continue
                headers = {"authorization": f"Bearer {token(service, person=uuid4(), grants=[{'role': role}])}"}
                for method in route.methods:
                    answer = await client.request(method, path_of(route), headers=headers, json={})
                    assert answer.status_code == 403, (role, method, route.path, answer.text)


def test_the_token_of_the_tests_is_a_good_one() -> None:
    assert Tokens(PUBLIC_KEYS, "catalog").caller(token("catalog", grants=[{"role": "operator"}])).role == "operator"
