"""What is traced of a request, a statement and a message, and what is never told."""

from collections.abc import Iterator
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI, Response
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from shared import telemetry
from shared.otlp import written

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SAMPLED, UNSAMPLED = f"00-{TRACE}-{PARENT}-01", f"00-{TRACE}-{PARENT}-00"


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """What is exported; reads without a parent are not sampled."""
    exporter = InMemorySpanExporter()
    provider = telemetry.setup("probe", read_share=0, endpoint=None)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    yield exporter
    provider.shutdown()


async def asked(path: str, method: str = "GET", **headers: str) -> int:
    """The status of an answer of an application that is traced."""
    app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False})
    app.add_middleware(telemetry.Traced)

    @app.api_route("/things/{number}", methods=["GET", "POST"])
    async def thing(number: int) -> Response:
        if number == 13:
            raise RuntimeError("a secret in the message")
        with telemetry.statement("SELECT title FROM term WHERE code = $1"):
            return Response(status_code=number)

    @app.get("/readyz")
    async def readyz() -> Response:
        return Response(status_code=503)

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://probe") as http:
        return (await http.request(method, path, headers=headers)).status_code


def told(span: ReadableSpan) -> dict[str, object]:
    return dict(span.attributes or {})


async def test_a_request_is_a_span_in_its_callers_trace_and_its_statement_another_below(kept: InMemorySpanExporter) -> None:
    assert await asked("/things/204?name=Соколова", traceparent=SAMPLED) == 204
    statement, server = kept.get_finished_spans()
    assert (server.name, server.kind, server.status.status_code) == ("GET /things/{number}", SpanKind.SERVER, StatusCode.UNSET)
    assert told(server) == {
        "http.request.method": "GET",
        "url.path": "/things/204",
        "http.route": "/things/{number}",
        "http.response.status_code": 204,
    }
    assert statement.name == "postgresql SELECT"
    assert told(statement)["db.query.text"] == "SELECT title FROM term WHERE code = $1"
    assert [format(one.context.trace_id, "032x") for one in (statement, server)] == [TRACE, TRACE]
    assert server.parent == telemetry.context_of(SAMPLED)
    assert statement.parent == server.context
    assert (statement.start_time or 0) >= (server.start_time or 0) > 0
    assert statement.resource.attributes["service.name"] == "probe"


@pytest.mark.parametrize("given", [UNSAMPLED, "no trace", f"00-{'0' * 32}-{PARENT}-01"])
async def test_a_read_that_nobody_sampled_leaves_nothing(kept: InMemorySpanExporter, given: str) -> None:
    assert await asked("/things/200", traceparent=given) == 200
    assert kept.get_finished_spans() == ()


async def test_a_write_is_always_traced(kept: InMemorySpanExporter) -> None:
    assert await asked("/things/201", "POST") == 201
    assert [one.name for one in kept.get_finished_spans()] == ["postgresql SELECT", "POST /things/{number}"]


@pytest.mark.parametrize(("number", "status"), [(503, 503), (13, 500)])
async def test_a_5xx_always_leaves_a_span_without_the_message(kept: InMemorySpanExporter, number: int, status: int) -> None:
    assert await asked(f"/things/{number}", traceparent=UNSAMPLED) == status
    [left] = kept.get_finished_spans()
    assert (left.name, left.status.status_code, told(left)["http.response.status_code"]) == (
        "GET /things/{number}",
        StatusCode.ERROR,
        status,
    )
    kept.clear()
    assert await asked(f"/things/{number}", traceparent=SAMPLED) == status
    server = kept.get_finished_spans()[-1]
    assert (server.kind, server.status.status_code) == (SpanKind.SERVER, StatusCode.ERROR)
    assert "secret" not in server.to_json()


async def test_a_health_probe_leaves_nothing(kept: InMemorySpanExporter) -> None:
    assert await asked("/readyz") == 503
    assert kept.get_finished_spans() == ()


def test_a_leaf_says_how_it_ended(kept: InMemorySpanExporter) -> None:
    sent = telemetry.leaf("send", telemetry.context_of(SAMPLED), SpanKind.PRODUCER, {"to": "queue"})
    with pytest.raises(ValueError, match="a secret"), sent:
        raise ValueError("a secret in the message")
    with telemetry.leaf("alone", telemetry.context_of(None), SpanKind.PRODUCER, {}) as own:
        said = own.get_span_context()
        assert telemetry.traceparent(said) == f"00-{said.trace_id:032x}-{said.span_id:016x}-01"
    failed, alone = kept.get_finished_spans()
    assert (told(failed), failed.status.status_code) == ({"error.type": "ValueError", "to": "queue"}, StatusCode.ERROR)
    assert (alone.parent, alone.context, alone.status.status_code) == (None, said, StatusCode.UNSET)


def test_a_leaf_of_an_unsampled_trace_is_its_parent(kept: InMemorySpanExporter) -> None:
    parent = telemetry.context_of(UNSAMPLED)
    with telemetry.leaf("send", parent, SpanKind.PRODUCER, {}) as own:
        assert own.get_span_context() is parent
        assert not own.is_recording()
    assert kept.get_finished_spans() == ()


def test_an_attribute_of_a_type_that_otlp_does_not_know_is_told_in_words_and_loses_no_batch(kept: InMemorySpanExporter) -> None:
    about = UUID(TRACE)
    with telemetry.span("about", parent=telemetry.context_of(None), dpo__application__id=about):
        pass
    assert b'{"key":"dpo.application.id","value":{"stringValue":"%b"}}' % str(about).encode() in written(kept.get_finished_spans())
