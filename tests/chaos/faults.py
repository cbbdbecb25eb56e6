"""What is done to the suite while it works: five kinds of faults, each of which says whether it hit."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.chaos.ledger import Ledger
from tests.support.suite import Suite

PAUSE_SECONDS = 6.0
BROKER_SECONDS = (1, 10, 60)
"""How long the broker stays away, each once; commands come for the first of them, or none would be left for the other faults."""
COMING_SECONDS = 0.5
KINDS = ("service", "relay", "handler", "command", "broker", "database", "connections")
"""A process killed at random, between confirm and mark, between commit and ack, before commit; servers killed, frozen and cut off."""


@dataclass(frozen=True)
class Fault:
    """A fault of a kind on a target; `strike` returns how often it hit."""

    kind: str
    target: str
    strike: Callable[[], Awaitable[int]]

    def __str__(self) -> str:
        return f"{self.kind} {self.target}".strip()


@dataclass
class Faults:
    """Strikes one fault after another as the ledger fills; holds the commands back until one has passed when the next is due."""

    suite: Suite
    ledger: Ledger
    chance: random.Random
    expected: int
    """Commands that will come; the faults are spread over them."""
    hits: Counter[str] = field(default_factory=Counter)
    struck: list[dict[str, Any]] = field(default_factory=list)
    over: bool = False
    """Whether all commands were given: what has not struck by then hits nobody."""

    def planned(self) -> list[Fault]:
        """The faults of this run in an order of its own."""
        faults = [Fault("service", name, partial(self.kill, name)) for name in ("enrollment", "notify", "reports", "gateway")]
        faults += [self.failpoint("relay", f"{name}.confirmed") for name in ("enrollment", "enrollment", "notify")]
        faults += [self.failpoint("handler", f"{name}.committed") for name in ("notify", "reports", "routes")]
        faults += [self.failpoint("command", "enrollment.emitted")]
        faults += [Fault("broker", f"away for {seconds} s", partial(self.kill_broker, seconds)) for seconds in BROKER_SECONDS]
        faults += [Fault("database", "", self.pause)]
        faults += [Fault("connections", "", self.cut)] * 2
        self.chance.shuffle(faults)
        return faults

    @property
    def given(self) -> int:
        return len(self.ledger.entries)

    @property
    def left(self) -> int:
        return max(self.expected - self.given, 0)

    async def run(self) -> None:
        """Strike at even distances over the commands that are left."""
        faults = self.planned()
        for place, fault in enumerate(faults):
            mark = self.given + self.left // (len(faults) - place + 1)
            while self.given < mark or not self.ledger.in_flight:
                if self.over:
                    return
                await asyncio.sleep(0.02)
            under_load = self.ledger.in_flight
            hit = await fault.strike()
            self.ledger.open.clear()  # from here on commands wait until the suite is whole again
            seconds = await self.suite.recovered()
            self.ledger.open.set()
            self.hits[fault.kind] += hit
            self.struck.append({"fault": str(fault), "hit": hit, "at": mark, "in_flight": under_load, "recovered_in": round(seconds, 1)})
            print(f"{self.given:6} commands · {fault}: hit {hit}, whole again after {seconds:.1f} s", flush=True)

    def failpoint(self, kind: str, name: str) -> Fault:
        async def strike() -> int:
            self.suite.arm(name)
            enough = self.given + self.left // 2  # the last commands are for the other faults
            for _ in range(300):
                if self.suite.sprung(name):
                    return 1
                if self.given > enough:
                    break
                await asyncio.sleep(0.1)
            (self.suite.failpoints / name).unlink(missing_ok=True)
            return 0

        return Fault(kind, name, strike)

    async def kill(self, name: str) -> int:
        return int(self.suite.kill(name))

    async def kill_broker(self, seconds: float) -> int:
        """The seconds are the fault itself: so long nobody hears and nothing is confirmed."""
        with self.suite.unattended():
            hit = await asyncio.to_thread(self.suite.kill_broker)
            coming = min(seconds, COMING_SECONDS)
            await asyncio.sleep(coming)
            self.ledger.open.clear()
            await asyncio.sleep(seconds - coming)
        return int(hit)

    async def pause(self) -> int:
        """How many commands hung while nothing answered."""
        self.suite.pause_database()
        await asyncio.sleep(PAUSE_SECONDS)
        frozen = self.ledger.in_flight
        self.suite.resume_database()
        return frozen

    async def cut(self) -> int:
        return sum(await self.suite.cut_connections())
