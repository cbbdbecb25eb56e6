"""Spans in PostgreSQL: one table, filled by COPY, forgotten after some days."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

KEPT_DAYS = 7
SCHEMA = """
CREATE TABLE IF NOT EXISTS span (
    trace_id    text NOT NULL,
    span_id     text NOT NULL,
    parent_id   text,
    service     text NOT NULL,
    name        text NOT NULL,
    kind        smallint NOT NULL,
    started     timestamptz NOT NULL,
    microseconds bigint NOT NULL CHECK (microseconds >= 0),
    failed      boolean NOT NULL,
    application text,
    attributes  jsonb NOT NULL
);
CREATE INDEX IF NOT EXISTS span_trace ON span (trace_id);
CREATE INDEX IF NOT EXISTS span_application ON span (application, started) WHERE application IS NOT NULL;
CREATE INDEX IF NOT EXISTS span_service ON span (service, started);
CREATE INDEX IF NOT EXISTS span_started ON span USING brin (started);
"""
COLUMNS = ["trace_id", "span_id", "parent_id", "service", "name", "kind", "started", "microseconds", "failed", "application", "attributes"]
SUMMARY = """
SELECT trace_id, min(started) AS started, count(*) AS spans, count(*) FILTER (WHERE failed) AS failed,
       array_agg(DISTINCT service ORDER BY service) AS services,
       (array_agg(name ORDER BY parent_id IS NOT NULL, started))[1] AS name,
       (extract(epoch FROM max(started + microseconds * interval '1 microsecond') - min(started)) * 1e6)::bigint AS microseconds,
       max(application) AS application
FROM span WHERE trace_id = ANY($1) GROUP BY trace_id
HAVING bool_or(parent_id IS NULL) OR max(started) < now() - interval '30 seconds'
ORDER BY started DESC
"""
"""A trace is told when the span it began with has come, for until then it is under way; or half a minute later, should that be lost."""
RECENT = """
SELECT trace_id FROM span
WHERE ($1::text IS NULL OR application = $1) AND ($2::text IS NULL OR service = $2) AND (NOT $3 OR failed)
GROUP BY trace_id ORDER BY max(started) DESC LIMIT $4
"""


async def opened(url: str) -> asyncpg.Pool:
    """A pool on a database that has the table."""
    pool = await asyncpg.create_pool(url.replace("+asyncpg", ""), min_size=1, max_size=3, command_timeout=10)
    await pool.execute(SCHEMA)
    return pool


async def keep(pool: asyncpg.Pool, rows: list[tuple[Any, ...]]) -> None:
    await pool.copy_records_to_table("span", records=rows, columns=COLUMNS)


async def forget_old(pool: asyncpg.Pool) -> None:
    await pool.execute("DELETE FROM span WHERE started < $1", datetime.now(UTC) - timedelta(days=KEPT_DAYS))


async def traces(pool: asyncpg.Pool, *, application: str | None, service: str | None, failed: bool, limit: int) -> list[dict[str, Any]]:
    """Summaries of the newest traces that touch an application (by number) or a service."""
    ids = [row["trace_id"] for row in await pool.fetch(RECENT, application, service, failed, limit)]
    return [dict(row) for row in await pool.fetch(SUMMARY, ids)]


async def trace(pool: asyncpg.Pool, trace_id: str) -> list[dict[str, Any]]:
    """All spans of one trace in the order they began."""
    rows = await pool.fetch(f"SELECT {', '.join(COLUMNS)} FROM span WHERE trace_id = $1 ORDER BY started", trace_id)
    return [{**dict(row), "attributes": json.loads(row["attributes"])} for row in rows]
