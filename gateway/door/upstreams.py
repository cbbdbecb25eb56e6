"""The services behind the door, over kept connections with bounded waits; only the HTTP/1.1 that they speak, for a client is dear."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson
import structlog
from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from shared.errors import DomainError, Unavailable
from shared.telemetry import SAFE

log = structlog.get_logger()
CONNECT_SECONDS = 2.0
KEPT_ALIVE_SECONDS = 3.0  # less than uvicorn's five, or a call now and then meets a connection that is just being closed
REPEATABLE = SAFE | {"PUT", "DELETE"}
PASSED_BACK = frozenset(
    name.encode()
    for name in (
        "content-type",
        "content-disposition",
        "content-language",
        "cache-control",
        "etag",
        "last-modified",
        "location",
        "retry-after",
        "vary",
        "idempotent-replay",
    )
)
"""What an answer keeps; hop-by-hop headers and a service's own secrets are not among them."""


class Unreachable(DomainError):
    code, status, detail = "bad_gateway", 502, "Служба, которая отвечает на этот запрос, сейчас недоступна. Повторите через минуту."


class Late(DomainError):
    code, status, detail = "gateway_timeout", 504, "Служба не ответила вовремя. Проверьте, выполнено ли действие, прежде чем повторять."


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, the headers that are passed on (lower case), and the whole body."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def json(self) -> Any:
        return orjson.loads(self.body) if self.body else None

    def header(self, name: bytes) -> bytes | None:
        return next((value for key, value in self.headers if key == name), None)


class Connection(asyncio.Protocol):
    """A connection to a service, which is asked one thing at a time; the answer says its length, and nothing asks for a HEAD."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.parser = HttpResponseParser(self)
        self.answer: asyncio.Future[Answer] | None = None
        self.rests_since: float | None = None  # None while it is asked, or when it can not be asked again

    def ask(self, request: bytes) -> asyncio.Future[Answer]:
        """The answer to come; it fails with `ConnectionError` when the connection ends before."""
        self.headers: list[tuple[bytes, bytes]] = []
        self.parts: list[bytes] = []
        self.answer, self.rests_since = asyncio.get_running_loop().create_future(), None
        self.transport.write(request)
        return self.answer

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as problem:
            self.connection_lost(problem)

    def connection_lost(self, reason: Exception | None) -> None:
        self.transport.abort()
        self.rests_since = None
        if self.answer and not self.answer.done():
            self.answer.set_exception(ConnectionResetError())

    def on_message_begin(self) -> None:
        if self.answer is None or self.answer.done():
            raise ConnectionError("nobody asked")  # nor may the next one who asks take it for the answer

    def on_header(self, name: bytes, value: bytes) -> None:
        if (name := name.lower()) in PASSED_BACK:
            self.headers.append((name, value))

    def on_body(self, part: bytes) -> None:
        self.parts.append(part)

    def on_message_complete(self) -> None:
        status = self.parser.get_status_code()
        if status < 200:
            self.headers = []  # only an announcement
        elif self.answer and not self.answer.done():
            if self.parser.should_keep_alive():
                self.rests_since = time.monotonic()
            self.answer.set_result(Answer(status, self.headers, b"".join(self.parts)))


class Upstreams:
    """The connections to every service."""

    def __init__(self, addresses: Mapping[str, str], *, seconds: float, connections: int) -> None:
        self.addresses, self.seconds = dict(addresses), seconds
        self.places = {service: asyncio.Semaphore(connections) for service in addresses}
        self.resting: defaultdict[str, list[Connection]] = defaultdict(list)

    async def send(self, service: str, method: str, target: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        """A service's answer to one request; raises `Unreachable`, `Late` or `Unavailable` when there is none."""
        if (address := self.addresses.get(service)) is None:
            raise Unreachable()
        try:
            async with asyncio.timeout(self.seconds), self.places[service]:
                return await self.asked(address, request(address, method, target, headers, body), again=method in REPEATABLE)
        except TimeoutError as problem:
            log.warning("upstream_late", upstream=service)
            raise Late() from problem
        except OSError as problem:
            log.warning("upstream_away", upstream=service, error=type(problem).__name__)
            raise Unreachable() from problem

    async def asked(self, address: str, said: bytes, *, again: bool) -> Answer:
        """An answer over a connection that rested, or a new one; what may be repeated is, should the service have closed the former."""
        connection = self.rested(address)
        if connection and again:
            with suppress(ConnectionError):
                return await self.answered(address, connection, said)
            connection = None
        return await self.answered(address, connection or await opened(address), said)

    def rested(self, address: str) -> Connection | None:
        """The connection used last of those that live; what has rested too long is closed."""
        resting, latest = self.resting[address], time.monotonic() - KEPT_ALIVE_SECONDS
        while resting:
            connection = resting.pop()
            if connection.rests_since and connection.rests_since > latest:
                return connection
            connection.transport.abort()
        return None

    async def answered(self, address: str, connection: Connection, said: bytes) -> Answer:
        try:
            return await connection.ask(said)
        finally:
            if connection.rests_since:
                self.resting[address].append(connection)
            else:
                connection.transport.abort()  # also when nobody waits any more: the answer must not meet the next one who asks

    async def close(self) -> None:
        for connections in self.resting.values():
            for connection in connections:
                connection.transport.abort()


def request(address: str, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> bytes:
    """A request as it is sent; raises `ValueError` for one that would break out of its line."""
    at = urlsplit(address)
    lines = [f"{method} {at.path}{target} HTTP/1.1", f"host: {at.netloc}", *[f"{name}: {value}" for name, value in headers.items()]]
    if body is not None or method not in SAFE:
        lines.append(f"content-length: {len(body or b'')}")
    said = "\r\n".join(lines)
    if said.count("\n") >= len(lines) or said.count("\r") >= len(lines):
        raise ValueError("a line break inside a line")
    return said.encode("latin-1") + b"\r\n\r\n" + (body or b"")


async def opened(address: str) -> Connection:
    """A new connection; raises `Unavailable` when it takes too long, `OSError` when it is refused."""
    at, loop = urlsplit(address), asyncio.get_running_loop()
    port, secure = (at.port or 443, True) if at.scheme == "https" else (at.port or 80, None)
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            _, connection = await loop.create_connection(Connection, at.hostname or "", port, ssl=secure)
            return connection
    except TimeoutError as problem:
        log.warning("upstream_away", upstream=address, error=type(problem).__name__)
        raise Unavailable() from problem
