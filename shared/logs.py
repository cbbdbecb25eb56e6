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
    """Keep an exception's places, not its message: a message may quote a person's data."""
    if isinstance(error := entry.pop("exc_info", None), BaseException):
        entry["at"] = places_of(error)
    return entry


def places_of(error: BaseException) -> list[str]:
    """Where an exception went through, the last twelve lines."""
    places, at = [], error.__traceback__
    while at is not None:
        code = at.tb_frame.f_code
        places.append(f"{code.co_filename.rsplit('/', 3)[-1]}:{at.tb_lineno} {code.co_name}")
        at = at.tb_next
    return places[-12:]


def without_message(record: logging.LogRecord) -> bool:
    """The same for what libraries log: uvicorn writes whatever an application raised, though it was answered and logged here."""
    if record.exc_info and (error := record.exc_info[1]) and "lifespan" not in record.getMessage():  # a failed start may speak
        record.msg, record.args = f"{type(error).__name__} at {'; '.join(places_of(error))}", ()
        record.exc_info = record.exc_text = None
    return True


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
    for name in ("uvicorn.error", "asyncio"):
        logging.getLogger(name).addFilter(without_message)
    for name in ("aio_pika", "aiormq", "faststream"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # reconnects are ours to report
