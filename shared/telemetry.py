"""Traces: one from the click to the mail. Writes and events always, public reads sampled, a 5xx never without a span."""

import random
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from typing import Any

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import INVALID_SPAN_CONTEXT, NonRecordingSpan, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.util.types import AttributeValue
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.otlp import Exporter

SAFE = {"GET", "HEAD", "OPTIONS"}
HEALTH = ("/livez", "/readyz")
TRACEPARENT = re.compile("[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
IDS, SAMPLED, UNSAMPLED, SCOPE = RandomIdGenerator(), TraceFlags(TraceFlags.SAMPLED), TraceFlags(), InstrumentationScope("dpo")
UNSET, FAILED = Status(StatusCode.UNSET), Status(StatusCode.ERROR)


class Provider(TracerProvider):
    """What spans are told to, whose they are, and how many of the reads leave some."""

    def __init__(self, resource: Resource, read_share: float) -> None:
        super().__init__(resource=resource)
        self.read_share = read_share
        self.processors: list[SpanProcessor] = []

    def add_span_processor(self, span_processor: SpanProcessor) -> None:
        super().add_span_processor(span_processor)
        self.processors.append(span_processor)


class Recorded(Span):
    """A span that is told when it is over.

    The SDK's own locks, bounds and copies what a single task writes, which costs several times as much.
    It records neither exceptions nor events: their words may name people.
    """

    def __init__(
        self,
        provider: Provider,
        name: str,
        own: SpanContext,
        parent: SpanContext,
        kind: SpanKind,
        attributes: Mapping[str, AttributeValue],
        began: int,
    ) -> None:
        self.provider, self.name, self.own, self.parent, self.kind = provider, name, own, parent, kind
        self.attributes, self.status, self.began = dict(attributes), UNSET, began

    def get_span_context(self) -> SpanContext:
        return self.own

    def is_recording(self) -> bool:
        return True

    def set_attribute(self, key: str, value: AttributeValue) -> None:
        self.attributes[key] = value

    def set_attributes(self, attributes: Mapping[str, AttributeValue]) -> None:
        self.attributes.update(attributes)

    def update_name(self, name: str) -> None:
        self.name = name

    def set_status(self, status: Status | StatusCode, description: str | None = None) -> None:
        self.status = status if isinstance(status, Status) else Status(status)

    def add_event(self, *_: Any, **__: Any) -> None:
        return

    def record_exception(self, *_: Any, **__: Any) -> None:
        return

    def end(self, end_time: int | None = None) -> None:
        over = ReadableSpan(
            self.name,
            self.own,
            self.parent if self.parent.is_valid else None,
            self.provider.resource,
            self.attributes,
            kind=self.kind,
            status=self.status,
            start_time=self.began,
            end_time=time.time_ns(),
            instrumentation_scope=SCOPE,
        )
        for processor in self.provider.processors:
            processor.on_end(over)


def setup(service: str, *, read_share: float, endpoint: str | None) -> Provider:
    """A provider that exports over OTLP/HTTP when an endpoint is given; call its `shutdown()` at the end."""
    provider = Provider(Resource.create({"service.name": service}), read_share)
    if endpoint:
        exporter = Exporter(endpoint.rstrip("/") + "/v1/traces")
        provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1000, max_queue_size=8192))
    trace.set_tracer_provider(provider)
    return provider


def begun(
    name: str, parent: SpanContext, kind: SpanKind, attributes: Mapping[str, Any], *, always: bool = False, at: int | None = None
) -> Span:
    """A span that began now, or `at` nanoseconds of the epoch: recorded if its parent is and, without one, unless it is one of the reads.

    Of the reads a share is recorded, and those that are `always` wanted.
    """
    provider = trace.get_tracer_provider()
    if not isinstance(provider, Provider) or (parent.is_valid and not parent.trace_flags.sampled):
        return NonRecordingSpan(parent)
    trace_id, span_id = parent.trace_id if parent.is_valid else IDS.generate_trace_id(), IDS.generate_span_id()
    reads = kind is SpanKind.SERVER and attributes.get("http.request.method") in SAFE
    if not parent.is_valid and reads and not always and random.random() >= provider.read_share:
        return NonRecordingSpan(SpanContext(trace_id, span_id, False, UNSAMPLED))
    return Recorded(provider, name, SpanContext(trace_id, span_id, False, SAMPLED), parent, kind, attributes, at or time.time_ns())


def traceparent(context: SpanContext | None = None) -> str | None:
    """A trace context, the current one unless told, in W3C form, to be stored with an event."""
    context = context or trace.get_current_span().get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}" if context.is_valid else None


def context_of(parent: str | None) -> SpanContext:
    """The span that a `traceparent` names (W3C Trace Context); an invalid one for anything else."""
    if parent is None or (said := TRACEPARENT.match(parent)) is None:
        return INVALID_SPAN_CONTEXT
    return SpanContext(int(said[1], 16), int(said[2], 16), True, TraceFlags(int(said[3], 16)))


@contextmanager
def leaf(name: str, parent: SpanContext, kind: SpanKind, attributes: Mapping[str, Any]) -> Iterator[Span]:
    """A span without children in this process; an exception marks it failed, by its type unless the span says more by then."""
    own = begun(name, parent, kind, attributes)
    try:
        yield own
    except BaseException as error:
        if isinstance(own, Recorded):
            own.attributes = {"error.type": type(error).__name__, **own.attributes}
            own.status = FAILED
        raise
    finally:
        own.end()


@contextmanager
def span(name: str, *, parent: SpanContext | None = None, kind: SpanKind = SpanKind.INTERNAL, **attributes: Any) -> Iterator[Span]:
    """A span that becomes the current one, with attributes `a__b` named `a.b`."""
    named = {key.replace("__", "."): value for key, value in attributes.items() if value is not None}
    above = trace.get_current_span().get_span_context() if parent is None else parent
    with leaf(name, above, kind, named) as own:
        token = contexts.attach(trace.set_span_in_context(own))
        try:
            yield own
        finally:
            contexts.detach(token)


def annotate(**attributes: Any) -> None:
    """Attributes for the current span, so that a trace is found by what it is about."""
    trace.get_current_span().set_attributes({key.replace("__", "."): str(value) for key, value in attributes.items() if value is not None})


@lru_cache(1024)
def told_of(statement: str) -> tuple[str, dict[str, Any]]:
    """A statement's span: its name and attributes; its text, never its parameters."""
    return f"postgresql {statement.split(None, 1)[0].upper()}", {"db.system.name": "postgresql", "db.query.text": statement[:500]}


@contextmanager
def statement(text: str) -> Iterator[None]:
    """A client span of a statement in a recorded trace."""
    current = trace.get_current_span()
    if not current.is_recording():
        yield
        return
    name, attributes = told_of(text)
    with leaf(name, current.get_span_context(), SpanKind.CLIENT, attributes):
        yield


def watch_statements(engine: AsyncEngine) -> None:
    """A client span for each statement that SQLAlchemy executes; none for our own bookkeeping."""
    sync = engine.sync_engine

    @event.listens_for(sync, "before_cursor_execute")
    def begin(connection: Any, cursor: Any, text: str, parameters: Any, context: Any, many: bool) -> None:
        if "bookkeeping" not in context.execution_options:
            context._dpo_span = statement(text)
            context._dpo_span.__enter__()

    @event.listens_for(sync, "after_cursor_execute")
    def end(connection: Any, cursor: Any, text: str, parameters: Any, context: Any, many: bool) -> None:
        if (started := getattr(context, "_dpo_span", None)) is not None:
            started.__exit__(None, None, None)

    @event.listens_for(sync, "handle_error")
    def fail(context: Any) -> None:
        if (started := getattr(context.execution_context, "_dpo_span", None)) is not None:
            error = context.original_exception
            started.__exit__(type(error), error, error.__traceback__)


def leave_a_span(method: str, route: str, status: int) -> None:
    """One exported span for a failed request that was not sampled."""
    attributes = {"http.request.method": method, "http.route": route, "http.response.status_code": status}
    failed = begun(f"{method} {route}", INVALID_SPAN_CONTEXT, SpanKind.SERVER, attributes, always=True)
    failed.set_status(FAILED)
    failed.end()


class Traced:
    """ASGI: a server span for each request, in its caller's trace; a 5xx of an unsampled one exports a span of its own.

    Query strings are not told: people type names. A health probe leaves nothing, its «not yet» is no error.
    Inside the gateway's door the span is the door's.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in HEALTH:
            return await self.app(scope, receive, send)
        status, method = 0, scope["method"]

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        inside = "dpo.gate" in scope
        given = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"traceparent"), None)
        attributes = {"http__request__method": method, "url__path": scope["path"]}
        own = span(method, parent=context_of(given), kind=SpanKind.SERVER, **attributes)
        with nullcontext(trace.get_current_span()) if inside else own as current:
            try:
                await self.app(scope, receive, watched)
            except Exception:
                status = 500
                raise
            finally:
                if not current.is_recording():
                    if status >= 500:
                        leave_a_span(method, route_of(scope), status)
                elif not inside:
                    current.update_name(f"{method} {route_of(scope)}")
                    current.set_attributes({"http.route": route_of(scope), "http.response.status_code": status})
                    if status >= 500:
                        current.set_status(FAILED)


def route_of(scope: Scope) -> str:
    """The path as its route declares it."""
    return str(getattr(scope.get("route"), "path", "unmatched"))
