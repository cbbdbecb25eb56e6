"""The people of the demonstration, and how they come to their roles."""

from typing import Any

from deploy.console import Refusal
from deploy.demo.door import Door, Person
from deploy.demo.play import Play
from deploy.identity.personas import Persona, listed

BASIS = "Приказ РЦОКИО от 20.11.2026 № 14 «О закреплении специалистов»"
PURPOSES = ("training", "assessment", "notifications")


class Cast:
    """Who plays: a teacher not seen before, the head of the same school, the municipal specialist, providers, the operator."""

    def __init__(self, door: Door, sink: str) -> None:
        self.door, self.sink = door, sink
        self.teacher_facts: Persona
        self.teacher: Person
        self.school: Person
        self.municipality: Person
        self.operator: Person
        self.providers: dict[str, Person] = {}
        self.organisations: dict[str, dict[str, Any]] = {}

    def first(self, role: str, **facts: Any) -> Persona:
        return next(one for one in listed() if one.role == role and all(getattr(one, name) == value for name, value in facts.items()))

    async def gather(self, play: Play) -> None:
        """The operator assigns a municipal specialist; a teacher signs in for the first time and consents."""
        self.operator = await self.door.person(self.first("operator").id)
        await self.read_organisations()
        facts = await self.newcomer()
        self.teacher_facts, self.teacher = facts, await self.door.person(facts.id)
        specialist = self.first("municipal_specialist", oktmo=facts.oktmo)
        async with play.step(f"Оператор закрепляет специалиста: {specialist.title}", self.operator):
            await self.assign(specialist)
        self.municipality = await self.door.person(specialist.id)
        self.school = await self.door.person(self.first("school_specialist", organisation=facts.organisation, head=True).id)
        for one in listed():
            if one.role == "provider_specialist" and one.organisation:
                self.providers.setdefault(self.organisations[one.organisation]["id"], await self.door.person(one.id))
        async with play.step(f"Педагог входит и даёт согласия: {facts.title}", self.teacher):
            await self.register(facts)

    async def read_organisations(self) -> None:
        self.organisations = {one["code"]: one for one in await self.operator.everything("/organisations")}

    async def newcomer(self) -> Persona:
        """A teacher of mathematics who has not registered yet."""
        for one in listed():
            if one.role == "teacher" and one.subjects and "mathematics" in one.subjects:
                person = await self.door.person(one.id)
                if not (await person.get("/session"))["registered"]:
                    return one
        raise Refusal("Все педагоги-математики уже прошли путь: начните заново командой ./dpo reset, затем ./dpo up.")

    async def assign(self, specialist: Persona) -> None:
        held = await self.operator.get("/grants", role="municipal_specialist", scope=specialist.oktmo, ended="false")
        for grant in held["items"]:
            reason = {"reason": "Закрепление продлевается новым приказом"}
            await self.operator.call("DELETE", f"/grants/{grant['grant_id']}", reason)
        facts = {"issuer": self.door.issuer, "subject": specialist.id, "role": specialist.role, "scope": specialist.oktmo, "basis": BASIS}
        await self.operator.post("/grants", facts)

    async def register(self, facts: Persona) -> None:
        await register(
            self.teacher,
            organisation_id=self.organisations[str(facts.organisation)]["id"],
            position=facts.position,
            subjects=list(facts.subjects or ()),
            levels=list(facts.levels or ()),
        )

    def provider(self, provider_id: str) -> Person:
        """The provider's specialist; the operator stands in for a provider without one."""
        return self.providers.get(provider_id, self.operator)


async def register(person: Person, **facts: Any) -> Any:
    """Agree to everything in its newest text, and say where and what one teaches; once, however often it is tried."""
    newest = {one["purpose"]: one["version"] for one in await person.get("/consents/texts")}
    consents = [{"purpose": purpose, "text_version": newest[purpose]} for purpose in PURPOSES]
    return await person.post("/me/registration", {**facts, "consents": consents}, key="registration")
