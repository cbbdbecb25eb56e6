"""What everybody may read, asked of a service once for all guests who want it in the same second."""

import asyncio
import re
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from cachetools import TLRUCache

from gateway.door.upstreams import Answer

MAX_BYTES = 64_000_000
SHARED_FOR = re.compile(rb"public, max-age=(\d+)")
Ask = Callable[[], Coroutine[Any, Any, Answer]]
KEPT_304 = (b"cache-control", b"etag", b"vary")


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer and the moment from which it is too old to give."""

    answer: Answer
    until: float


class SharedReads:
    """Answers that a service calls public, as long as it says; those who come while it is being asked wait for the same answer."""

    def __init__(self) -> None:
        self.kept: TLRUCache[str, Kept] = TLRUCache(
            MAX_BYTES, ttu=lambda _, kept, __: kept.until, timer=time.monotonic, getsizeof=lambda kept: len(kept.answer.body) + 1000
        )
        self.coming: dict[str, asyncio.Task[Answer]] = {}

    async def answer(self, target: str, ask: Ask, *, unless: str | None = None) -> Answer:
        """The answer at an address, kept or asked for; 304 without a body when it is the one that the caller has."""
        if kept := self.kept.get(target):
            answer = kept.answer
        else:
            if (coming := self.coming.get(target)) is None:
                coming = self.coming[target] = asyncio.create_task(self.fetched(target, ask))
            answer = await asyncio.shield(coming)  # whoever asked first may leave, the others still wait
        tag = answer.header(b"etag")
        if tag and unless and tag.decode("latin-1") in (one.strip() for one in unless.split(",")):
            return Answer(304, [header for header in answer.headers if header[0] in KEPT_304], b"")
        return answer

    async def fetched(self, target: str, ask: Ask) -> Answer:
        began = time.monotonic()  # an answer is as old as its question, or a change would wait for longer than the promised second
        try:
            answer = await ask()
            if answer.status == 200 and (said := SHARED_FOR.fullmatch(answer.header(b"cache-control") or b"")):
                self.kept[target] = Kept(answer, began + int(said[1]))
            return answer
        finally:
            del self.coming[target]
