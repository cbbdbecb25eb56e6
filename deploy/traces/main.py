"""The receiver's HTTP side: OTLP in, traces out; it listens on the loopback address only and knows no persons."""

import asyncio
import gzip
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
import orjson
from google.protobuf.message import DecodeError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.traces import otlp, store

MAX_BODY = 16_000_000
JSON = "application/json"


def answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), status, headers, JSON)


async def receive(request: Request) -> Response:
    """POST /v1/traces, protobuf or JSON, gzip or plain; a body that is not OTLP gets 400 and no retry."""
    body, kind = await request.body(), request.headers.get("content-type", "").partition(";")[0]
    if len(body) > MAX_BODY:
        return answer({"detail": "too large"}, 413)
    try:
        if request.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        await store.keep(request.app.state.pool, list(otlp.json_rows(body) if kind == JSON else otlp.rows(body)))
    except (DecodeError, gzip.BadGzipFile, EOFError, *otlp.NOT_JSON_ROWS):
        return answer({"detail": "not an OTLP trace export"}, 400)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        return answer({"detail": "the store is away"}, 503, {"Retry-After": "2"})
    return answer({}) if kind == JSON else Response(b"", 200, media_type="application/x-protobuf")


async def listed(request: Request) -> Response:
    query = request.query_params
    limit = int(query["limit"]) if query.get("limit", "").isdigit() else 50
    found = await store.traces(
        request.app.state.pool,
        application=query.get("application") or None,
        service=query.get("service") or None,
        failed=query.get("failed") == "true",
        limit=min(max(limit, 1), 200),
    )
    return answer(found)


async def one(request: Request) -> Response:
    spans = await store.trace(request.app.state.pool, request.path_params["trace_id"])
    return answer(spans) if spans else answer({"detail": "unknown trace"}, 404)


async def ready(request: Request) -> Response:
    await request.app.state.pool.fetchval("SELECT 1")
    return answer({"service": "traces", "ready": True, "wrong": []}, headers={"x-launch-id": os.environ.get("DPO_LAUNCH_ID", "")})


async def tend(pool: asyncpg.Pool) -> None:
    while True:
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await store.forget_old(pool)
        await asyncio.sleep(3600)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    app.state.pool = await store.opened(os.environ["TRACES_DATABASE_URL"])
    tending = asyncio.create_task(tend(app.state.pool))
    yield
    tending.cancel()
    await app.state.pool.close()


app = Starlette(
    lifespan=lifespan,
    routes=[
        Route("/v1/traces", receive, methods=["POST"]),
        Route("/traces", listed),
        Route("/traces/{trace_id}", one),
        Route("/readyz", ready),
        Route("/livez", lambda request: Response(status_code=204)),
    ],
)
