"""Counts searches in vain beside the reads: in this process's memory, written down every few seconds and at the stop.

A read never waits for a write. What a kill -9 loses is a few seconds of counts, and nothing that concerns a person.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI

from services.catalog.commands import missed
from services.catalog.queries.demand import Missed

log = structlog.get_logger()
WRITTEN_SECONDS, KINDS_MOST = 10.0, 10_000


class Misses:
    """Counts that are not written down yet."""

    def __init__(self) -> None:
        self.counts: Counter[Missed] = Counter()
        self.writing = asyncio.Lock()

    def note(self, one: Missed) -> None:
        """Count one; a flood of different ones is not let fill the memory."""
        if one in self.counts or len(self.counts) < KINDS_MOST:
            self.counts[one] += 1

    async def write(self, app: FastAPI) -> None:
        """Write the counts down; what can not be written is counted on."""
        async with self.writing:
            if not self.counts:
                return
            counts, self.counts = self.counts, Counter()
            try:
                async with app.state.sessions.begin() as session:
                    await missed.add(session, counts, now=app.state.clock())
            except BaseException as problem:
                self.counts += counts
                if not isinstance(problem, Exception):
                    raise
                log.warning("misses_wait", error=type(problem).__name__)


@asynccontextmanager
async def counting(app: FastAPI) -> AsyncIterator[None]:
    """The counting beside a running service."""
    misses: Misses = app.state.misses
    task = asyncio.create_task(writing(app, misses))
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await misses.write(app)


async def writing(app: FastAPI, misses: Misses) -> None:
    while True:
        await asyncio.sleep(WRITTEN_SECONDS)  # counts gather meanwhile: one write for many searches
        await misses.write(app)
