"""The door as an ASGI application: a short way for forwarded operations, FastAPI for everything that the gateway serves itself."""

import asyncio
import time
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.trace import INVALID_SPAN_CONTEXT, Span, SpanKind, Status, StatusCode
from starlette.datastructures import UploadFile
from starlette.routing import Match
from starlette.types import Message, Receive, Scope, Send

from gateway.door.answers import Leaving, without_length
from gateway.door.gate import Gate, inner
from gateway.door.limits import TooMany, address_of
from gateway.door.table import PREFIX, Operation
from gateway.door.visitors import NOBODY, Visitor
from gateway.rules import csrf_holds, from_elsewhere
from shared.errors import DomainError, NotFound, Unauthenticated
from shared.operations import router as operations
from shared.telemetry import HEALTH, SAFE, begun, leave_a_span

log = structlog.get_logger()
MAX_HEADERS, MAX_BODY, MAX_FILE, BODY_SECONDS = 32_000, 1_000_000, 5_500_000, 30
ASSETS = ("/static/", "/api/docs/")
SIGN_IN = ("/sign-in", "/callback/")
WRITING = ("/programmes/subscription", "/support")
"""Forms of guests that make the portal write letters, or people read."""
"""Where a visitor makes us write to an address: seldom by one visitor, so that nobody buries others in letters."""
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
FILES = ("application/pdf",)
OUTSIDERS = (b"x-user-", b"x-forwarded-")
STRIPPED = {b"authorization", b"forwarded", b"traceparent", b"tracestate", b"baggage", b"x-http-method-override", b"x-real-ip"}
"""What nobody outside may tell the inside, beside every header that begins like one of `OUTSIDERS`."""


class CrossSite(DomainError):
    code, status, detail = "cross_site", 403, "Запрос пришёл с другого сайта и отклонён."


class StaleForm(DomainError):
    code, status, detail = "stale_form", 403, "Страница устарела. Обновите её и повторите."


class TooLarge(DomainError):
    code, status, detail = "too_large", 413, "Слишком большой запрос: не больше 1 МБ, файл — не больше 5 МБ."


class LongHeaders(DomainError):
    code, status, detail = "headers_too_large", 431, "Слишком длинные заголовки запроса. Очистите cookie этого сайта и повторите."


class WrongType(DomainError):
    code, status, detail = "unsupported_media_type", 415, "Тело запроса должно быть в формате application/json."


class Slow(DomainError):
    code, status, detail = "request_timeout", 408, "Запрос не дошёл целиком вовремя."


class WrongMethod(DomainError):
    code, status, detail = "method_not_allowed", 405, "Этот адрес так не вызывают."


class Door(FastAPI):
    """FastAPI behind our own entrance; `state.gate` is made by the lifespan."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or "dpo.gate" in scope:  # from inside: the entrance lies behind it
            return await super().__call__(scope, receive, send)
        if scope["type"] != "http":
            return await send({"type": "websocket.close"})
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}  # the server itself leaves the body out (RFC 9110, 9.3.2)
        gate: Gate = self.state.gate
        leaving = Leaving(send, gate.protection)
        if scope["path"] in HEALTH or for_operations(scope):
            return await super().__call__(scope, receive, leaving)
        await Entering(gate, scope, receive, leaving).serve(super().__call__)


def for_operations(scope: Scope) -> bool:
    """Whether one of the routes is asked for that take an internal token, which only the gateway can sign."""
    return scope["path"].startswith("/operations/") and any(one.matches(scope)[0] is Match.FULL for one in operations.routes)


class Entering:
    """One request on its way through the door."""

    def __init__(self, gate: Gate, scope: Scope, receive: Receive, leaving: Leaving) -> None:
        self.gate, self.scope, self.receive, self.leaving = gate, scope, receive, leaving
        self.method: str = scope["method"]
        self.path = raw.decode("latin-1") if (raw := scope.get("raw_path")) else quote(scope["path"])
        query = scope["query_string"]
        self.target = f"{self.path}?{query.decode('latin-1')}" if query else self.path
        self.headers: dict[str, str] = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        self.visitor: Visitor = NOBODY
        self.operation: Operation | None = None

    @property
    def name(self) -> str:
        if self.operation:
            return self.operation.path
        return str(getattr(self.scope.get("route"), "path", "unmatched"))

    async def serve(self, app: Any) -> None:
        began, found = time.time_ns(), self.gate.table.find(self.path) if self.path.startswith(PREFIX + "/") else {}
        self.operation = found.get(self.method)
        span, token = None, None
        try:
            refused: DomainError | None = None
            if not self.path.startswith(ASSETS):
                try:
                    await self.identify()
                except DomainError as error:
                    refused = error
                span = self.span(began)
                token = contexts.attach(trace.set_span_in_context(span))
            if refused:
                if self.operation and self.method not in SAFE and isinstance(refused, Unauthenticated):
                    await self.gate.denied(self.visitor, self.operation, self.target, refused)
                raise refused
            if self.operation:
                await self.forward(self.operation)
            elif found:
                raise WrongMethod()
            elif self.path.startswith(PREFIX + "/") and self.path != PREFIX + "/openapi.json":
                raise NotFound()
            else:
                await self.enter(app)
        except DomainError as error:
            await self.refuse(error)
        except Exception as error:
            log.error("failed", error=type(error).__name__, route=f"{self.method} {self.name}", exc_info=error)
            if not self.leaving.status:
                await self.refuse(Failed())
        finally:
            if span is not None and token is not None:
                self.end(span)
                contexts.detach(token)

    async def identify(self) -> None:
        """Find out who calls, and take one from their bucket."""
        gate, headers = self.gate, self.headers
        if sum(len(name) + len(value) for name, value in self.scope["headers"]) > MAX_HEADERS:
            raise LongHeaders()
        peer = self.scope.get("client")
        address = address_of(peer[0] if peer else "", headers.get("x-forwarded-for"), gate.settings.trusted_proxies)
        if self.path.startswith(SIGN_IN):
            gate.sign_ins.take(address)
        if self.path in WRITING and self.method not in SAFE:
            gate.subscribers.take(address)
        try:
            self.visitor = await gate.visitor(headers.get("authorization"), cookie_value(headers.get("cookie"), gate.cookie))
        except Unauthenticated:
            gate.guests.take(address)
            raise
        if self.visitor.signed_in:
            self.leaving.private = True
            gate.persons.take(self.visitor.caller.subject)
        else:
            gate.guests.take(address)

    async def forward(self, operation: Operation) -> None:
        """An operation of the public API."""
        gate, body = self.gate, None
        if self.method not in SAFE or "transfer-encoding" in self.headers or self.headers.get("content-length", "0") != "0":
            try:
                self.defend()
                self.check_type(operation)
                body = await self.body()
            except DomainError as refused:
                if self.method not in SAFE:
                    await gate.denied(self.visitor, operation, self.target, refused)
                raise
        answer = await gate.perform(self.visitor, operation, self.target, self.headers, body)
        headers = answer.headers
        if operation.service != "gateway":
            headers = [(name, PREFIX.encode() + value if name == b"location" and value[:1] == b"/" else value) for name, value in headers]
        await self.leaving.answer(answer.status, headers, answer.body)

    def defend(self) -> None:
        """Refuse what another site makes a browser send; a bearer token is never sent by a browser on its own."""
        if self.visitor.token or self.method in SAFE:
            return
        headers = self.headers
        if from_elsewhere(origin=headers.get("origin"), fetch_site=headers.get("sec-fetch-site"), own=self.gate.origin):
            raise CrossSite()
        if self.visitor.session and self.operation and not csrf_holds(self.visitor.session, headers.get("x-csrf-token", "")):
            raise StaleForm()

    def check_type(self, operation: Operation) -> None:
        """JSON, unless the operation declares something else: never what a plain form of another site could send."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        empty = self.headers.get("content-length", "0") == "0" and "transfer-encoding" not in self.headers
        if kind not in ("application/json", *operation.accepts) and (kind or not empty):
            raise WrongType()

    def brings_a_file(self) -> bool:
        """Whether somebody who is signed in sends a file, to an operation that takes one or with a page's form."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        taken = kind in FILES and kind in self.operation.accepts if self.operation else kind == "multipart/form-data"
        return taken and self.visitor.signed_in

    async def body(self) -> bytes:
        """The whole body; raises `TooLarge` as soon as it is, `Slow` when it trickles."""
        length, most = self.headers.get("content-length", "0"), MAX_FILE if self.brings_a_file() else MAX_BODY
        if not length.isdigit() or int(length) > most:
            raise TooLarge()
        parts, size = [], 0
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while True:
                    message = await self.receive()
                    if message["type"] != "http.request":
                        raise Slow()
                    parts.append(message.get("body", b""))
                    if (size := size + len(parts[-1])) > most:
                        raise TooLarge()
                    if not message.get("more_body"):
                        return b"".join(parts)
        except TimeoutError:
            raise Slow() from None

    async def enter(self, app: Any) -> None:
        """A page or anything else that the gateway serves itself."""
        if self.method not in SAFE:
            self.defend()
            body = await self.body()
            self.receive = given(body, self.receive)
            if self.visitor.session:
                await self.check_form(self.visitor.session, body)
        kept = [(name, value) for name, value in self.scope["headers"] if name not in STRIPPED and not name.startswith(OUTSIDERS)]
        self.scope.update(headers=kept, **inner(self.gate, self.visitor))
        await app(self.scope, self.receive, self.leaving)

    async def check_form(self, session: str, body: bytes) -> None:
        """A form of a page carries the token in a field, a script in the header."""
        token = self.headers.get("x-csrf-token")
        if token is None and self.headers.get("content-type", "").startswith(FORMS):
            async with Request(self.scope, given(body, self.receive)).form(max_files=5, max_fields=2000) as form:
                token = None if isinstance(field := form.get("csrf_token"), UploadFile) else field
        if not csrf_holds(session, token or ""):
            raise StaleForm()

    def span(self, began: int) -> Span:
        """The server span: a signed-in person's always, a guest's reads sampled."""
        attributes: dict[str, Any] = {"http.request.method": self.method}
        if self.operation:
            attributes |= {"http.route": self.operation.path, "dpo.operation": self.operation.name}
        name, always = f"{self.method} {self.name}", self.visitor.signed_in
        span = begun(name, INVALID_SPAN_CONTEXT, SpanKind.SERVER, attributes, always=always, at=began)
        if span.is_recording():
            self.leaving.trace_id = format(span.get_span_context().trace_id, "032x")
        return span

    def end(self, span: Span) -> None:
        status = self.leaving.status
        if span.is_recording():
            span.set_attribute("http.response.status_code", status)
            if not self.operation:
                span.update_name(f"{self.method} {self.name}")
                span.set_attribute("http.route", self.name)
            if status >= 500:
                span.set_status(Status(StatusCode.ERROR))
        elif status >= 500 and self.operation and self.operation.service != "gateway":
            leave_a_span(self.method, self.name, status)
        span.end()

    async def refuse(self, error: DomainError) -> None:
        if not isinstance(error, TooMany):
            log.info("refused", code=error.code, status=error.status, route=f"{self.method} {self.name}")
        if self.gate.said_to_people and not self.path.startswith("/api/") and "text/html" in self.headers.get("accept", ""):
            self.scope.update(app=self.gate.inside, **inner(self.gate, self.visitor))
            try:
                page = await self.gate.said_to_people(Request(self.scope), error)
                return await self.leaving.answer(page.status_code, without_length(page.raw_headers), bytes(page.body))
            except DomainError:
                log.info("refused_plainly", code=error.code)  # even the page's frame can not be had
        await self.leaving.refuse(self.scope, error)


class Failed(DomainError):
    code, status, detail = "failed", 500, "У нас ошибка, мы уже видим её. Введённое не потеряно, повторите позже."


def given(body: bytes, then: Receive) -> Receive:
    """A body that was read already, to be read again; what comes after it is left to `then`."""
    parts = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def again() -> Message:
        return next(parts, None) or await then()

    return again


def cookie_value(header: str | None, name: str) -> str | None:
    """The value of one cookie; of two with the same name neither is trusted."""
    if not header:
        return None
    values = [value for part in header.split(";") for key, _, value in (part.strip().partition("="),) if key == name]
    return values[0] if len(values) == 1 else None
