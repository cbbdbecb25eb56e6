"""What the demonstration has done so far."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from deploy.console import say
from deploy.demo.door import Person


@dataclass
class Play:
    """What has happened so far, in the shape that `--json` prints."""

    quiet: bool
    steps: list[dict[str, Any]] = field(default_factory=list)
    deficits: list[dict[str, Any]] = field(default_factory=list)
    route: dict[str, Any] = field(default_factory=dict)
    application: dict[str, Any] = field(default_factory=dict)
    mails: list[dict[str, Any]] = field(default_factory=list)
    closure: list[dict[str, Any]] = field(default_factory=list)

    @asynccontextmanager
    async def step(self, name: str, actor: Person) -> AsyncIterator[None]:
        """One step: what was done, how long it took until everybody knew, and its trace."""
        began = time.monotonic()
        yield
        seconds = round(time.monotonic() - began, 3)
        self.steps.append({"name": name, "seconds": seconds, "trace_id": actor.trace})
        self.tell(f"{seconds:7.2f} с  {name}  · трасса {actor.trace}")

    def note(self, words: str) -> None:
        """A line beneath a step."""
        self.tell(f"{'':11}{words}")

    def tell(self, line: str) -> None:
        if not self.quiet:
            say(line)

    def shown(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "quiet"}
