"""The three months that lie behind: teachers applied, studied and said what they think; some of them are measured today."""

import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

from deploy.commands.clock import stand, suite_day
from deploy.demo.cast import register
from deploy.demo.door import Door, Person, each, until
from deploy.demo.groups import enter_group
from deploy.demo.measuring import answer_form
from deploy.identity.personas import listed

PAST, STUDIED = timedelta(days=85), timedelta(days=44)
"""How long ago people applied, and finished."""
GROUP = {"starts": 7, "ends": 40, "enrolment_opens": 0, "enrolment_closes": 5, "capacity_asked": 30}
MUNICIPALITIES, SCHOOLS_EACH, TEACHERS_EACH, COURSES, MEASURED_EACH = 12, 2, 10, 12, 3
FIRST_TEACHER, FIRST_HEAD, FIRST_SPECIALIST = 5001, 8001, 9001
BASIS = "Приказ от 12.01.2026 № 4 «О закреплении специалистов»"
COMPETENCES = ("ПРЕД-1", "ПРЕД-2", "ПРЕД-3", "ПРЕД-4", "МЕТ-1", "МЕТ-2", "МЕТ-3", "МЕТ-4", "ПСИ-1", "ПСИ-2", "ПСИ-3", "КОМ-1", "КОМ-2")
COMMON = (2, 2, 3, 6, 3, 5, 7, 2, 2, 6, 2, 1, 2)
"""How often each competence is missed, beside the others."""
Facts = dict[str, Any]


@dataclass
class School:
    """A school with its head and the specialist of its municipality."""

    organisation_id: str
    head: Person
    specialist: Person


@dataclass
class Learner:
    """A teacher of a school, the course applied for and the application."""

    person: Person
    school: School
    course: Facts
    group_id: str
    application: Facts = field(default_factory=dict)


async def study(
    door: Door,
    operator: Person,
    authors: Mapping[str, Person],
    organisations: Mapping[str, str],
    programmes: Iterable[Facts],
    ids: Mapping[str, str],
) -> list[Learner]:
    """Play what lies behind, from the day that the clock shows to today; returns the learners."""
    day, courses = suite_day(), [one for one in programmes if suits(one)][:COURSES]
    schools = await staffed(door, operator, organisations)
    groups = await each(
        enter_group(provider_of(one, authors, operator), one, ids[one["code"]], group_of(one), day, key=f"past:{one['code']}")
        for one in courses
    )
    turns = cycle(zip(courses, groups, strict=True))
    places = [school for school in schools for _ in range(TEACHERS_EACH)]
    learners = [
        Learner(await door.person(f"teacher-{FIRST_TEACHER + number}"), school, *next(turns)) for number, school in enumerate(places)
    ]
    await each(join(one, ids) for one in learners)
    await approve(learners)
    accepted = await accept(learners, authors, operator)
    await sign("enrolment", accepted, authors, operator)
    await let_pass(operator, -STUDIED)
    await sign("completion", accepted, authors, operator)
    reviews = json.loads((Path(__file__).parent / "catalog/reviews.json").read_text())
    willing = [one for number, one in enumerate(accepted) if number % 3]
    await each(review(operator, one, said) for one, said in zip(willing, cycle(reviews), strict=False))
    await let_pass(operator, timedelta(0))
    return learners


async def let_pass(operator: Person, offset: timedelta) -> None:
    """Move the clock, once everybody has heard what happened and the letters of the day are sent."""

    async def calm() -> bool:
        services = await operator.get("/operations")
        busy = any(one["outbox_age_seconds"] or any(one["queues"].values()) for one in services)
        return not busy and not await operator.get("/deliveries", status="queued", limit=1)

    async def calm_twice() -> bool:
        return await calm() and await calm()  # what a handler holds is in no count, but soon in another

    await until(calm_twice, what="the last letter is sent", within=600)
    await stand(offset)


def suits(programme: Facts) -> bool:
    """Whether a teacher of mathematics may study it within `GROUP`'s days."""
    audience, wanted = programme["audience"], {"positions": "teacher", "subjects": "mathematics", "levels": "basic_general"}
    fits = all(not audience[name] or one in audience[name] for name, one in wanted.items())
    return fits and programme["kind"] == "professional_development" and not programme.get("prerequisites")


def group_of(programme: Facts) -> Facts:
    return {**programme["groups"][0], **GROUP}


def provider_of(programme: Facts, authors: Mapping[str, Person], operator: Person) -> Person:
    """The provider's specialist; the operator stands in for a provider without one."""
    return authors.get(programme["provider"], operator)


async def staffed(door: Door, operator: Person, organisations: Mapping[str, str]) -> list[School]:
    """Schools of several municipalities, each with a head, each municipality with a specialist; those of the sign-in page first."""
    known = {
        organisations[one.organisation]: one.id for one in listed() if one.role == "school_specialist" and one.head and one.organisation
    }
    known |= {one.oktmo: one.id for one in listed() if one.role == "municipal_specialist" and one.oktmo}
    by_place = defaultdict(list)
    for one in await operator.everything("/organisations", kind="school"):
        if one["short_name"].startswith("Школа №"):
            by_place[one["oktmo"]].append(one["id"])
    schools = []
    for number, oktmo in enumerate(sorted(by_place, key=lambda oktmo: (oktmo not in known, oktmo))[:MUNICIPALITIES]):
        specialist = known.get(oktmo) or await appointed(operator, FIRST_SPECIALIST + number, "municipal_specialist", oktmo)
        for place, school in enumerate(sorted(by_place[oktmo], key=lambda school: school not in known)[:SCHOOLS_EACH]):
            head = known.get(school) or await appointed(operator, FIRST_HEAD + number * SCHOOLS_EACH + place, "school_specialist", school)
            schools.append(School(school, await door.person(head), await door.person(specialist)))
    return schools


async def appointed(operator: Person, number: int, role: str, scope: str) -> str:
    """One of the numbered people in a role, by name; a school's specialist is its head."""
    name = f"teacher-{number}"
    facts = {"issuer": operator.door.issuer, "subject": name, "role": role, "scope": scope, "head": role == "school_specialist"}
    await until(lambda: operator.post("/grants", {**facts, "basis": BASIS}, key=f"past:{name}"), what="somebody is appointed")
    return name


async def apply(learner: Learner, programme_id: str, group_id: str, *, key: str) -> Facts:
    wanted = {"programme_id": programme_id, "group_ids": [group_id]}
    made: Facts = await until(lambda: learner.person.post("/applications", wanted, key=key), what="somebody applies")
    return made


async def join(learner: Learner, ids: Mapping[str, str]) -> None:
    """Register, and apply for the course."""
    facts = {"position": "teacher", "subjects": ["mathematics"], "levels": ["basic_general"]}
    facts |= {"organisation_id": learner.school.organisation_id}
    await until(lambda: register(learner.person, **facts), what="somebody registers")
    learner.application = await apply(learner, ids[learner.course["code"]], learner.group_id, key="past:application")


async def approve(learners: list[Learner]) -> None:
    """Schools and municipalities decide on lists; one application in fifteen is rejected, one in seventeen withdrawn."""
    for number, one in enumerate(learners):
        if number % 17 == 5:
            one.application = await one.person.post(f"/applications/{one.application['id']}/withdrawal", key="past:withdrawal")
        elif number % 15 == 7 and one.application["status"] == "school_review":
            verdict, path = {"decision": "reject", "reason": "no_substitute"}, f"/applications/{one.application['id']}/decisions"
            one.application = await one.school.head.post(path, verdict, key=f"past:rejection:{one.person.name}")
    await decide(learners, "school_review", "approve", lambda one: one.school.head)
    await decide(learners, "municipality_review", "approve", lambda one: one.school.specialist)


async def accept(learners: list[Learner], authors: Mapping[str, Person], operator: Person) -> list[Learner]:
    """The providers accept who was approved."""
    await decide(learners, "provider_review", "accept", lambda one: provider_of(one.course, authors, operator))
    return [one for one in learners if one.application["status"] == "accepted"]


async def decide(learners: list[Learner], status: str, decision: str, decider: Callable[[Learner], Person]) -> None:
    """One verdict for all that a person has to decide."""
    lists = defaultdict(list)
    for one in learners:
        if one.application["status"] == status:
            lists[decider(one).name, one.group_id].append(one)
    for some in lists.values():
        verdict = {"decision": decision, "application_ids": [one.application["id"] for one in some]}
        person = decider(some[0])
        decided = await person.post("/applications/decisions", verdict, key=f"past:{decision}:{some[0].group_id}")
        stands = {one["id"]: one for one in decided}
        for one in some:
            one.application = stands[one.application["id"]]


async def sign(kind: str, learners: list[Learner], authors: Mapping[str, Person], operator: Person) -> None:
    """An order for each group; one in twelve who studied does not complete."""
    groups = defaultdict(list)
    for one in learners:
        groups[one.group_id].append(one)
    for number, (group_id, some) in enumerate(groups.items(), 1):
        order: Facts = {"kind": kind, "number": f"{number}-{'з' if kind == 'enrolment' else 'о'}", "dated": suite_day().isoformat()}
        order |= {"group_id": group_id, "application_ids": [one.application["id"] for one in some]}
        if kind == "completion":
            outcomes = {one.application["id"]: "completed" for one in some}
            order["outcomes"] = outcomes | {one.application["id"]: "not_completed" for one in some[11::12]}
        await provider_of(some[0].course, authors, operator).post("/orders", order, key=f"past:{kind}:{group_id}")


async def review(operator: Person, learner: Learner, said: Facts) -> None:
    """What somebody says who has completed, published by the operator."""
    if (await learner.person.get(f"/applications/{learner.application['id']}"))["status"] != "completed":
        return

    async def rights() -> list[Facts]:
        found: list[Facts] = (await learner.person.get("/me/reviews"))["to_write"]
        return found

    [right] = await until(rights, what="the course can be reviewed")
    mine = await learner.person.post(f"/me/reviews/{right['right_id']}", said, key="past:review")
    await operator.post(f"/reviews/{mine['written'][0]['id']}/decision", {"decision": "publish"}, key=f"past:{learner.person.name}")


async def apply_again(learners: list[Learner], ids: Mapping[str, str]) -> None:
    """One in four wants the course of a neighbour next; schools have approved half of these applications by now."""
    some = list(zip(learners[::4], (one.course for one in learners[1::4]), strict=False))

    async def again(learner: Learner, course: Facts) -> Facts:
        groups = (await learner.person.get(f"/programmes/{ids[course['code']]}"))["groups"]
        open_one = next(one for one in groups if one["enrolment"] == "open")
        return await apply(learner, ids[course["code"]], open_one["id"], key="present:application")

    for (one, _), made in zip(some, await each(again(*pair) for pair in some), strict=True):
        one.application, one.group_id = made, made["group"]["id"]
    await decide([one for one, _ in some[::2]], "school_review", "approve", lambda one: one.school.head)


async def be_measured(learners: list[Learner]) -> None:
    """Some teachers of each school sit the entry form today, each missing two to four competences."""
    chance, some = random.Random(1), [one for place, one in enumerate(learners) if place % TEACHERS_EACH < MEASURED_EACH]
    if some:
        [procedure] = (await some[0].person.get("/procedures"))["items"]
        measure = partial(answer_form, procedure_id=procedure["procedure_id"], purpose="entry", route_id=None)
        await each(measure(one.person, missed=sorted({*chance.choices(COMPETENCES, COMMON, k=4)})) for one in some)
