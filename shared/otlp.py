"""Spans as OTLP/JSON, written out in a fifth of what the exporter's own encoder takes: its thread holds up the event loop meanwhile."""

from collections.abc import Sequence
from typing import Any

import orjson
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.trace import SpanKind
from opentelemetry.util.types import Attributes

KINDS = {kind: kind.value + 1 for kind in SpanKind}
"""OTLP counts from the kind «unspecified»."""
VALUES = {str: "stringValue", bool: "boolValue", float: "doubleValue"}


class Exporter(OTLPSpanExporter):
    """The SDK's exporter over HTTP with its retries and its variables of the environment, and our encoder."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(endpoint, headers={"content-type": "application/json"}, timeout=5)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return SpanExportResult.SUCCESS if self._client.export(written(spans)).success else SpanExportResult.FAILURE


def written(spans: Sequence[ReadableSpan]) -> bytes:
    """One export request of one process's spans, which have neither events nor links (OTLP 1.9, JSON Protobuf encoding)."""
    scopes: dict[str, list[dict[str, Any]]] = {}
    for span in spans:
        scopes.setdefault(span.instrumentation_scope.name if span.instrumentation_scope else "", []).append(span_of(span))
    said = [{"scope": {"name": name}, "spans": of_scope} for name, of_scope in scopes.items()]
    return orjson.dumps({"resourceSpans": [{"resource": {"attributes": pairs(spans[0].resource.attributes)}, "scopeSpans": said}]})


def span_of(span: ReadableSpan) -> dict[str, Any]:
    own, parent = span.context, span.parent
    return {
        "traceId": f"{own.trace_id:032x}",
        "spanId": f"{own.span_id:016x}",
        "parentSpanId": f"{parent.span_id:016x}" if parent else "",
        "name": span.name,
        "kind": KINDS[span.kind],
        "startTimeUnixNano": str(span.start_time),
        "endTimeUnixNano": str(span.end_time),
        "attributes": pairs(span.attributes),
        "status": {"code": span.status.status_code.value},
    }


def pairs(attributes: Attributes) -> list[dict[str, Any]]:
    return [{"key": key, "value": value_of(value)} for key, value in (attributes or {}).items()]


def value_of(value: Any) -> dict[str, Any]:
    if type(value) is int:
        return {"intValue": str(value)}  # 64 bits are more than a number of JSON holds
    if isinstance(value, list | tuple):
        return {"arrayValue": {"values": [value_of(one) for one in value]}}
    name = VALUES.get(type(value))
    return {name: value} if name else {"stringValue": str(value)}
