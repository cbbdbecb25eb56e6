"""How well a service hears: looked at when somebody asks, in bounded time, and remembered for seconds so that asking stays cheap."""

import asyncio
from dataclasses import dataclass

import structlog

from shared.messaging.bindings import bound
from shared.messaging.consumer import Consumer

log = structlog.get_logger()
WAIT_SECONDS = 2.0  # for the broker to answer
WELL_SECONDS, ILL_SECONDS = 3.0, 0.5  # how long an answer stands


@dataclass(frozen=True)
class Heard:
    """Own queues without a consumer, and own bindings that are gone; None for what can not be seen."""

    deaf: list[str] | None = None
    unbound: list[str] | None = None


class Hearing:
    """Looks at a consumer's queues, and at their bindings where the broker's HTTP API is known."""

    def __init__(self, consumer: Consumer, api: str | None) -> None:
        self.consumer, self.api = consumer, api
        self.last, self.until, self.blind = Heard(), 0.0, False
        self.lock = asyncio.Lock()
        self.dropping: asyncio.Task[None] | None = None

    async def look(self) -> Heard:
        """The state of now, or of a few seconds ago."""
        clock = asyncio.get_running_loop().time
        async with self.lock:
            if clock() >= self.until:
                before, self.last = self.last, Heard(*await asyncio.gather(self.deaf(), self.unbound()))
                self.until = clock() + (WELL_SECONDS if self.last.deaf == [] and not self.last.unbound else ILL_SECONDS)
                if self.last.unbound and self.last.unbound != before.unbound:
                    log.error("bindings_gone", bindings=self.last.unbound)
            return self.last

    async def deaf(self) -> list[str] | None:
        if not self.consumer.started:
            return None
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                return await self.consumer.deaf()
        except (Exception, asyncio.CancelledError):
            if (task := asyncio.current_task()) and task.cancelling():
                raise  # aiormq cancels its waiters too, when the connection is lost
            self.dropping = asyncio.create_task(self.consumer.wire.drop())  # a frozen broker makes it wait, whoever asks should not
            return None

    async def unbound(self) -> list[str] | None:
        if self.api is None:
            return None
        try:
            there = await asyncio.to_thread(bound, self.api, self.consumer.wire.url, timeout=WAIT_SECONDS)
        except OSError as problem:
            if not self.blind:
                log.warning("bindings_unseen", error=str(problem))
            self.blind = True
            return None
        self.blind = False
        return [str(binding) for binding in self.consumer.bindings if binding not in there]
