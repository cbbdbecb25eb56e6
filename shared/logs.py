"""Structured logs on standard output: ids and codes, no personal data."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog
from opentelemetry import trace


def with_trace(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        entry["trace_id"] = format(context.trace_id, "032x")
    return entry


def without_values(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep an exception's type and places, not its message: a message may quote a person's data."""
    if (error := entry.pop("exc_info", None)) is not None and isinstance(error, BaseException):
        places, at = [], error.__traceback__
        while at is not None:
            code = at.tb_frame.f_code
            places.append(f"{code.co_filename.rsplit('/', 3)[-1]}:{at.tb_lineno} {code.co_name}")
            at = at.tb_next
        entry["at"] = places[-12:]
    return entry


def setup(service: str) -> None:
    """Log JSON lines that name the service, the moment and the trace."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            with_trace,
            without_values,
            structlog.processors.JSONRenderer(serializer=lambda entry, **_: orjson.dumps(entry, default=str).decode()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    for name in ("aio_pika", "aiormq", "faststream"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # reconnects are ours to report
