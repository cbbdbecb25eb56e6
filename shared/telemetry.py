"""Traces: one from the click to the mail. Writes and events always, public reads sampled, a 5xx never without a span."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.propagators.textmap import Getter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult, TraceIdRatioBased
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.trace.span import TraceState
from opentelemetry.util.types import Attributes
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import ASGIApp, Message, Receive, Scope, Send

tracer = trace.get_tracer("dpo")
propagator = TraceContextTextMapPropagator()
FORCED = contexts.create_key("dpo-forced-span")
SAFE = {"GET", "HEAD", "OPTIONS"}
HEALTH = ("/livez", "/readyz")
UNSAID = {"url.query", "server.address", "server.port"}


class WritesAlways(Sampler):
    """A parent's decision first; else every write and event, and a share of the reads. Query strings are dropped: people type names."""

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
        kept = {key: value for key, value in said.items() if key not in UNSAID} if decision is Decision.RECORD_AND_SAMPLE else None
        return SamplingResult(decision, kept, trace_state)

    def get_description(self) -> str:
        return "WritesAlways"


def setup(service: str, *, read_share: float, endpoint: str | None) -> TracerProvider:
    """A provider that exports over OTLP/HTTP when an endpoint is given; call its `shutdown()` at the end."""
    provider = TracerProvider(resource=Resource.create({"service.name": service}), sampler=WritesAlways(read_share))
    if endpoint:
        exporter = OTLPSpanExporter(endpoint.rstrip("/") + "/v1/traces", timeout=5)
        provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1000, max_queue_size=8192))
    trace.set_tracer_provider(provider)
    return provider


def traceparent() -> str | None:
    """The current trace context in W3C form, to be stored with an event."""
    context = trace.get_current_span().get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}" if context.is_valid else None


class _HeaderGetter(Getter[Mapping[str, Any]]):
    def get(self, carrier: Mapping[str, Any], key: str) -> list[str] | None:
        value = carrier.get(key)
        return None if value is None else [value.decode() if isinstance(value, bytes) else str(value)]

    def keys(self, carrier: Mapping[str, Any]) -> list[str]:
        return list(carrier)


def remembered(parent: str | None) -> Context:
    """The context a stored `traceparent` stands for."""
    return propagator.extract({"traceparent": parent} if parent else {}, context=Context(), getter=_HeaderGetter())


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
        current.set_status(Status(StatusCode.ERROR))
        raise
    finally:
        contexts.detach(token)
        current.end()


def annotate(**attributes: Any) -> None:
    """Attributes for the current span, so that a trace is found by what it is about."""
    trace.get_current_span().set_attributes({key.replace("__", "."): str(value) for key, value in attributes.items() if value is not None})


def is_recorded() -> bool:
    return trace.get_current_span().is_recording()


def name_of(statement: str) -> str:
    return f"postgresql {statement.split(None, 1)[0].upper()}"


@contextmanager
def statement(text: str) -> Iterator[None]:
    """A client span of a statement that the driver is asked directly, when the trace is recorded."""
    if not is_recorded():
        yield
        return
    with span(name_of(text), kind=SpanKind.CLIENT, db__system__name="postgresql", db__query__text=text[:500]):
        yield


def watch_statements(engine: AsyncEngine) -> None:
    """A client span per SQL statement of a recorded trace: its text, never its parameters; none for our own bookkeeping."""
    sync = engine.sync_engine

    @event.listens_for(sync, "before_cursor_execute")
    def begin(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if is_recorded() and "bookkeeping" not in context.execution_options:
            attributes = {"db.system.name": "postgresql", "db.query.text": statement[:500]}
            context._dpo_span = tracer.start_span(name_of(statement), kind=SpanKind.CLIENT, attributes=attributes)

    @event.listens_for(sync, "after_cursor_execute")
    def end(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if (started := getattr(context, "_dpo_span", None)) is not None:
            started.end()

    @event.listens_for(sync, "handle_error")
    def fail(context: Any) -> None:
        if (started := getattr(context.execution_context, "_dpo_span", None)) is not None:
            started.set_attribute("error.type", type(context.original_exception).__name__)
            started.set_status(Status(StatusCode.ERROR))
            started.end()


def leave_a_span(method: str, route: str, status: int) -> None:
    """One exported span for a failed request that was not sampled."""
    attributes = {"http__request__method": method, "http__route": route, "http__response__status_code": status}
    with span(f"{method} {route}", parent=contexts.set_value(FORCED, True), kind=SpanKind.SERVER, **attributes) as current:
        current.set_status(Status(StatusCode.ERROR))


class ErrorsLeaveASpan:
    """ASGI: a 5xx of an unsampled request exports one span of its own; a health probe's «not yet» is no error."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in HEALTH:
            return await self.app(scope, receive, send)

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 500 and not is_recorded():
                leave_a_span(scope["method"], getattr(scope.get("route"), "path", "unmatched"), message["status"])
            await send(message)

        return await self.app(scope, receive, watched)
