"""The least that answers the same: FastAPI and asyncpg doing the statements of each read, no identity, no rules, no traces, no gateway."""

import os
import pickle
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import orjson
from fastapi import FastAPI, Request, Response

POOL = 10


@asynccontextmanager
async def pool(app: FastAPI) -> AsyncIterator[None]:
    """The connections."""
    async with asyncpg.create_pool(os.environ["BARE_DATABASE_URL"], min_size=POOL, max_size=POOL) as app.state.pool:
        yield


STATEMENTS = pickle.loads(Path(os.environ["BARE_STATEMENTS"]).read_bytes()) if "BARE_STATEMENTS" in os.environ else {}
"""What each address asks the database, as the measurement recorded it."""
app = FastAPI(lifespan=pool, openapi_url=None)


@app.get("/readyz")
async def ready() -> dict[str, Any]:
    return {}


@app.get("/{path:path}")
async def read(path: str, request: Request) -> Response:
    target = request.scope["raw_path"].decode() + (f"?{query.decode()}" if (query := request.scope["query_string"]) else "")
    async with request.app.state.pool.acquire() as connection:
        answers = [[*map(dict, await connection.fetch(sql, *values))] for sql, values in STATEMENTS[target]]
    return Response(orjson.dumps(answers, default=str), media_type="application/json")
