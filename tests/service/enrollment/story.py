"""The region of the tests: an organisation of every kind, a programme, its groups, and people who act in it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import text

from shared.clock import today
from shared.contracts.catalog import GroupAnnounced, OrganisationChanged, ProgrammePublished
from tests.contract.flows.wire import like
from tests.support.service import Person, Running, envelope_of
from tests.support.stage import eventually

OKTMO, OTHER_OKTMO = "75742000", "75701000"
NAMES = ("Абрамова", "Белов", "Власова", "Громов", "Дёмина", "Ежов", "Жукова", "Зимин", "Ильина", "Котов")


def day(days: int) -> date:
    """A day counted from today in the region."""
    return today(datetime.now(UTC)) + timedelta(days=days)


def snils(number: int) -> str:
    """A made-up СНИЛС with right check digits."""
    digits = f"{number:09d}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(9, 0, -1), strict=True))
    return digits + f"{total % 101 % 100:02d}"


@dataclass
class Region:
    """A running enrollment service and what it has heard of."""

    service: Running
    school: UUID = field(default_factory=uuid4)
    provider: UUID = field(default_factory=uuid4)
    programme: UUID = field(default_factory=uuid4)
    group: UUID = field(default_factory=uuid4)
    people: int = 0

    @property
    def head(self) -> Person:
        return self.service.staff("school_specialist", self.school)

    @property
    def municipality(self) -> Person:
        return self.service.staff("municipal_specialist", OKTMO)

    @property
    def lecturer(self) -> Person:
        return self.service.staff("provider_specialist", self.provider)

    @property
    def operator(self) -> Person:
        return self.service.staff("operator")

    async def begin(self, *, capacity: int = 10, approvals: list[str] | None = None) -> "Region":
        await self.hear_organisation(self.school)
        await self.hear_organisation(self.provider, kind="provider", name="Институт развития образования")
        await self.hear_programme(self.programme, approvals=approvals if approvals is not None else ["school", "municipality"])
        await self.hear_group(self.group, capacity=capacity)
        return self

    async def hear_organisation(self, organisation_id: UUID, *, revision: int = 1, **changes: Any) -> None:
        stated = {"organisation_id": organisation_id, "kind": "school", "oktmo": OKTMO} | changes
        await self.service.hear(envelope_of(like(OrganisationChanged, **stated), subject=organisation_id, revision=revision))

    async def hear_programme(self, programme_id: UUID, *, revision: int = 1, **changes: Any) -> None:
        stated = {"programme_id": programme_id, "provider_id": self.provider} | changes
        await self.service.hear(envelope_of(like(ProgrammePublished, **stated), subject=programme_id, revision=revision))

    async def hear_group(
        self, group_id: UUID, *, revision: int = 1, capacity: int = 10, said: datetime | None = None, **changes: Any
    ) -> None:
        stated = {
            "group_id": group_id,
            "programme_id": self.programme,
            "provider_id": self.provider,
            "starts": day(20),
            "ends": day(40),
            "enrolment_opens": day(-5),
            "enrolment_closes": day(15),
            "capacity_asked": capacity,
        } | changes
        await self.service.hear(envelope_of(like(GroupAnnounced, **stated), subject=group_id, revision=revision, at=said))

    async def teacher(self, *consents: str, **changes: Any) -> Person:
        """A new learner of the school, registered by the gateway."""
        self.people += 1
        body = {
            "issuer": "https://school.example",
            "subject": f"account-{uuid4()}",
            "family_name": NAMES[self.people % len(NAMES)],
            "given_name": "Мария",
            "middle_name": "Сергеевна",
            "birth_date": "1985-04-12",
            "snils": snils(self.school.int % 900_000_000 + 50_000_000 + self.people),
            "organisation_id": str(self.school),
            "position": "teacher",
            "subjects": ["mathematics"],
            "levels": ["basic_general"],
            "consents": [{"purpose": purpose, "text_version": 1} for purpose in consents or ("training", "assessment", "notifications")],
        } | changes
        answer = await self.service.call("POST", "/learners", self.service.staff("gateway"), json=body)
        assert answer.status_code == 201, answer.text
        return self.service.teacher(UUID(answer.json()["person_id"]), *answer.json()["consents"])

    async def patiently(self, method: str, path: str, who: Person, body: Any = None, *, key: str | None = None) -> httpx.Response:
        """An answer other than «later», which a slow machine may give a crowd."""
        for _ in range(50):
            answer = await self.service.call(method, path, who, json=body, key=key)
            if answer.status_code != 503:
                break
        return answer

    async def post(self, path: str, who: Person, body: Any = None, *, expect: int | None = None, key: str | None = None) -> Any:
        """What a call answers; its status is checked."""
        answer = await self.service.call("POST", path, who, json=body, key=key)
        assert answer.status_code == expect if expect else answer.is_success, f"{answer.status_code} {answer.text}"
        return answer.json()

    async def get(self, path: str, who: Person, *, expect: int = 200, **params: Any) -> Any:
        answer = await self.service.call("GET", path, who, params=params)
        assert answer.status_code == expect, f"{answer.status_code} {answer.text}"
        return answer.json()

    async def apply(self, who: Person, *groups: UUID) -> Any:
        body = {"programme_id": str(self.programme), "group_ids": [str(one) for one in groups or (self.group,)]}
        return await self.post("/applications", who, body, expect=201)

    async def decide(self, application: Any, who: Person, decision: str, *, expect: int = 200, **more: Any) -> Any:
        path = f"/applications/{application['id']}/decisions"
        return await self.post(path, who, {"decision": decision, **more}, expect=expect)

    async def reviewed(self, who: Person | None = None) -> Any:
        """An application that waits for the provider."""
        application = await self.apply(who or await self.teacher())
        while application["status"] in ("school_review", "municipality_review"):
            decider = self.head if application["status"] == "school_review" else self.municipality
            application = await self.decide(application, decider, "approve")
        return application

    async def accepted(self, who: Person | None = None) -> Any:
        return await self.decide(await self.reviewed(who), self.lecturer, "accept")

    async def order(self, kind: str, *applications: Any, number: str | None = None, expect: int = 201, **more: Any) -> Any:
        body = {
            "kind": kind,
            "number": number or f"{uuid4().hex[:6]}-К",
            "dated": str(day(0)),
            "group_id": str(self.group),
            "application_ids": [one["id"] for one in applications],
        } | more
        return await self.post("/orders", self.lecturer, body, expect=expect)

    async def seats(self, group: UUID | None = None) -> dict[str, int]:
        seats: dict[str, int] = await self.get(f"/groups/{group or self.group}/seats", self.service.guest())
        return {name: seats[name] for name in ("capacity", "held", "taken", "waiting")}

    async def later(self, **delta: float) -> None:
        """Let time pass, and wait until the service knows it."""
        wanted = self.service.app.state.clock() + timedelta(**delta)
        self.service.move_clock(**delta)

        async def arrived() -> bool:
            now: datetime = self.service.app.state.clock()
            return bool(now >= wanted)

        await eventually(arrived)

    async def rows(self, statement: str, **facts: Any) -> list[Any]:
        async with self.service.app.state.engine.connect() as connection:
            return list((await connection.execute(text(statement), facts)).all())

    async def recount(self, group: UUID | None = None) -> dict[str, int]:
        """The counters of seats as the applications themselves give them."""
        places = (
            "count(*) FILTER (WHERE status IN ('seat_offered', 'accepted')) AS held, "
            "count(*) FILTER (WHERE status IN ('enrolled', 'completed', 'not_completed')) AS taken, "
            "count(*) FILTER (WHERE status = 'waiting_list') AS waiting"
        )
        [row] = await self.rows(f"SELECT {places} FROM application WHERE seat_group_id = :group_id", group_id=group or self.group)
        return dict(row._mapping)

    async def status(self, application: Any) -> str:
        status: str = (await self.get(f"/applications/{application['id']}", self.operator))["status"]
        return status
