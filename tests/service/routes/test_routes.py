"""A measured deficit becomes a proven route, follows the world, and is closed only by a second measurement."""

from datetime import timedelta
from itertools import islice, permutations
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shared import migrations
from shared.contracts.enrollment import ConsentWithdrawn
from shared.contracts.erasure import RoutesPersonErased
from shared.contracts.routes import RouteAccepted, RouteCompleted, RoutePlanned, RouteStepCompleted, RouteStudied
from tests.service.routes import story
from tests.support.servers import Servers
from tests.support.service import Person, Running, envelope_of
from tests.support.stage import Start

CATALOGUE = [
    story.programme("A", М1=0.6),
    story.programme("B", М2=0.4),
    story.programme("C", М1=0.2, М2=0.2),
    story.group("a1", "A"),
    story.group("a2", "A", starts=70, ends=90),
    story.group("b1", "B", starts=100, ends=120),
    story.group("c1", "C", starts=130, ends=150),
]


@pytest.fixture
async def routes(start: Start) -> Running:
    return await start("routes")


async def with_route(routes: Running, **estimates: float) -> tuple[Person, dict[str, Any]]:
    teacher = routes.teacher()
    assert teacher.person
    measured = story.measured(teacher.person, estimates=estimates or {"М1": -1.0, "М2": -0.8})
    await routes.hear(*CATALOGUE, story.learner(teacher.person), measured)
    return teacher, (await routes.call("GET", "/me/route", teacher)).json()


def programmes(route: dict[str, Any]) -> list[str]:
    return [step["code"] for step in route["steps"]]


async def test_a_route_covers_every_deficit_and_is_proven(routes: Running) -> None:
    _, route = await with_route(routes)
    assert {one["competence"] for step in route["steps"] for one in step["closes"]} == {"М1", "М2"}
    assert (route["proven"], route["gap"]) == (True, 0)
    said = await routes.told(RoutePlanned)
    assert (len(said), said[0].data["status"], said[0].dporevision) == (1, "proposed", 1)


async def test_whatever_comes_first_the_route_is_the_same(routes: Running) -> None:
    wanted = None
    for number, order in enumerate(islice(permutations(range(5)), 0, 120, 17)):
        person = uuid4()
        measured = story.measured(person, estimates={"М1": -1.0})
        facts = [CATALOGUE[0], CATALOGUE[3], story.learner(person), measured, story.programme("D", М1=0.1)]
        await routes.hear(*[facts[place] for place in order], *facts)
        await routes.serve_due(routes.app.state.clock() + timedelta(minutes=1))
        route = (await routes.call("GET", "/me/route", routes.teacher(person))).json()
        found = (programmes(route), round(route["objective"], 9))
        wanted = wanted or found
        assert found == wanted, f"order {number}: {order}"
    assert wanted
    assert wanted[0] == ["A"]


async def test_no_deficit_opens_no_route(routes: Running) -> None:
    teacher, answer = await with_route(routes, М1=1.0)
    assert answer["type"] == "not_found"
    assert await routes.told() == []
    assert teacher.person


async def test_acceptance_is_said_once_however_often_it_is_asked(routes: Running) -> None:
    teacher, route = await with_route(routes)
    for _ in range(3):
        answer = await routes.call("POST", f"/routes/{route['route_id']}/acceptance", teacher)
        assert (answer.status_code, answer.json()["status"]) == (200, "accepted")
    assert len(await routes.told(RouteAccepted)) == 1


async def test_a_foreign_route_answers_like_an_unknown_one(routes: Running) -> None:
    _, route = await with_route(routes)
    stranger = routes.teacher()

    async def ask(method: str, path: str) -> httpx.Response:
        return await routes.call(method, path, stranger, json={} if path.endswith("plan") else None)

    for method, tail in (("GET", ""), ("POST", "/acceptance"), ("POST", "/plan"), ("GET", "/alternatives")):
        foreign, unknown = await ask(method, f"/routes/{route['route_id']}{tail}"), await ask(method, f"/routes/{uuid4()}{tail}")
        assert (foreign.status_code, foreign.json()) == (unknown.status_code, unknown.json()) == (404, foreign.json())


async def test_a_cancelled_group_gives_way_to_the_next_one_and_says_why(routes: Running) -> None:
    teacher, route = await with_route(routes)
    await routes.call("POST", f"/routes/{route['route_id']}/acceptance", teacher)
    await routes.hear(story.cancelled("a1", "A"))
    said = (await routes.told(RoutePlanned))[-1].data
    assert (said["replaced_because"], said["status"]) == ("group_cancelled", "accepted")
    groups = {group for step in said["steps"] for group in step["groups"]}
    assert str(story.named("a1")) not in groups
    assert str(story.named("a2")) in groups


async def test_a_cancelled_alternative_leaves_its_step_too(routes: Running) -> None:
    teacher, route = await with_route(routes, М1=-1.0)
    await routes.hear(story.cancelled("a2", "A"))
    seen = (await routes.call("GET", "/me/route", teacher)).json()
    groups = {group["group_id"] for step in seen["steps"] for group in step["groups"]}
    assert str(story.named("a2")) not in groups
    said = {group for step in (await routes.told(RoutePlanned))[-1].data["steps"] for group in step["groups"]}
    assert str(story.named("a2")) not in said
    assert seen["route_id"] == route["route_id"]


async def test_a_withdrawn_programme_and_a_full_group_leave_the_route(routes: Running) -> None:
    teacher, _ = await with_route(routes)
    await routes.hear(story.withdrawn("A"))
    route = (await routes.call("GET", "/me/route", teacher)).json()
    assert "A" not in programmes(route)
    await routes.hear(story.seats("b1", free=0))
    again = (await routes.call("POST", f"/routes/{route['route_id']}/plan", teacher, json={})).json()
    assert "B" not in programmes(again)


async def test_other_wishes_plan_anew_within_them(routes: Running) -> None:
    teacher, route = await with_route(routes)
    changed = await routes.call("POST", f"/routes/{route['route_id']}/plan", teacher, json={"hours": 36})
    assert changed.json()["hours"] <= 36
    excluded = {"excluded_programmes": [str(story.named("A"))]}
    without = (await routes.call("POST", f"/routes/{route['route_id']}/plan", teacher, json=excluded)).json()
    assert "A" not in programmes(without)
    clash = {"pinned_groups": [str(story.named("a1")), str(story.named("a2"))]}
    refused = await routes.call("POST", f"/routes/{route['route_id']}/plan", teacher, json=clash)
    assert (refused.status_code, refused.json()["type"]) == (409, "cannot_stand_together")
    wrong = await routes.call("POST", f"/routes/{route['route_id']}/plan", teacher, json={"hours": -1})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "hours")


async def test_alternatives_and_reasons_are_answered(routes: Running) -> None:
    teacher, route = await with_route(routes)
    points = (await routes.call("GET", f"/routes/{route['route_id']}/alternatives", teacher)).json()
    values = [point["objective"] for point in points]
    assert [point["hours_budget"] for point in points] == [36, 72, 108, 144]
    assert values == sorted(values)
    why = await routes.call("GET", f"/routes/{route['route_id']}/explanations", teacher, params={"programme_id": str(story.named("A"))})
    assert why.json()[0]["reason"] in {"same_programme", "small_gain", "dates"}


async def test_steps_follow_their_applications_and_the_loop_closes(routes: Running) -> None:
    teacher, route = await with_route(routes, М1=-1.0)
    person = UUID(str(teacher.person))
    await routes.call("POST", f"/routes/{route['route_id']}/acceptance", teacher)
    steps = [(step["code"], {"A": "a1", "C": "c1"}[step["code"]]) for step in route["steps"]]
    for code, group in steps:
        enrolled, accepted = story.moved(person, code, group, "enrolled", 4), story.moved(person, code, group, "accepted", 3)
        await routes.hear(enrolled, story.submitted(person, code, group), accepted)
    seen = (await routes.call("GET", "/me/route", teacher)).json()
    assert {step["status"] for step in seen["steps"]} == {"studying"}
    for code, group in steps:
        await routes.hear(story.trained(person, code, group), story.trained(person, code, group))
    assert len(await routes.told(RouteStepCompleted)) == len(steps)
    studied = await routes.told(RouteStudied)
    assert studied[0].data["procedure_id"] == str(story.named("procedure"))
    await routes.hear(story.measured(person, purpose="exit", route=UUID(route["route_id"]), day=40, estimates={"М1": 0.9}))
    completed = (await routes.told(RouteCompleted))[0].data
    assert [(one["competence"], one["verdict"]) for one in completed["changes"]] == [("М1", "closed")]
    closed = (await routes.call("GET", "/me/route", teacher)).json()
    assert (closed["status"], closed["changes"][0]["before"], closed["changes"][0]["after"]) == ("completed", -1.0, 0.9)


async def test_a_lost_seat_puts_the_step_back(routes: Running) -> None:
    teacher, route = await with_route(routes, М1=-1.0)
    person = UUID(str(teacher.person))
    await routes.hear(story.submitted(person, "A", "a1"), story.moved(person, "A", "a1", "rejected", 2))
    seen = (await routes.call("GET", "/me/route", teacher)).json()
    assert next(step for step in seen["steps"] if step["code"] == "A")["status"] == "planned"
    assert route["route_id"] == seen["route_id"]


async def test_an_erased_person_has_no_route_and_late_facts_bring_none_back(routes: Running) -> None:
    teacher, _ = await with_route(routes)
    person, request = UUID(str(teacher.person)), uuid4()
    withdrawal = ConsentWithdrawn(consent_id=uuid4(), request_id=request, person_id=person, purpose="training", text_version=1, erase=True)
    await routes.hear(envelope_of(withdrawal, subject=request), envelope_of(withdrawal, subject=request))
    await routes.hear(story.measured(person, day=3, estimates={"М1": -2.0}), story.learner(person, 5), story.submitted(person, "A", "a1"))
    assert (await routes.call("GET", "/me/route", teacher)).status_code == 404
    assert len(await routes.told(RoutesPersonErased)) == 1


async def test_the_migrations_make_exactly_the_tables(stage: Servers) -> None:
    await migrations.check("routes", await stage.database("routes"))
