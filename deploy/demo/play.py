"""`./dpo demo [--json]`: the closed loop on the running suite, from a measured deficit to its measured closure."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import cycle
from typing import Any

import aiohttp

from deploy import launch
from deploy.commands.clock import ahead, moved
from deploy.console import Refusal, say
from deploy.demo.answers import Key, wrong
from deploy.demo.door import Door, Person, until
from deploy.identity.personas import Persona, listed
from deploy.paths import CLOCK, write_whole
from deploy.suite import Places
from shared.clock import real_time, today

MISSED = ("МЕТ-1", "ПРЕД-4")
"""The two competences whose items the teacher gets wrong."""
BASIS = "Приказ РЦОКИО от 20.11.2026 № 14 «О закреплении специалистов»"
REVIEWS = (
    {
        "content": 5, "teacher": 5, "organisation": 4, "usefulness": 5,
        "text": "Впервые показали, как оценивать рассуждение, а не только ответ. Задания пошли в работу на следующий день.",
    },
    {
        "content": 4, "teacher": 5, "organisation": 3, "usefulness": 4,
        "text": "В середине много письменной работы, закладывайте вечер. Разбор урока того стоит.",
    },
    {
        "content": 5, "teacher": 4, "organisation": 5, "usefulness": 4,
        "text": "Материалы понятные, ничего лишнего. Хотелось бы больше примеров для небольших классов.",
    },
)  # fmt: skip
"""What the teacher says about the trainings, in turn."""
PURPOSES = ("training", "assessment", "notifications")


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
    async def step(self, name: str, actor: Person | None = None) -> AsyncIterator[None]:
        """One step: what was done, how long it took until everybody knew, and its trace."""
        began = time.monotonic()
        yield
        seconds = round(time.monotonic() - began, 3)
        trace = actor.trace if actor else ""
        self.steps.append({"name": name, "seconds": seconds, "trace_id": trace})
        if not self.quiet:
            say(f"{seconds:7.2f} с  {name}" + (f"  · трасса {trace}" if trace else ""))

    def shown(self) -> dict[str, Any]:
        kept = ("steps", "deficits", "route", "application", "mails", "closure")
        return {name: getattr(self, name) for name in kept}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dpo demo")
    parser.add_argument("--json", action="store_true", help="один объект вместо рассказа")
    said = parser.parse_args(list(arguments))
    launch.running()
    play = Play(quiet=said.json)
    try:
        asyncio.run(loop(play, launch.places()))
    except TimeoutError as late:
        raise Refusal(f"Цепочка остановилась: {late}. Посмотрите ./dpo status и ./dpo parked list.") from late
    if said.json:
        json.dump(play.shown(), sys.stdout, ensure_ascii=False, indent=2)
        print()
    return 0


async def loop(play: Play, places: Places) -> None:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http:
        door = Door(places.portal, places.at("identity"), http)
        cast = Cast(door, places.at("mail"))
        await cast.gather(play)
        attempt = await diagnose(play, cast)
        await plan(play, cast, attempt)
        await study(play, cast)
        await review(play, cast)
        await measure_again(play, cast)
        await read_mails(play, cast)


class Cast:
    """Who plays: a teacher not seen before, the head of the same school, the municipal specialist, providers, the operator."""

    def __init__(self, door: Door, sink: str) -> None:
        self.door, self.sink = door, sink
        self.people = {one.id: one for one in listed()}
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
        cursor = None
        while True:
            page = await self.operator.get("/organisations", limit=100, cursor=cursor)
            self.organisations |= {one["code"]: one for one in page["items"]}
            if not (cursor := page["next"]):
                return

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
        texts = await self.teacher.get("/consents/texts")
        newest = {one["purpose"]: one["version"] for one in texts}
        await self.teacher.post(
            "/me/registration",
            {
                "consents": [{"purpose": purpose, "text_version": newest[purpose]} for purpose in PURPOSES],
                "organisation_id": self.organisations[str(facts.organisation)]["id"],
                "position": facts.position,
                "subjects": list(facts.subjects or ()),
                "levels": list(facts.levels or ()),
            },
        )

    def provider(self, provider_id: str) -> Person:
        """The provider's specialist; the operator stands in for a provider without one."""
        return self.providers.get(provider_id, self.operator)


async def answer_form(teacher: Person, procedure_id: str, *, purpose: str, route_id: str | None, missed: Sequence[str]) -> str:
    """Sit a form, getting the items of some competences wrong; returns the attempt."""
    bank = {key.stem: key for key in Key.bank()}
    begun = {"purpose": purpose, "route_id": route_id}
    attempt = await teacher.post(f"/procedures/{procedure_id}/attempts", {name: value for name, value in begun.items() if value})
    for item in attempt["items"]:
        key = bank[item["stem"]]
        answer = wrong(key) if key.competence in missed else key.answer
        await teacher.put(f"/attempts/{attempt['attempt_id']}/answers/{item['item_id']}", {"answer": answer})
    felt = {one["competence"]: 2 if one["competence"] in missed else 0 for one in attempt["difficulties"]}
    await teacher.put(f"/attempts/{attempt['attempt_id']}/difficulties", {"felt": felt})
    await teacher.post(f"/attempts/{attempt['attempt_id']}/completion")
    return str(attempt["attempt_id"])


async def diagnose(play: Play, cast: Cast) -> str:
    procedure = (await cast.teacher.get("/procedures"))["items"][0]
    async with play.step(f"Входная диагностика: мимо две компетенции, {' и '.join(MISSED)}", cast.teacher):
        attempt = await answer_form(cast.teacher, procedure["procedure_id"], purpose="entry", route_id=None, missed=MISSED)
    result = await cast.teacher.get(f"/attempts/{attempt}/result")
    for line in result["competences"]:
        if line["verdict"] == "deficit":
            play.deficits.append({"competence": line["competence"], "probability": line["probability"], "level": line["level_title"]})
            if not play.quiet:
                percent = round(line["percent"])
                say(f"           дефицит {line['competence']} «{line['title']}»: {percent} %, вероятность {line['probability']:.2f}")
    return attempt


async def plan(play: Play, cast: Cast, attempt: str) -> None:
    async with play.step("Маршрут составлен из открытых программ", cast.teacher):
        route = await until(lambda: cast.teacher.get("/me/route"), what="the route is planned")
    play.route = {name: route[name] for name in ("hours", "objective", "bound", "proven")}
    play.route["steps"] = [
        {"title": one["title"], "hours": one["hours"], "closes": {share["competence"]: share["share"] for share in one["closes"]}}
        for one in route["steps"]
    ]
    if not play.quiet:
        for step in play.route["steps"]:
            closes = ", ".join(f"{code} на {share:.0%}" for code, share in step["closes"].items())
            say(f"           {step['title']}, {step['hours']} ч: закроет {closes}")
    async with play.step("Педагог согласует маршрут", cast.teacher):
        await cast.teacher.post(f"/routes/{route['route_id']}/acceptance")


async def study(play: Play, cast: Cast) -> None:
    """Every step: suggestion, application, approvals, seat, order; then study and completion; the clock moves over what lies ahead."""
    while (await cast.teacher.get("/me/route"))["status"] != "studied":
        await wait_for_enrolment(play, cast)
        offered: list[dict[str, Any]] = await until(lambda: cast.teacher.get("/me/suggestions"), what="a suggestion is offered")
        studying = []
        for suggested in offered:
            application = await apply(play, cast, suggested)
            await decide(play, cast, application)
            studying.append(await enrol(play, cast, application))
        for application in sorted(studying, key=lambda one: one["group"]["ends"]):
            await complete(play, cast, application)
        done = {application["programme"]["id"] for application in studying}
        await until(lambda done=done: progressed(cast, done), what="the route's steps are completed")  # type: ignore[misc]


async def wait_for_enrolment(play: Play, cast: Cast) -> None:
    """When enrolment into every planned step opens later, let the clock run to the first of these days."""
    route = await cast.teacher.get("/me/route")
    groups = [await cast.teacher.get(f"/groups/{step['groups'][0]['group_id']}") for step in route["steps"] if step["status"] == "planned"]
    opens = min((date.fromisoformat(group["enrolment_opens"]) for group in groups), default=suite_day())
    if opens > suite_day():
        async with play.step(f"Часы идут до начала записи, {opens:%d.%m.%Y}"):
            await move_clock(opens)


async def progressed(cast: Cast, programmes: set[str]) -> bool:
    route = await cast.teacher.get("/me/route")
    return route["status"] == "studied" or all(
        step["status"] == "completed" for step in route["steps"] if step["programme_id"] in programmes
    )


async def apply(play: Play, cast: Cast, suggested: dict[str, Any]) -> dict[str, Any]:
    async with play.step(f"Предложение → заявка в два нажатия: «{suggested['programme']['title']}»", cast.teacher):
        made: dict[str, Any] = await cast.teacher.post(f"/suggestions/{suggested['id']}/application")
    if not play.application:
        play.application = {"number": made["number"], "status": made["status"]}
    return made


async def decide(play: Play, cast: Cast, application: dict[str, Any]) -> None:
    """Approvals as long as somebody has to give one, then the provider's acceptance, which holds the seat."""
    holders = {"school": ("Школа согласует", cast.school), "municipality": ("Муниципалитет согласует", cast.municipality)}
    while (card := await cast.operator.get(f"/applications/{application['id']}"))["holder"]["role"] in holders:
        words, person = holders[card["holder"]["role"]]
        async with play.step(f"{words} заявку {application['number']}", person):
            await person.post(f"/applications/{application['id']}/decisions", {"decision": "approve"})
        if person is cast.municipality:  # the application that went the longest way is the one to show
            play.application = {"number": application["number"], "status": card["status"]}
    provider = await provider_of(cast, application)
    async with play.step("Организация принимает заявку, место занято", provider):
        await provider.post(f"/applications/{application['id']}/decisions", {"decision": "accept"})


async def provider_of(cast: Cast, application: dict[str, Any]) -> Person:
    return cast.provider((await cast.operator.get(f"/programmes/{application['programme']['id']}"))["provider"]["id"])


async def enrol(play: Play, cast: Cast, application: dict[str, Any]) -> dict[str, Any]:
    """The order of enrolment confirms the seat; returns the application's card."""
    card: dict[str, Any] = await cast.operator.get(f"/applications/{application['id']}")
    provider = await provider_of(cast, application)
    await sign(play, provider, card, kind="enrolment", words="о зачислении")
    return card


async def complete(play: Play, cast: Cast, application: dict[str, Any]) -> None:
    """The group studies to its end, then the order of completion."""
    ends = date.fromisoformat(application["group"]["ends"])
    if ends >= suite_day():
        async with play.step(f"Часы идут до конца обучения, {ends:%d.%m.%Y}"):
            await move_clock(ends + timedelta(days=1))
    outcomes = {"outcomes": {application["id"]: "completed"}}
    await sign(play, await provider_of(cast, application), application, kind="completion", words="о завершении обучения", **outcomes)
    if play.application["number"] == application["number"]:
        play.application["status"] = (await cast.operator.get(f"/applications/{application['id']}"))["status"]


async def sign(play: Play, provider: Person, application: dict[str, Any], *, kind: str, words: str, **facts: Any) -> None:
    """A numbered order about one application."""
    number = f"{application['number'].removeprefix('ДПО-')}-{'з' if kind == 'enrolment' else 'о'}"
    order = {"group_id": application["group"]["id"], "application_ids": [application["id"]], **facts}
    async with play.step(f"Приказ № {number} {words}", provider):
        await provider.post("/orders", {**order, "kind": kind, "number": number, "dated": suite_day().isoformat()})


async def review(play: Play, cast: Cast) -> None:
    """The teacher says how each training was; the operator publishes what was said."""
    studied = {step["programme_id"] for step in (await cast.teacher.get("/me/route"))["steps"]}

    async def rights() -> list[dict[str, Any]] | None:
        found: list[dict[str, Any]] = (await cast.teacher.get("/me/reviews"))["to_write"]
        return found if {one["target"]["id"] for one in found} >= studied else None

    for right, said in zip(await until(rights, what="the trainings can be reviewed"), cycle(REVIEWS)):
        async with play.step(f"Отзыв: «{right['target']['title']}»", cast.teacher):
            mine = await cast.teacher.post(f"/me/reviews/{right['right_id']}", said)
        written = next(one["id"] for one in mine["written"] if one["right_id"] == right["right_id"])
        await cast.operator.post(f"/reviews/{written}/decision", {"decision": "publish"})


def suite_day() -> date:
    return today(real_time() + ahead())


async def move_clock(day: date) -> None:
    """Move the suite's clock to a day that lies ahead, and let every process notice."""
    if (days := (day - suite_day()).days) > 0:
        await asyncio.to_thread(write_whole, CLOCK, str(moved(ahead(), f"+{days}d").total_seconds()))
        await asyncio.sleep(1.2)  # processes read the file once a second


async def measure_again(play: Play, cast: Cast) -> None:
    async def asked() -> Any:
        return next((one for one in (await cast.teacher.get("/me/reassessments"))["items"] if one["status"] == "waiting"), None)

    async with play.step("Повторная диагностика назначена", cast.teacher):
        due = await until(asked, what="a re-measurement is due")
    async with play.step("Повторная диагностика пройдена", cast.teacher):
        facts = {"purpose": "exit", "route_id": due["route_id"]}
        await answer_form(cast.teacher, due["procedure_id"], **facts, missed=())

    async def completed() -> Any:
        route = await cast.teacher.get(f"/routes/{due['route_id']}")
        return route if route["status"] == "completed" else None

    async with play.step("Закрытие дефицитов измерено", cast.teacher):
        route = await until(completed, what="the route is closed")
        play.closure = [{name: one[name] for name in ("competence", "before", "after", "verdict")} for one in route["changes"]]
    if not play.quiet:
        for one in play.closure:
            say(f"           {one['competence']}: {one['before']:+.2f} → {one['after']:+.2f} логита, {VERDICTS[one['verdict']]}")
    ministry = await cast.door.person(cast.first("ministry").id)

    measured = {one["competence"] for one in play.closure}

    async def reported() -> Any:
        return measured <= {one["competence"] for one in (await ministry.get("/reports/closure"))["competences"]}

    async with play.step("Закрытие в отчёте министерства; меньше пяти человек — без чисел", ministry):
        await until(reported, what="the report shows the closure")


VERDICTS = {"closed": "снят", "partly": "снят частично", "open": "не снят", "insufficient": "данных мало"}


async def read_mails(play: Play, cast: Cast) -> None:
    """Every letter to the teacher; each status of each application has one."""
    address = cast.teacher_facts.email

    async def listed_mails() -> list[dict[str, Any]]:
        async with cast.door.http.get(f"{cast.sink}/mails", params={"to": address}) as answer:
            found: list[dict[str, Any]] = (await answer.json())["items"]
            return found

    async def all_there() -> Any:
        deliveries = await cast.operator.get("/deliveries", status="queued", limit=100)
        return not deliveries

    async with play.step("Все письма дошли"):
        await until(all_there, what="the last letter is sent")
        play.mails = [{"to": one["to"], "subject": one["subject"]} for one in reversed(await listed_mails())]
    if not play.quiet:
        for one in play.mails:
            say(f"           письмо: {one['subject']}")
