"""The archive stream in batches."""

import asyncio
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import Self

from pydantic import ValidationError

from shared.contracts import Envelope
from shared.errors import DomainError
from shared.messaging.archive import archived


class ArchiveIncomplete(DomainError):
    code, detail = "archive_incomplete", "Архив хранит события не с начала: отчёты по нему не пересобрать."


class Archive:
    """Reads the stream from its first event on, ahead of whoever asks for batches."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.arrived: asyncio.Queue[bytes] = asyncio.Queue(1000)
        self.told_until: datetime | None = None

    async def __aenter__(self) -> Self:
        self.reading = asyncio.create_task(self.read())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self.reading.cancel()
        with suppress(Exception, asyncio.CancelledError):
            await self.reading

    async def read(self) -> None:
        """Read for ever; raises `ArchiveIncomplete` when the broker has dropped the beginning."""
        following: int | str = "first"
        while True:
            async for offset, body in archived(self.url, offset=following):
                if following == "first" and offset > 0:
                    raise ArchiveIncomplete()
                following = offset + 1
                await self.arrived.put(body)

    async def batch(self, limit: int, *, seconds: float = 0.5) -> list[bytes]:
        """The next messages, fewer than the limit when so many did not come in time; raises what ended the reading."""
        found: list[bytes] = []
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while len(found) < limit:
                    found.append(await self.arrived.get())
        if self.reading.done():
            self.reading.result()
        if found:
            with suppress(ValidationError):
                self.told_until = Envelope.read(found[-1]).time
        return found
