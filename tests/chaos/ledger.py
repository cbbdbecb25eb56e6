"""The driver's own book: every command that the suite accepted, and who may be asked what became of it."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from deploy.demo.door import Person, Refused

PATIENCE_SECONDS = 120
LATER = {500, 502, 503, 504}
"""Answers that leave open whether the command took effect: it is repeated under the same key, as a careful client would."""


@dataclass(frozen=True)
class Entry:
    """An accepted command: its kind, what it is about, and the id in its answer."""

    kind: str
    about: str
    answered: str


@dataclass
class Ledger:
    """Commands accepted (2xx), refused (4xx) and repeated because nobody knew."""

    seed: int
    entries: list[Entry] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    repeated: Counter[str] = field(default_factory=Counter)
    in_flight: int = 0
    asked: int = 0
    open: asyncio.Event = field(default_factory=asyncio.Event)
    """Closed while the rig waits for a fault to pass, so that the next one hits commands too."""

    def count(self, kind: str, about: str | None = None) -> int:
        return sum(entry.kind == kind and about in (None, entry.about) for entry in self.entries)

    def of(self, kind: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.kind == kind]

    async def command(self, person: Person, kind: str, method: str, path: str, body: Any = None, *, about: str, answer: str = "id") -> Any:
        """Give a command until the suite accepts or refuses it; its answer, or None when refused."""
        await self.open.wait()
        self.asked += 1
        key = f"chaos:{self.seed}:{self.asked}"
        self.in_flight += 1
        began = time.monotonic()
        try:
            while True:
                if time.monotonic() - began > PATIENCE_SECONDS:
                    raise TimeoutError(f"{person.name}: {method} {path} was neither accepted nor refused; so far {dict(self.repeated)}")
                try:
                    body_of_answer = await person.call(method, path, {} if body is None else body, key=key)
                    break
                except Refused as refusal:
                    if refusal.status not in LATER:
                        code = refusal.body.get("type", "") if isinstance(refusal.body, dict) else ""
                        self.refused[f"{kind}: {refusal.status} {code}"] += 1
                        return None
                    self.repeated[str(refusal.status)] += 1
                except (aiohttp.ClientError, TimeoutError, OSError) as gone:
                    self.repeated[type(gone).__name__] += 1
                await asyncio.sleep(0.3)
        finally:
            self.in_flight -= 1
        self.entries.append(Entry(kind, about, str((body_of_answer or {}).get(answer, ""))))
        return body_of_answer

    async def question(self, person: Person, path: str, **query: Any) -> Any:
        """The answer to a question, asked until there is one."""
        while True:
            try:
                return await person.get(path, **query)
            except Refused as refusal:
                if refusal.status not in LATER:
                    raise
            except (aiohttp.ClientError, TimeoutError, OSError):
                pass
            await asyncio.sleep(0.3)
