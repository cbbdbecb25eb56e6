"""OTLP spans as rows of our table."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Status

APPLICATION = "dpo.application.id"


def plain(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [plain(one) for one in value.array_value.values]
    return getattr(value, kind) if kind in ("string_value", "int_value", "double_value", "bool_value") else None


def rows(body: bytes) -> Iterator[tuple[Any, ...]]:
    """One row per span of an export request; raises protobuf's `DecodeError` for anything else."""
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        named = {pair.key: plain(pair.value) for pair in resource.resource.attributes}
        for scope in resource.scope_spans:
            for span in scope.spans:
                attributes = {pair.key: plain(pair.value) for pair in span.attributes}
                yield (
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex() or None,
                    str(named.get("service.name", "unknown")),
                    span.name,
                    int(span.kind),
                    datetime.fromtimestamp(span.start_time_unix_nano / 1e9, UTC),
                    max(0, (span.end_time_unix_nano - span.start_time_unix_nano) // 1000),
                    span.status.code == Status.STATUS_CODE_ERROR,
                    str(attributes[APPLICATION]) if APPLICATION in attributes else None,
                    json.dumps(attributes, ensure_ascii=False).replace("\\u0000", ""),
                )
