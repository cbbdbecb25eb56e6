"""What leaves the door: answers with the headers that protect a browser, and refusals said as problem+json."""

from collections.abc import Iterable

from starlette.types import Message, Scope, Send

from gateway.door.limits import TooMany
from shared.errors import DomainError, problem

Headers = list[tuple[bytes, bytes]]
POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


def protecting(*, https: bool) -> Headers:
    """The headers of every answer, errors included."""
    headers = [
        (b"content-security-policy", POLICY.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"strict-origin-when-cross-origin"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    ]
    return [*headers, (b"strict-transport-security", b"max-age=31536000; includeSubDomains")] if https else headers


class Leaving:
    """A `send` that adds what every answer carries; a header that is there already stays."""

    def __init__(self, send: Send, protection: Headers) -> None:
        self.send, self.protection, self.status = send, protection, 0
        self.private, self.trace_id = False, ""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": self.complete(message.get("headers", ()))}
        await self.send(message)

    def complete(self, headers: Iterable[tuple[bytes, bytes]]) -> Headers:
        given = [(name, value) for name, value in headers if name.lower() != b"server"]
        present = {name.lower() for name, _ in given}
        made = given + [(name, value) for name, value in self.protection if name not in present]
        if self.private and b"cache-control" not in present:
            made.append((b"cache-control", b"no-store"))
        if self.trace_id:
            made.append((b"x-trace-id", self.trace_id.encode()))
        return made

    async def answer(self, status: int, headers: Headers, body: bytes) -> None:
        start = {"type": "http.response.start", "status": status, "headers": [*headers, (b"content-length", str(len(body)).encode())]}
        await self(start)
        await self.send({"type": "http.response.body", "body": body})

    async def refuse(self, scope: Scope, error: DomainError) -> None:
        response = problem(error.status, error.code, error.detail, **error.facts)
        if isinstance(error, TooMany):
            response.headers["retry-after"] = str(error.retry_after)
        await self.answer(response.status_code, without_length(response.raw_headers), bytes(response.body))


def without_length(headers: Headers) -> Headers:
    return [(name, value) for name, value in headers if name != b"content-length"]
