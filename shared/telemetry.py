"""Traces: one from the click to the mail. Writes and events always, public reads sampled, a 5xx never without a span."""

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from typing import Any

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult, TraceIdRatioBased
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import INVALID_SPAN_CONTEXT, Link, NonRecordingSpan, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.trace.span import TraceState
from opentelemetry.util.types import Attributes
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.otlp import Exporter

tracer = trace.get_tracer("dpo")
FORCED = contexts.create_key("dpo-forced-span")
SAFE = {"GET", "HEAD", "OPTIONS"}
HEALTH = ("/livez", "/readyz")
TRACEPARENT = re.compile("[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
IDS, SAMPLED, SCOPE = RandomIdGenerator(), TraceFlags(TraceFlags.SAMPLED), InstrumentationScope("dpo")
UNSET, FAILED = Status(StatusCode.UNSET), Status(StatusCode.ERROR)


class WritesAlways(Sampler):
    """A parent's decision first; else every write and event, and a share of the reads."""

    def __init__(self, read_share: float) -> None:
        self.reads = TraceIdRatioBased(read_share)

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        said = attributes or {}
        parent = trace.get_current_span(parent_context).get_span_context()
        if contexts.get_value(FORCED, parent_context):
            decision = Decision.RECORD_AND_SAMPLE
        elif parent.is_valid:
            decision = Decision.RECORD_AND_SAMPLE if parent.trace_flags.sampled else Decision.DROP
        elif kind is SpanKind.SERVER and said.get("http.request.method") in SAFE:
            decision = self.reads.should_sample(parent_context, trace_id, name).decision
        else:
            decision = Decision.RECORD_AND_SAMPLE
        return SamplingResult(decision, said if decision is Decision.RECORD_AND_SAMPLE else None, trace_state)

    def get_description(self) -> str:
        return "WritesAlways"


class Provider(TracerProvider):
    """A tracer provider that takes spans, too, which are told when they are over."""

    def __init__(self, resource: Resource, sampler: Sampler) -> None:
        super().__init__(sampler, resource)
        self.processors: list[SpanProcessor] = []

    def add_span_processor(self, span_processor: SpanProcessor) -> None:
        super().add_span_processor(span_processor)
        self.processors.append(span_processor)


def setup(service: str, *, read_share: float, endpoint: str | None) -> TracerProvider:
    """A provider that exports over OTLP/HTTP when an endpoint is given; call its `shutdown()` at the end."""
    provider = Provider(Resource.create({"service.name": service}), WritesAlways(read_share))
    if endpoint:
        exporter = Exporter(endpoint.rstrip("/") + "/v1/traces")
        provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1000, max_queue_size=8192))
    trace.set_tracer_provider(provider)
    return provider


def traceparent(context: SpanContext | None = None) -> str | None:
    """A trace context, the current one unless told, in W3C form, to be stored with an event."""
    context = context or trace.get_current_span().get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}" if context.is_valid else None


def context_of(parent: str | None) -> SpanContext:
    """The span that a `traceparent` names (W3C Trace Context); an invalid one for anything else."""
    if parent is None or (said := TRACEPARENT.match(parent)) is None:
        return INVALID_SPAN_CONTEXT
    return SpanContext(int(said[1], 16), int(said[2], 16), True, TraceFlags(int(said[3], 16)))


def remembered(parent: str | None) -> Context:
    """The context a stored `traceparent` stands for."""
    known = context_of(parent)
    return trace.set_span_in_context(NonRecordingSpan(known), Context()) if known.is_valid else Context()


@contextmanager
def span(name: str, *, parent: Context | None = None, kind: SpanKind = SpanKind.INTERNAL, **attributes: Any) -> Iterator[Span]:
    """A span with attributes `a__b` named `a.b`; an exception marks it failed by type, never by message."""
    named = {key.replace("__", "."): value for key, value in attributes.items() if value is not None}
    current = tracer.start_span(name, parent, kind, named)
    token = contexts.attach(trace.set_span_in_context(current))  # the SDK's own `with` form costs twice as much
    try:
        yield current
    except BaseException as error:
        current.set_attribute("error.type", type(error).__name__)
        current.set_status(FAILED)
        raise
    finally:
        contexts.detach(token)
        current.end()


@contextmanager
def leaf(name: str, parent: SpanContext, kind: SpanKind, attributes: dict[str, Any]) -> Iterator[SpanContext]:
    """A span without children in this process; an exception marks it failed, by its type unless `attributes` say more by then.

    It is told when it is over: one that can be current costs the SDK three times as much, and most spans are such as this.
    """
    provider = trace.get_tracer_provider()
    if not isinstance(provider, Provider) or (parent.is_valid and not parent.trace_flags.sampled):
        yield parent
        return
    trace_id = parent.trace_id if parent.is_valid else IDS.generate_trace_id()
    own, began, status = SpanContext(trace_id, IDS.generate_span_id(), False, SAMPLED), time.time_ns(), UNSET
    try:
        yield own
    except BaseException as error:
        attributes, status = {"error.type": type(error).__name__, **attributes}, FAILED
        raise
    finally:
        over = ReadableSpan(
            name,
            own,
            parent if parent.is_valid else None,
            provider.resource,
            attributes,
            kind=kind,
            status=status,
            start_time=began,
            end_time=time.time_ns(),
            instrumentation_scope=SCOPE,
        )
        for processor in provider.processors:
            processor.on_end(over)


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
    attributes = {"http__request__method": method, "http__route": route, "http__response__status_code": status}
    with span(f"{method} {route}", parent=contexts.set_value(FORCED, True), kind=SpanKind.SERVER, **attributes) as current:
        current.set_status(FAILED)


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
        own = span(method, parent=remembered(given), kind=SpanKind.SERVER, **attributes)
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
