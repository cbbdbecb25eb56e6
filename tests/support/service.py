"""Runs one service in the test's process on real servers, and speaks to it as the gateway and the bus would."""

import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey
from sqlalchemy import select

from shared.access import ISSUER, TOKEN_TYPE
from shared.contracts import Envelope, Event
from shared.messaging.consumer import hear_once
from shared.messaging.due import serve_one
from shared.messaging.tables import outbox
from shared.messaging.topology import queue_of

KEY = OKPKey.generate_key("Ed25519", {"kid": "test"})
PUBLIC_KEYS: dict[str, Any] = dict(KeySet([KEY]).as_dict(private=False))


def package_of(service: str) -> str:
    return "gateway" if service == "gateway" else f"services.{service}"


def token(
    audience: str,
    *,
    person: UUID | None = None,
    grants: list[dict[str, Any]] | None = None,
    consents: list[str] | None = None,
    **claims: Any,
) -> str:
    """An internal token as the gateway signs it; `claims` override, so that a test can make it wrong."""
    now = int(time.time())
    body = {
        "iss": ISSUER,
        "aud": audience,
        "sub": str(person or "staff"),
        "person": str(person) if person else None,
        "grants": grants or [],
        "consents": consents or [],
        "iat": now,
        "nbf": now,
        "exp": now + 60,
        "jti": str(uuid4()),
        **claims,
    }
    return jwt.encode({"alg": "Ed25519", "typ": TOKEN_TYPE, "kid": "test"}, body, KEY, algorithms=["Ed25519"])


@dataclass
class Person:
    """Someone who calls a service: headers for httpx."""

    service: str
    person: UUID | None = None
    grants: list[dict[str, Any]] = field(default_factory=list)
    consents: list[str] = field(default_factory=list)
    subject: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        claims = {"sub": self.subject} if self.subject else {}
        return {"authorization": "Bearer " + token(self.service, person=self.person, grants=self.grants, consents=self.consents, **claims)}


def envelope_of(event: Event, *, subject: UUID, revision: int = 1, at: datetime | None = None) -> Envelope:
    """An event as its owner would have said it."""
    return Envelope(
        id=uuid4(),
        source="/dpo/" + event.topic.partition(".")[0],
        type=event.topic,
        subject=subject,
        time=at or datetime.now(UTC),
        dporevision=revision,
        data=event.model_dump(mode="json"),
    )


@dataclass
class Running:
    """A running service: its HTTP side, its ears, what it told, and the clock it lives by."""

    name: str
    app: FastAPI
    client: httpx.AsyncClient
    clock_file: Path

    def guest(self) -> Person:
        return Person(self.name, subject="guest")

    def teacher(self, person: UUID | None = None, *consents: str) -> Person:
        return Person(self.name, person or uuid4(), [{"role": "teacher"}], list(consents or ("training", "assessment", "notifications")))

    def staff(self, role: str, scope: UUID | str | None = None) -> Person:
        return Person(self.name, None, [{"role": role, "scope": str(scope) if scope else None}], subject=f"{role}:{scope}")

    async def call(self, method: str, path: str, who: Person, *, json: Any = None, key: str | None = None, **kwargs: Any) -> httpx.Response:
        headers = {**who.headers, **({"idempotency-key": key} if key else {}), **kwargs.pop("headers", {})}
        return await self.client.request(method, path, json=json, headers=headers, **kwargs)

    async def hear(self, *envelopes: Envelope) -> list[bool]:
        """Let the handlers hear these, as a consumer would, one transaction each; return which were new."""
        hears = import_module(f"{package_of(self.name)}.subscribers").HEARS
        heard = []
        for envelope in envelopes:
            event = envelope.event()
            async with self.app.state.sessions.begin() as session:
                heard.append(await hear_once(session, queue_of(self.name, event.topic), hears[type(event)], envelope, event))
        return heard

    async def told(self, kind: type[Event] | None = None) -> list[Envelope]:
        """Everything the service has said so far, oldest first."""
        async with self.app.state.engine.connect() as connection:
            rows = (await connection.execute(select(outbox.c.body).order_by(outbox.c.id))).all()
        said = [Envelope.read(row.body) for row in rows]
        return [one for one in said if kind is None or one.type == kind.topic]

    def move_clock(self, **delta: float) -> None:
        """Move the service's clock forward by a timedelta's arguments, on top of earlier moves."""
        seconds = float(self.clock_file.read_text() or 0) if self.clock_file.exists() else 0.0
        self.clock_file.write_text(str(seconds + timedelta(**delta).total_seconds()))

    async def serve_due(self, now: datetime) -> None:
        """Serve everything that is due at a moment."""
        dues = import_module(f"{package_of(self.name)}.subscribers").DUES
        while await serve_one(self.app.state.sessions, dues, now):
            pass


@asynccontextmanager
async def running(
    name: str, app: FastAPI, *, database_url: str, broker_url: str, folder: Path, environment: dict[str, str]
) -> AsyncIterator[Running]:
    """A service of ours between start and graceful stop."""
    clock_file = folder / f"clock-{name}"
    prefix = name.upper()
    told = {
        f"{prefix}_DATABASE_URL": database_url,
        f"{prefix}_BROKER_URL": broker_url,
        "DPO_TOKEN_PUBLIC_KEYS": json.dumps(PUBLIC_KEYS),
        "DPO_DEVELOPMENT": "1",
        "DPO_CLOCK_FILE": str(clock_file),
        "DPO_READ_SAMPLE": "1",
        **environment,
    }
    before = {key: os.environ.get(key) for key in told}
    os.environ.update(told)
    try:
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://service", timeout=30) as client:
                yield Running(name, app, client, clock_file)
    finally:
        for key, value in before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value
