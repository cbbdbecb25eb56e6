"""The route, and each of its steps from the suggestion to the order of completion."""

from datetime import date, timedelta
from functools import partial
from typing import Any

from deploy.commands.clock import ahead, moved, stand, suite_day
from deploy.demo.cast import Cast
from deploy.demo.door import Person, until
from deploy.demo.play import Play


async def plan(play: Play, cast: Cast) -> None:
    async with play.step("Маршрут составлен из открытых программ", cast.teacher):
        route = await until(lambda: cast.teacher.get("/me/route"), what="the route is planned")
    play.route = {name: route[name] for name in ("hours", "objective", "bound", "proven")}
    play.route["steps"] = [
        {"title": one["title"], "hours": one["hours"], "closes": {share["competence"]: share["share"] for share in one["closes"]}}
        for one in route["steps"]
    ]
    for step in play.route["steps"]:
        closes = ", ".join(f"{code} на {share:.0%}" for code, share in step["closes"].items())
        play.note(f"{step['title']}, {step['hours']} ч: закроет {closes}")
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
        await until(partial(progressed, cast, done), what="the route's steps are completed")


async def wait_for_enrolment(play: Play, cast: Cast) -> None:
    """When enrolment into every planned step opens later, let the clock run to the first of these days."""
    route = await cast.teacher.get("/me/route")
    groups = [await cast.teacher.get(f"/groups/{step['groups'][0]['group_id']}") for step in route["steps"] if step["status"] == "planned"]
    first = min(groups, key=lambda group: str(group["enrolment_opens"]), default=None)
    if first and (opens := date.fromisoformat(first["enrolment_opens"])) > suite_day():
        async with play.step(f"Часы идут до начала записи, {opens:%d.%m.%Y}", cast.teacher):
            await move_clock(opens, cast.teacher, first["id"])


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
    ends, provider = date.fromisoformat(application["group"]["ends"]), await provider_of(cast, application)
    if ends >= suite_day():
        async with play.step(f"Часы идут до конца обучения, {ends:%d.%m.%Y}", provider):
            await move_clock(ends + timedelta(days=1), provider, application["group"]["id"])
    outcomes = {"outcomes": {application["id"]: "completed"}}
    await sign(play, provider, application, kind="completion", words="о завершении обучения", **outcomes)
    if play.application["number"] == application["number"]:
        play.application["status"] = (await cast.operator.get(f"/applications/{application['id']}"))["status"]


async def sign(play: Play, provider: Person, application: dict[str, Any], *, kind: str, words: str, **facts: Any) -> None:
    """A numbered order about one application."""
    number = f"{application['number'].removeprefix('ДПО-')}-{'з' if kind == 'enrolment' else 'о'}"
    order = {"group_id": application["group"]["id"], "application_ids": [application["id"]], **facts}
    async with play.step(f"Приказ № {number} {words}", provider):
        await provider.post("/orders", {**order, "kind": kind, "number": number, "dated": suite_day().isoformat()})


async def move_clock(day: date, person: Person, group_id: str) -> None:
    """Move the suite's clock to a day that lies ahead, let every process notice, and look at a group as it is on that day."""
    await stand(moved(ahead(), f"+{(day - suite_day()).days}d"))
    await person.get(f"/groups/{group_id}")
