"""The running service with the bank of the demonstration in it, and teachers who answer."""

import json
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest_asyncio

from shared.contracts import Envelope
from shared.contracts.routes import RouteStudied
from tests.support.service import Person, Running, envelope_of
from tests.support.stage import Start

BANK = Path(__file__).parents[3] / "deploy" / "demo" / "assessment"
NOTHING: dict[str, Any] = {"choice": "", "multiple": [], "matching": {}, "ordering": [], "numeric": ""}


def in_bank(name: str) -> Any:
    return json.loads((BANK / name).read_text("utf-8"))


def bank_items() -> list[dict[str, Any]]:
    return [item for path in sorted((BANK / "items").glob("*.json")) for item in json.loads(path.read_text("utf-8"))]


def right_answer(item: dict[str, Any]) -> Any:
    return item["key"]["value"] if item["kind"] == "numeric" else item["key"]


@dataclass
class Centre:
    """The service, what was put into it, and shortcuts to say what a test needs said."""

    service: Running
    framework_id: UUID = field(default_factory=uuid4)
    procedure_id: UUID = field(default_factory=uuid4)
    items: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def operator(self) -> Person:
        return self.service.staff("operator")

    async def done(self, method: str, path: str, who: Person, body: Any = None) -> dict[str, Any]:
        answer = await self.service.call(method, path, who, json=body)
        assert answer.status_code in (200, 201), answer.text
        said: dict[str, Any] = answer.json()
        return said

    async def refused(self, method: str, path: str, who: Person, body: Any = None, *, status: int, code: str) -> dict[str, Any]:
        answer: httpx.Response = await self.service.call(method, path, who, json=body)
        assert (answer.status_code, answer.json().get("type")) == (status, code), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        said: dict[str, Any] = answer.json()
        return said

    def procedure(self, **changes: Any) -> dict[str, Any]:
        """The procedure of the bank as the service takes it."""
        stated: dict[str, Any] = in_bank("procedure.json")
        del stated["organiser"]
        return stated | {"organiser_id": str(uuid4()), "framework_id": str(self.framework_id)} | changes

    async def fill(self) -> None:
        framework = await self.done("POST", "/frameworks", self.operator, in_bank("framework.json"))
        self.framework_id = UUID(framework["framework_id"])
        raw = bank_items()
        stored = await self.done("POST", "/items", self.operator, {"framework_id": str(self.framework_id), "items": raw})
        self.items = {one["item_id"]: item for one, item in zip(stored["items"], raw, strict=True)}
        procedure = await self.done("POST", "/procedures", self.operator, self.procedure())
        self.procedure_id = UUID(procedure["procedure_id"])

    async def begin(self, who: Person, purpose: str = "entry", **route: Any) -> dict[str, Any]:
        return await self.done("POST", f"/procedures/{self.procedure_id}/attempts", who, {"purpose": purpose, **route})

    async def answer(self, who: Person, attempt: dict[str, Any], item: dict[str, Any], answer: Any) -> dict[str, Any]:
        path = f"/attempts/{attempt['attempt_id']}/answers/{item['item_id']}"
        return await self.done("PUT", path, who, {"answer": answer})

    async def answer_all(self, who: Person, attempt: dict[str, Any], *, lacking: Collection[str] = ()) -> None:
        """Answer everything rightly, but leave out what belongs to these competences."""
        for item in attempt["items"]:
            written = self.items[item["item_id"]]
            if written["competence"] not in lacking:
                await self.answer(who, attempt, item, right_answer(written))

    async def complete(self, who: Person, attempt: dict[str, Any]) -> dict[str, Any]:
        return await self.done("POST", f"/attempts/{attempt['attempt_id']}/completion", who)

    async def measured(self, who: Person, *, lacking: Collection[str] = (), **purpose: Any) -> dict[str, Any]:
        """A completed attempt of someone who lacks these competences."""
        attempt = await self.begin(who, **purpose)
        await self.answer_all(who, attempt, lacking=lacking)
        return await self.complete(who, attempt)

    async def result(self, who: Person, attempt: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """The lines of a result by competence."""
        shown = await self.done("GET", f"/attempts/{attempt['attempt_id']}/result", who)
        return {line["competence"]: line for line in shown["competences"]}

    def studied(self, person: UUID | None, *, route: UUID | None = None, attempt: UUID | None = None) -> Envelope:
        """What routes says when every step of a route is done."""
        route = route or uuid4()
        event = RouteStudied(
            route_id=route,
            person_id=person or uuid4(),
            attempt_id=attempt or uuid4(),
            procedure_id=self.procedure_id,
            competences=["МЕТ-2"],
            studied_on=date(2026, 10, 23),
        )
        return envelope_of(event, subject=route, revision=4)


@pytest_asyncio.fixture
async def centre(start: Start) -> AsyncIterator[Centre]:
    one = Centre(await start("assessment"))
    await one.fill()
    yield one
