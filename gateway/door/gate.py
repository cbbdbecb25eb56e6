"""What the door does with a call: finds out who it is, writes changes into the journal, asks the service, or the gateway itself."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

from opentelemetry import trace
from opentelemetry.trace import SpanKind
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message

from gateway.door.answers import Headers
from gateway.door.limits import Buckets
from gateway.door.shared_reads import SharedReads
from gateway.door.table import PREFIX, Operation, Table
from gateway.door.upstreams import Answer, Upstreams
from gateway.door.visitors import NOBODY, Visitor, Visitors
from gateway.issuers import Issuers
from gateway.settings import Settings
from gateway.tokens import DOOR, Mint
from shared.access import Caller
from shared.errors import DomainError, Unauthenticated
from shared.telemetry import SAFE, leaf, traceparent

CARRIED = ("accept", "accept-language", "content-type", "idempotency-key", "if-match", "if-none-match", "if-modified-since")
"""What a service hears of the caller's headers; who calls is said by our token alone."""

IDENTIFIER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)


@dataclass(slots=True)
class Gate:
    """The parts of the door, made once at the start."""

    settings: Settings
    table: Table
    visitors: Visitors
    issuers: Issuers
    upstreams: Upstreams
    mint: Mint
    guests: Buckets
    persons: Buckets
    sign_ins: Buckets
    subscribers: Buckets
    inside: ASGIApp
    protection: Headers
    cookie: str
    shared: SharedReads = field(default_factory=SharedReads)
    after: Mapping[str, Callable[["Gate", Visitor, Answer], Awaitable[None]]] = field(default_factory=dict)
    """What the gateway does at once after a service has done an operation, by `METHOD /path`."""
    said_to_people: Callable[[Request, DomainError], Awaitable[Response]] | None = None
    """How a refusal looks to somebody who asked for a page."""

    @property
    def origin(self) -> str:
        """What a browser calls our pages in `Origin`."""
        parts = urlsplit(self.settings.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    async def visitor(self, authorization: str | None, session: str | None) -> Visitor:
        """Who calls; raises `Unauthenticated` for credentials that are wrong, and takes an outdated cookie for none."""
        if authorization is not None:
            scheme, _, token = authorization.partition(" ")
            if scheme.lower() != "bearer" or not token:
                raise Unauthenticated()
            issuer, subject = await self.issuers.bearer(token)
            return await self.visitors.of_subject(issuer, subject, token)
        if session:
            return await self.visitors.of_session(session) or NOBODY
        return NOBODY

    async def perform(self, visitor: Visitor, operation: Operation, target: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """The answer to an operation; `target` is its path and query as sent. A change stands in the journal before it is tried."""
        if operation.method in SAFE:
            return await self.ask(visitor, operation, target, headers, body)
        entry = await self.noted(visitor, operation, target)
        try:
            answer = await self.ask(visitor, operation, target, headers, body)
        except DomainError as refused:
            await self.visitors.outcome(entry, refused.status, refused.code)
            raise
        await self.visitors.outcome(entry, answer.status, refusal_code(answer))
        if answer.status < 300 and (then := self.after.get(operation.route)):
            await then(self, visitor, answer)
        return answer

    async def denied(self, visitor: Visitor, operation: Operation, target: str, refused: DomainError) -> None:
        """Write a change into the journal that the door itself refused."""
        await self.visitors.outcome(await self.noted(visitor, operation, target), refused.status, refused.code)

    async def noted(self, visitor: Visitor, operation: Operation, target: str) -> int:
        found = IDENTIFIER.findall(unquote(target.partition("?")[0]))
        context = trace.get_current_span().get_span_context()
        return await self.visitors.journal(
            visitor,
            role=acting_role(visitor.caller, operation.roles),
            operation=operation.name,
            object_id=found[-1].lower() if found else None,
            trace_id=format(context.trace_id, "032x") if context.is_valid else None,
        )

    async def ask(self, visitor: Visitor, operation: Operation, target: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        if operation.service == "gateway":
            return await self.asked_inside(visitor, operation, target, headers, body)
        place = target.removeprefix(PREFIX)
        if visitor.signed_in or operation.method != "GET":
            return await self.sent(visitor.caller, operation.service, operation.method, place, headers, body)
        whole = {name: value for name, value in headers.items() if name != "if-none-match"}
        ask = partial(self.sent, visitor.caller, operation.service, "GET", place, whole, None)
        return await self.shared.answer(target, ask, unless=headers.get("if-none-match"))

    async def behind(self, service: str, method: str, target: str, body: bytes | None = None, *, caller: Caller = DOOR) -> Answer:
        """A service's answer on a route that is not public, asked by the door or on behalf of a caller."""
        headers = {"content-type": "application/json"} if body else {}
        if service == "gateway":
            headers["authorization"] = "Bearer " + self.mint.token(caller, service)
            return await collected(self.inside, self.scope(method, target, headers, body, NOBODY), body or b"")
        return await self.sent(caller, service, method, target, headers, body)

    async def sent(self, caller: Caller, service: str, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        told = {name: headers[name] for name in CARRIED if name in headers}
        told["authorization"] = "Bearer " + self.mint.token(caller, service)
        attributes = {"http.request.method": method, "dpo.upstream": service}
        with leaf(f"{method} {service}", trace.get_current_span().get_span_context(), SpanKind.CLIENT, attributes) as hop:
            told["traceparent"] = traceparent(hop.get_span_context()) or ""
            try:
                answer = await self.upstreams.send(service, method, target, told, body)
            except DomainError as refused:
                hop.set_attribute("error.type", refused.code)
                raise
            hop.set_attribute("http.response.status_code", answer.status)
            return answer

    async def asked_inside(
        self, visitor: Visitor, operation: Operation, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        """The gateway's own answer, in process."""
        heard = {name: headers[name] for name in CARRIED if name in headers}
        return await collected(self.inside, self.scope(operation.method, target, heard, body, visitor), body or b"")

    def scope(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None, visitor: Visitor) -> dict[str, Any]:
        """A request to the gateway itself, as ASGI puts it."""
        path, _, query = target.partition("?")
        sent = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "https" if self.settings.https else "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [*sent, (b"content-length", str(len(body or b"")).encode())],
            "state": {},
            **inner(self, visitor),
        }


def inner(gate: Gate, visitor: Visitor) -> dict[str, Any]:
    """What a scope inside the door carries."""
    return {"dpo.gate": gate, "dpo.visitor": visitor}


async def collected(app: ASGIApp, scope: dict[str, Any], body: bytes) -> Answer:
    status, headers, parts, given = 500, [], [], False

    async def receive() -> Message:
        nonlocal given
        if given:
            return {"type": "http.disconnect"}
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status, headers = message["status"], [(name.lower(), value) for name, value in message["headers"]]
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    return Answer(status, [(name, value) for name, value in headers if name != b"content-length"], b"".join(parts))


def acting_role(caller: Caller, roles: tuple[str, ...]) -> str:
    """The role in which a caller acts: the first of theirs that the operation admits."""
    return next((grant.role for grant in caller.grants if grant.role in roles), caller.role)


def refusal_code(answer: Answer) -> str | None:
    """The code in a problem+json answer."""
    if answer.status < 400 or not (answer.header(b"content-type") or b"").startswith(b"application/problem+json"):
        return None
    try:
        return str(answer.json()["type"])[:100]
    except (ValueError, KeyError, TypeError):
        return None
