"""How the catalogue's reads grow with it: 5, 50 and 500 thousand programmes, each with four groups; run by name only, for it takes long."""

import os
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from itertools import islice
from statistics import median, quantiles
from typing import Any

import uvloop

from shared.database import Sessions
from tests.bench.catalogue import Reads, cards, facets, searches
from tests.bench.catalogue_register import grow, opened
from tests.bench.measure import Row
from tests.support.servers import Servers, private

SIZES = [int(size) for size in os.environ.get("GROWTH_SIZES", "5000,50000,500000").split(",")]
READS, FEWEST, ROUNDS, PATIENCE = 40, 8, 2, 400_000
"""How many reads of a kind in a round, fewer of a register so large that each takes seconds; the first round only warms up."""


def run() -> list[Row]:
    """Medians and 95th percentiles in milliseconds, one reader, the database on this machine."""
    rows: list[Row] = []
    for size in SIZES:
        with ExitStack() as stack:
            rows += uvloop.run(measured(private(stack), size))
    return rows


async def measured(servers: Servers, size: int) -> list[Row]:
    engine, sessions = opened(await servers.database("catalog"))
    try:
        await grow(sessions, programmes=size)
        kinds: dict[str, Reads] = {"search": searches(), "facets": facets(), "card": await cards(sessions)}
        rows, many = [], max(FEWEST, min(READS, PATIENCE // size))
        for kind, reads in kinds.items():
            waits = [await waited(sessions, read) for _ in range(ROUNDS) for read in islice(reads.values(), many)][many:]
            for name, seconds in (("p50", median(waits)), ("p95", quantiles(waits, n=20)[-1])):
                figures: dict[str, Any] = {
                    "ours": seconds * 1000,
                    "baseline": 0.0,
                    "ratio": None,
                    "unit": "ms",
                    "goal": 0.0,
                    "goal_of": "ours",
                }
                rows.append({"bench": f"{kind}, {size:,} programmes, {name}", **figures})
        return rows
    finally:
        await engine.dispose()


async def waited(sessions: Sessions, read: Callable[..., Awaitable[Any]]) -> float:
    began = time.perf_counter()
    async with sessions.begin() as session:
        await read(session)
    return time.perf_counter() - began
