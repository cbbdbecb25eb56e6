"""Persons of the development issuer at the gateway's public API: tokens, calls, waiting for what others derive."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp

CLIENT = "dpo"
PATIENCE_SECONDS, AT_ONCE = 60.0, 8
Found = TypeVar("Found")


def client() -> aiohttp.ClientSession:
    """A client that gives up idle connections before the portal does, after five seconds: one just being closed answers nothing."""
    connector = aiohttp.TCPConnector(keepalive_timeout=2)
    return aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=60))


class Refused(RuntimeError):
    """The door's answer was a refusal: what was asked, by whom, and its problem document."""

    def __init__(self, who: str, asked: str, status: int, body: Any) -> None:
        said = body.get("detail") if isinstance(body, dict) else body
        errors = body.get("errors", "") if isinstance(body, dict) else ""
        super().__init__(f"{who}: {asked} → {status} {said} {errors}".strip())
        self.status, self.body = status, body


@dataclass
class Door:
    """A portal and its development issuer."""

    portal: str
    issuer: str
    http: aiohttp.ClientSession

    async def person(self, persona: str) -> "Person":
        """Somebody of the issuer's list, with an access token."""
        form = {"grant_type": "client_credentials", "persona": persona, "client_id": CLIENT}
        async with self.http.post(f"{self.issuer}/token", data=form) as answer:
            answer.raise_for_status()
            token = (await answer.json())["access_token"]
        return Person(self, persona, {"authorization": f"Bearer {token}"})


@dataclass
class Person:
    """Someone who calls the API; `trace` is the trace of the last call that changed something."""

    door: Door
    name: str
    headers: Mapping[str, str]
    trace: str = ""

    async def call(
        self, method: str, path: str, json: Any = None, *, key: str | None = None, file: bytes | None = None, **query: Any
    ) -> Any:
        """The answer's JSON; raises `Refused` for any refusal, and waits out a full bucket of the rate limit."""
        headers = dict(self.headers)
        if method != "GET":
            headers["idempotency-key"] = key or secrets.token_hex(8)
        params = {name: str(value) for name, value in query.items() if value is not None}
        while True:
            url = f"{self.door.portal}/api/v1{path}"
            async with self.door.http.request(method, url, json=json, data=file, params=params, headers=headers) as answer:
                self.trace = answer.headers.get("x-trace-id", "") or self.trace
                body = await answer.json() if answer.content_type.endswith("json") else None
                if answer.status == 429 or (answer.status == 503 and method == "GET"):
                    await asyncio.sleep(float(answer.headers.get("retry-after", 1)))
                    continue
                if answer.status >= 400:
                    raise Refused(self.name, f"{method} {path}", answer.status, body)
                return body

    async def get(self, path: str, **query: Any) -> Any:
        return await self.call("GET", path, **query)

    async def post(self, path: str, json: Any = None, *, key: str | None = None) -> Any:
        return await self.call("POST", path, {} if json is None else json, key=key)

    async def put(self, path: str, json: Any) -> Any:
        return await self.call("PUT", path, json)

    async def everything(self, path: str, **query: Any) -> list[Any]:
        """All pages of a list."""
        found, cursor = [], None
        while True:
            page = await self.get(path, limit=100, cursor=cursor, **query)
            found += page["items"]
            if not (cursor := page["next"]):
                return found


async def each(work: Iterable[Awaitable[Found]]) -> list[Found]:
    """Do the work a few pieces at a time, keeping the order of the answers."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(piece: Awaitable[Found]) -> Found:
        async with slots:
            return await piece

    return list(await asyncio.gather(*(one(piece) for piece in work)))


async def until(ask: Callable[[], Awaitable[Found | None]], *, what: str, within: float = PATIENCE_SECONDS) -> Found:
    """Wait for something that another service derives; a refusal counts as «not yet»; raises `TimeoutError` with what was awaited."""
    deadline, last = time.monotonic() + within, ""
    while time.monotonic() < deadline:
        try:
            if found := await ask():
                return found
        except Refused as refusal:
            last = f" ({refusal})"
        await asyncio.sleep(0.1)
    raise TimeoutError(f"did not happen within {within:.0f} s: {what}{last}")
