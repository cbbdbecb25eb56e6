"""The receiver of traces on a real database: what is sent is told, what is under way is not yet, what is broken is refused."""

import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from deploy.traces import otlp
from deploy.traces.main import app
from shared.otlp import written
from tests.support.servers import Servers

JSON = {"content-type": "application/json"}
TRACE = 0x0AF7651916CD43DD8448EB211C80319C


def span(number: int, name: str, *, parent: int | None, age: float = 0.0, service: str = "enrollment", about: str = "") -> ReadableSpan:
    """A span of 20 ms that began `age` seconds ago."""
    began = time.time_ns() - int((age + 0.02) * 1e9)
    return ReadableSpan(
        name,
        context(number),
        parent=context(parent) if parent else None,
        resource=Resource({"service.name": service}),
        attributes={"dpo.application.id": about} if about else {},
        status=Status(StatusCode.OK),
        start_time=began,
        end_time=began + 20_000_000,
    )


def context(number: int) -> SpanContext:
    return SpanContext(TRACE, number, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))


@pytest_asyncio.fixture
async def receiver(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setenv("TRACES_DATABASE_URL", await servers.database("notify"))
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://traces") as client:
        yield client


async def sent(receiver: httpx.AsyncClient, *spans: ReadableSpan) -> None:
    answer = await receiver.post("/v1/traces", content=written(spans), headers=JSON)
    assert (answer.status_code, answer.json()) == (200, {})


async def test_a_trace_bears_the_name_of_the_span_it_began_with(receiver: httpx.AsyncClient) -> None:
    await sent(receiver, span(2, "postgresql SELECT", parent=1, age=1, about="ДПО-2026-000001"))
    assert (await receiver.get("/traces")).json() == []  # under way: the click it began with has not come yet
    await sent(receiver, span(1, "POST /applications", parent=None, service="gateway"))
    assert (await receiver.get("/traces", params={"application": "ДПО-2026-000002"})).json() == []
    [told] = (await receiver.get("/traces", params={"application": "ДПО-2026-000001"})).json()
    assert (told["name"], told["spans"], told["failed"]) == ("POST /applications", 2, 0)
    assert told["services"] == ["enrollment", "gateway"]
    assert [one["name"] for one in (await receiver.get(f"/traces/{TRACE:032x}")).json()] == ["postgresql SELECT", "POST /applications"]


async def test_a_trace_whose_beginning_was_lost_is_told_all_the_same(receiver: httpx.AsyncClient) -> None:
    await sent(receiver, span(2, "process notify:x", parent=1, age=60))
    [told] = (await receiver.get("/traces")).json()
    assert told["name"] == "process notify:x"


async def test_what_our_exporter_says_in_json_is_what_the_sdk_says_in_protobuf(receiver: httpx.AsyncClient) -> None:
    """Another collector understands ours as it understands everybody's."""
    facts: dict[str, Any] = {"text": "Заявка\x00", "count": 5, "share": 0.5, "new": True, "many": ["а", "б"], "dpo.application.id": "ДПО-1"}
    spans = [
        ReadableSpan(
            f"span {kind.name}",
            context(7 + kind.value),
            parent=context(7) if kind.value else None,
            resource=Resource({"service.name": "routes"}),
            attributes=facts,
            kind=kind,
            status=Status(StatusCode.ERROR) if kind.value % 2 else Status(StatusCode.UNSET),
            start_time=1_790_000_000_000_000_001,
            end_time=1_790_000_000_020_000_003,
        )
        for kind in SpanKind
    ]
    assert list(otlp.json_rows(written(spans))) == list(otlp.rows(encode_spans(spans).SerializeToString()))
    assert (await receiver.post("/v1/traces", content=encode_spans(spans).SerializeToString())).status_code == 200
    assert [one["attributes"]["text"] for one in (await receiver.get(f"/traces/{TRACE:032x}")).json()] == ["Заявка"] * len(spans)


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"[]",
        b"{}",
        b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "nothing else"}]}]}]}',
        written([span(1, "x", parent=None)]).replace(b'"kind":1', b'"kind":77'),
        written([span(1, "x", parent=None)]).replace(b'"startTimeUnixNano":"1', b'"startTimeUnixNano":"9999999999999'),
    ],
)
async def test_json_that_is_no_export_is_refused(receiver: httpx.AsyncClient, body: bytes) -> None:
    assert (await receiver.post("/v1/traces", content=body, headers=JSON)).status_code == 400


@pytest.mark.parametrize("body", [b"not protobuf at all", b"\xff" * 40])
async def test_what_is_no_export_is_refused(receiver: httpx.AsyncClient, body: bytes) -> None:
    assert (await receiver.post("/v1/traces", content=body)).status_code == 400
    assert (await receiver.post("/v1/traces", content=body, headers={"content-encoding": "gzip"})).status_code == 400


async def test_an_unknown_trace_is_not_found(receiver: httpx.AsyncClient) -> None:
    assert (await receiver.get(f"/traces/{0:032x}")).status_code == 404
