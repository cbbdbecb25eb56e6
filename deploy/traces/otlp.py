"""OTLP spans, as protobuf or as JSON, as rows of our table."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Status

APPLICATION = "dpo.application.id"
NOT_JSON_ROWS = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
PLAIN: dict[str, Callable[[Any], Any]] = {"stringValue": str, "intValue": int, "doubleValue": float, "boolValue": bool}


def plain(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [plain(one) for one in value.array_value.values]
    return getattr(value, kind) if kind in ("string_value", "int_value", "double_value", "bool_value") else None


def rows(body: bytes) -> Iterator[tuple[Any, ...]]:
    """One row per span of an export request in protobuf; raises its `DecodeError` for anything else."""
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        named = {pair.key: plain(pair.value) for pair in resource.resource.attributes}
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield row(
                    named,
                    {pair.key: plain(pair.value) for pair in span.attributes},
                    ids=(span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex()),
                    name=span.name,
                    kind=span.kind,
                    times=(span.start_time_unix_nano, span.end_time_unix_nano),
                    status=span.status.code,
                )


def plain_json(value: Mapping[str, Any]) -> Any:
    if "arrayValue" in value:
        return [plain_json(one) for one in value["arrayValue"].get("values", ())]
    return next((PLAIN[kind](said) for kind, said in value.items() if kind in PLAIN), None)


def json_rows(body: bytes) -> Iterator[tuple[Any, ...]]:
    """One row per span of an export request in JSON; raises one of `NOT_JSON_ROWS` for anything else."""
    for resource in json.loads(body)["resourceSpans"]:
        named = {pair["key"]: plain_json(pair["value"]) for pair in resource.get("resource", {}).get("attributes", ())}
        for scope in resource.get("scopeSpans", ()):
            for span in scope.get("spans", ()):
                yield row(
                    named,
                    {pair["key"]: plain_json(pair["value"]) for pair in span.get("attributes", ())},
                    ids=(span["traceId"], span["spanId"], span.get("parentSpanId", "")),
                    name=span["name"],
                    kind=span.get("kind", 0),
                    times=(int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"])),
                    status=span.get("status", {}).get("code", 0),
                )


def row(
    resource: Mapping[str, Any],
    attributes: Mapping[str, Any],
    *,
    ids: tuple[str, str, str],
    name: str,
    kind: int,
    times: tuple[int, int],
    status: int,
) -> tuple[Any, ...]:
    began, ended = times
    if not 0 <= kind <= 5:
        raise ValueError("no kind of OTLP's")
    return (
        *(bytes.fromhex(one).hex() for one in ids[:2]),
        bytes.fromhex(ids[2]).hex() or None,
        str(resource.get("service.name", "unknown")),
        str(name),
        int(kind),
        datetime.fromtimestamp(began / 1e9, UTC),
        max(0, (ended - began) // 1000),
        status == Status.STATUS_CODE_ERROR,
        str(attributes[APPLICATION]) if APPLICATION in attributes else None,
        json.dumps(attributes, ensure_ascii=False).replace("\\u0000", ""),
    )
