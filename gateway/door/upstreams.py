"""The services behind the door, over pooled connections with bounded waits."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
import structlog
from yarl import URL

from shared.errors import DomainError, Unavailable

log = structlog.get_logger()
KEPT_ALIVE_SECONDS = 3.0  # less than uvicorn's five, or a call now and then meets a connection that is just being closed
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


class Upstreams:
    """One pooled session per service."""

    def __init__(self, addresses: Mapping[str, str], *, seconds: float, connections: int) -> None:
        self.addresses = dict(addresses)
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=2)
        self.sessions = {
            service: aiohttp.ClientSession(
                timeout=timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
                connector=aiohttp.TCPConnector(limit=connections, use_dns_cache=True, keepalive_timeout=KEPT_ALIVE_SECONDS),
                skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent", "Content-Type"),
                auto_decompress=False,
            )
            for service in addresses
        }

    async def send(self, service: str, method: str, target: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        """A service's answer to one request; raises `Unreachable`, `Late` or `Unavailable` when there is none."""
        if (session := self.sessions.get(service)) is None:
            raise Unreachable()
        url = URL(self.addresses[service] + target, encoded=True)
        try:
            async with session.request(method, url, headers=headers, data=body, allow_redirects=False) as response:
                kept = [(key, value) for name, value in response.raw_headers if (key := name.lower()) in PASSED_BACK]
                return Answer(response.status, kept, await response.read())
        except aiohttp.ConnectionTimeoutError as problem:
            log.warning("upstream_away", upstream=service, error=type(problem).__name__)
            raise Unavailable() from problem
        except TimeoutError as problem:
            log.warning("upstream_late", upstream=service)
            raise Late() from problem
        except (aiohttp.ClientError, OSError) as problem:
            log.warning("upstream_away", upstream=service, error=type(problem).__name__)
            raise Unreachable() from problem

    async def close(self) -> None:
        await asyncio.gather(*(session.close() for session in self.sessions.values()))


def without(headers: Iterable[tuple[bytes, bytes]], *names: bytes) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in headers if name not in names]
