"""The running register and what tests fill it with."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.clock import today
from tests.support.service import Person, Running

MIASS, CHELYABINSK = "75742000", "75701000"


def day(offset: int) -> str:
    """A day so many days from today in the region."""
    return (today(datetime.now(UTC)) + timedelta(days=offset)).isoformat()


@dataclass
class Register:
    """The service with a provider in it, and shortcuts to say what a test needs said."""

    service: Running
    provider_id: UUID = field(default_factory=uuid4)
    numbers: int = 0

    @property
    def operator(self) -> Person:
        return self.service.staff("operator")

    @property
    def reader(self) -> Person:
        """A second operator, who reads what others have written."""
        return self.service.staff("operator", "reader")

    @property
    def specialist(self) -> Person:
        return self.service.staff("provider_specialist", self.provider_id)

    async def get(self, path: str, who: Person | None = None, **params: Any) -> Any:
        answer = await self.service.call("GET", path, who or self.service.guest(), params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def forbids(self, *statements: str) -> None:
        """The database itself refuses each of these."""
        for statement in statements:
            async with self.service.app.state.engine.connect() as connection:
                with pytest.raises(IntegrityError):
                    pytest.fail(f"the database took it: {statement}, {await connection.execute(text(statement))}")

    async def organisation(self, **facts: Any) -> dict[str, Any]:
        self.numbers += 1
        stated = {
            "code": f"org-{self.numbers}",
            "kind": "provider",
            "name": f"Институт № {self.numbers}",
            "short_name": f"И-{self.numbers}",
        }
        return await self.done("POST", "/organisations", self.operator, stated | facts)

    def facts(self, **changes: Any) -> dict[str, Any]:
        self.numbers += 1
        return {
            "code": f"ПК-26-{self.numbers:04}",
            "title": "Формирующее оценивание на уроке",
            "annotation": "Обратная связь, которую ученик использует сам. Приёмы для любого урока и класса.",
            "kind": "professional_development",
            "hours": 36,
            "form": "distance",
            "distance_share": 1,
            "effects": [{"competence": "М1", "share": 0.4}],
            "provider_id": str(self.provider_id),
            "funding": "regional",
            "document_kind": "qualification_certificate",
            "approvals": ["school"],
        } | changes

    async def draft(self, **changes: Any) -> dict[str, Any]:
        return await self.done("POST", "/programmes", self.specialist, self.facts(**changes))

    async def published(self, **changes: Any) -> dict[str, Any]:
        return await self.approved(await self.draft(**changes), self.specialist)

    async def submitted(self, programme: dict[str, Any], who: Person | None = None) -> dict[str, Any]:
        return await self.done("POST", f"/programmes/{programme['id']}/submission", who or self.specialist)

    async def approved(self, programme: dict[str, Any], who: Person | None = None) -> dict[str, Any]:
        """Submitted, unless it is already, and published by the second reader."""
        card = programme
        if not (card["review"] and card["review"]["state"] == "in_review"):
            card = await self.submitted(programme, who)
        read = {"version": card["review"]["number"]}
        return await self.done("POST", f"/programmes/{programme['id']}/publication", self.reader, read)

    def dates(self, **changes: Any) -> dict[str, Any]:
        return {
            "starts": day(20),
            "ends": day(40),
            "enrolment_opens": day(-5),
            "enrolment_closes": day(15),
            "capacity_asked": 25,
            "oktmo": MIASS,
        } | changes

    async def group(self, programme: dict[str, Any], **changes: Any) -> dict[str, Any]:
        return await self.done("POST", f"/programmes/{programme['id']}/groups", self.specialist, self.dates(**changes))

    async def done(self, method: str, path: str, who: Person, body: Any = None) -> dict[str, Any]:
        answer = await self.service.call(method, path, who, json=body)
        assert answer.status_code in (200, 201), answer.text
        said: dict[str, Any] = answer.json()
        return said

    async def refused(self, method: str, path: str, who: Person, body: Any = None, **params: Any) -> httpx.Response:
        answer = await self.service.call(method, path, who, json=body, params=params or None)
        assert answer.status_code >= 400, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        return answer

    async def titles(self, **params: Any) -> list[str]:
        return [item["title"] for item in (await self.get("/programmes", **params))["items"]]


@pytest_asyncio.fixture
async def register(start: Callable[..., Awaitable[Running]]) -> AsyncIterator[Register]:
    one = Register(await start("catalog"))
    provider = await one.organisation(code="chippkro", name="Институт развития образования", short_name="ИРО")
    one.provider_id = UUID(provider["id"])
    yield one
