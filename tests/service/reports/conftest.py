"""The running service, and ways to let it hear things."""

import random
from collections.abc import Iterable
from typing import Any

import pytest_asyncio
from sqlalchemy import text

from services.reports.queries.checksum import checksum
from services.reports.subscribers import HEARS
from services.reports.tables import UNTOUCHED, Base, read_models
from shared.contracts import Envelope
from tests.support.service import Person, Running
from tests.support.stage import Start


class Reports:
    """reports with its figures at hand."""

    def __init__(self, service: Running) -> None:
        self.service = service
        self.operator = service.staff("operator")

    async def hear(self, envelopes: Iterable[Envelope]) -> None:
        """Straight to the handlers, one transaction each: no inbox hides that one is not safe to repeat."""
        for envelope in envelopes:
            event = envelope.event()
            async with self.service.app.state.sessions.begin() as session:
                await HEARS[type(event)](event, envelope, session)

    async def hear_anyhow(self, envelopes: Iterable[Envelope], order: random.Random) -> None:
        """In any order, and half of them twice."""
        told = list(envelopes)
        told += order.sample(told, len(told) // 2)
        order.shuffle(told)
        await self.hear(told)

    async def forget(self) -> None:
        """Empty every table of the service and its bookkeeping."""
        names = ", ".join([*(table.name for table in read_models()), *UNTOUCHED, "inbox", "outbox"])
        async with self.service.app.state.engine.begin() as connection:
            await connection.execute(text(f"TRUNCATE {names}"))

    async def checksum(self) -> dict[str, str]:
        """The checksum of every read model."""
        async with self.service.app.state.sessions.begin() as session:
            told = await checksum(session, now=self.service.app.state.clock())
        return {one["table"]: f"{one['rows']}:{one['checksum']}" for one in told["tables"]} | {"all": told["checksum"]}

    async def figures(self, path: str, who: Person | None = None, /, **params: Any) -> Any:
        answer = await self.service.call("GET", f"/reports/{path}", who or self.operator, params=params)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert told.pop("as_of")
        return told

    async def mentions(self, value: object) -> set[str]:
        """The tables in which something is written."""
        found = set()
        async with self.service.app.state.engine.connect() as connection:
            for name in Base.metadata.tables:
                asked = text(f"SELECT EXISTS (SELECT FROM {name} t WHERE t::text LIKE '%' || :it || '%')")
                if await connection.scalar(asked, {"it": str(value)}):
                    found.add(name)
        return found


@pytest_asyncio.fixture
async def reports(start: Start) -> Reports:
    return Reports(await start("reports"))
