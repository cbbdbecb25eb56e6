"""Who gives the commands: numbered teachers, their schools and municipalities, a provider with too few seats."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from deploy.demo.answers import Key, wrong
from deploy.demo.door import Door, Person
from shared.clock import real_time, today
from tests.chaos.ledger import Ledger

PROGRAMMES = ("ПК-26-0114", "ПК-26-0128", "ПК-26-0170")
SCHOOLS = {"school-100": ("bykova", "karpov"), "school-106": ("romanova", "shubina")}
PROVIDER = "polyakova"
SEATS = 12
AT_ONCE = 8
MISSED = ("МЕТ-1", "ПРЕД-4")


@dataclass
class Teacher:
    """A learner of this story, and the application once there is one."""

    name: str
    person: Person
    school: Person
    municipality: Person
    organisation_id: str
    group_id: str
    programme_id: str
    application_id: str = ""
    status: str = ""


@dataclass
class Story:
    """A region full of people at work; every command goes through the ledger."""

    door: Door
    ledger: Ledger
    staff: dict[str, Person] = field(default_factory=dict)
    teachers: list[Teacher] = field(default_factory=list)
    groups: dict[str, str] = field(default_factory=dict)
    texts: list[dict[str, Any]] = field(default_factory=list)

    async def prepare(self, numbers: Iterable[int]) -> None:
        """Find the schools and groups, and let the provider have fewer seats than people will want."""
        for name in {PROVIDER, *(one for pair in SCHOOLS.values() for one in pair)}:
            self.staff[name] = await self.door.person(name)
        provider = self.staff[PROVIDER]
        schools = {one["code"]: one["id"] for one in await provider.everything("/organisations")}
        newest = {one["purpose"]: one["version"] for one in await provider.get("/consents/texts")}
        self.texts = [{"purpose": purpose, "text_version": newest[purpose]} for purpose in ("training", "assessment", "notifications")]
        for code in PROGRAMMES:
            [programme] = [one for one in (await provider.get("/programmes", q=code))["items"] if one["code"] == code]
            card = await provider.get(f"/programmes/{programme['id']}")
            group = min(card["groups"], key=lambda one: one["starts"])
            self.groups[group["id"]] = programme["id"]
        for place, number in enumerate(numbers):
            code = list(SCHOOLS)[place % len(SCHOOLS)]
            head, specialist = SCHOOLS[code]
            name, group_id = f"teacher-{number:04d}", list(self.groups)[place % len(self.groups)]
            self.teachers.append(
                Teacher(
                    name,
                    await self.door.person(name),
                    self.staff[head],
                    self.staff[specialist],
                    schools[code],
                    group_id,
                    self.groups[group_id],
                )
            )

    async def play(self, *, diagnosed: int) -> None:
        """Everybody at once, a few at a time; the first teachers also sit a diagnosis."""
        provider = self.staff[PROVIDER]
        for group_id in self.groups:
            path, body = f"/groups/{group_id}/capacity", {"capacity": SEATS}
            await self.ledger.command(provider, "capacity", "PUT", path, body, about=group_id, answer="capacity")
        slots = asyncio.Semaphore(AT_ONCE)

        async def one(place: int, teacher: Teacher) -> None:
            async with slots:
                await self.join(teacher)
                if place < diagnosed:
                    await self.be_measured(teacher)
                await self.apply(teacher, asks=place % 5 == 0)
                await self.decide(teacher)
                if place % 7 == 3 and teacher.status == "accepted":
                    await self.move(teacher, teacher.person, "withdraw", "withdrawal", {})

        await asyncio.gather(*(one(place, teacher) for place, teacher in enumerate(self.teachers)))
        await self.take_offers()
        await self.enrol()

    async def join(self, teacher: Teacher) -> None:
        body = {
            "consents": self.texts,
            "organisation_id": teacher.organisation_id,
            "position": "teacher",
            "subjects": ["mathematics"],
            "levels": ["basic_general"],
        }
        await self.ledger.command(teacher.person, "register", "POST", "/me/registration", body, about=teacher.name, answer="person_id")

    async def be_measured(self, teacher: Teacher) -> None:
        """The entry form, answer by answer, two competences missed: its result plans a route."""
        person, say = teacher.person, self.ledger.command
        [procedure] = (await self.ledger.question(person, "/procedures"))["items"]
        path = f"/procedures/{procedure['procedure_id']}/attempts"
        attempt = await say(person, "attempt", "POST", path, {"purpose": "entry"}, about=teacher.name, answer="attempt_id")
        base, bank = f"/attempts/{attempt['attempt_id']}", {key.stem: key for key in Key.bank()}
        for item in attempt["items"]:
            key = bank[item["stem"]]
            answer = wrong(key) if key.competence in MISSED else key.answer
            about = f"{attempt['attempt_id']}:{item['item_id']}"
            await say(person, "item", "PUT", f"{base}/answers/{item['item_id']}", {"answer": answer}, about=about, answer="")
        await say(person, "measure", "POST", f"{base}/completion", about=attempt["attempt_id"], answer="attempt_id")

    async def apply(self, teacher: Teacher, *, asks: bool) -> None:
        body = {"programme_id": teacher.programme_id, "group_ids": [teacher.group_id]}
        made = await self.ledger.command(teacher.person, "submit", "POST", "/applications", body, about=teacher.name)
        teacher.application_id, teacher.status = made["id"], made["status"]
        if asks:
            await self.move(teacher, teacher.school, "clarify", "decisions", {"decision": "clarify", "remark": "Какой поток вам удобнее?"})
            await self.move(teacher, teacher.person, "answer", "answers", {"text": "Первый поток."})
        await self.move(teacher, teacher.school, "approve", "decisions", {"decision": "approve"})
        await self.move(teacher, teacher.municipality, "approve", "decisions", {"decision": "approve"})

    async def decide(self, teacher: Teacher) -> None:
        """The provider accepts as long as there are seats, and keeps the others on the list."""
        provider = self.staff[PROVIDER]
        for verdict in ("accept", "waitlist") * 10:  # a seat may come free, and be taken, between the two
            if await self.move(teacher, provider, verdict, "decisions", {"decision": verdict}):
                return

    async def move(self, teacher: Teacher, person: Person, action: str, ending: str, body: dict[str, Any]) -> bool:
        """One step of an application; whether it was accepted."""
        path = f"/applications/{teacher.application_id}/{ending}"
        card = await self.ledger.command(person, action, "POST", path, body, about=teacher.application_id)
        teacher.status = card["status"] if card else teacher.status
        return card is not None

    async def take_offers(self) -> None:
        """Who waited and got an offer takes it; whether there was one is up to the due work of enrollment."""
        for teacher in self.teachers:
            if teacher.status == "waiting_list":
                card = await self.ledger.question(teacher.person, f"/applications/{teacher.application_id}")
                if card["status"] == "seat_offered":
                    await self.move(teacher, teacher.person, "take", "offer", {"accept": True})

    async def enrol(self) -> None:
        """Orders of five people each."""
        provider = self.staff[PROVIDER]
        for group_id in self.groups:
            accepted = [one for one in self.teachers if one.group_id == group_id and one.status == "accepted"]
            for start in range(0, len(accepted), 5):
                some = accepted[start : start + 5]
                body = {
                    "kind": "enrolment",
                    "number": f"Х-{self.ledger.seed}-{self.ledger.asked}",
                    "dated": today(real_time()).isoformat(),
                    "group_id": group_id,
                    "application_ids": [one.application_id for one in some],
                }
                about = " ".join(one.application_id for one in some)
                await self.ledger.command(provider, "order", "POST", "/orders", body, about=about)
