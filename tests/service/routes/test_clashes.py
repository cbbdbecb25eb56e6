"""Facts about one person that come at once, late or in another order lead to the same route."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, select

from services.routes import subscribers
from services.routes.tables import Application, Erased, Measurement, Step
from shared.contracts import Envelope
from shared.contracts.catalog import GroupChanged
from shared.contracts.enrollment import ConsentWithdrawn
from shared.contracts.routes import RoutePlanned
from tests.service.routes import story
from tests.support.service import Running, envelope_of
from tests.support.stage import Start, eventually

CATALOGUE = [
    story.programme("A", М1=0.6),
    story.programme("B", М2=0.4),
    story.group("a1", "A"),
    story.group("b1", "B", starts=100, ends=120),
]


@pytest.fixture
async def routes(start: Start) -> Running:
    service = await start("routes")
    await service.hear(*CATALOGUE)
    return service


def with_data(envelope: Envelope, **data: Any) -> Envelope:
    """The same fact with other data."""
    return envelope.model_copy(update={"data": {**envelope.data, **data}})


def changed(envelope: Envelope, *, revision: int, **data: Any) -> Envelope:
    """An announced group, changed."""
    event = GroupChanged.model_validate({**envelope.data, **data, "reason": "перенос"})
    return envelope_of(event, subject=event.group_id, revision=revision)


def erasure(person: UUID) -> Envelope:
    request = uuid4()
    event = ConsentWithdrawn(consent_id=uuid4(), request_id=request, person_id=person, purpose="training", text_version=1, erase=True)
    return envelope_of(event, subject=request)


async def while_heard(routes: Running, first: Envelope, other: Awaitable[Any]) -> None:
    """Let something happen while a fact is heard and not yet committed."""
    event = first.event()
    async with routes.app.state.sessions.begin() as session:
        await subscribers.HEARS[type(event)](event, first, session)
        meanwhile = asyncio.ensure_future(other)
        await asyncio.wait({meanwhile}, timeout=1)
    await meanwhile


async def my_route(routes: Running, person: UUID) -> dict[str, Any]:
    found: dict[str, Any] = (await routes.call("GET", "/me/route", routes.teacher(person))).json()
    return found


async def test_a_fact_on_its_way_does_not_outlive_an_erasure(routes: Running) -> None:
    person = uuid4()
    for fact in (
        story.measured(person, estimates={"М1": -1.0}),
        story.submitted(person, "A", "a1"),
        story.moved(person, "A", "a1", "accepted", 2),
    ):
        await while_heard(routes, fact, routes.hear(erasure(person)))
        async with routes.app.state.sessions.begin() as session:
            await session.execute(delete(Erased))
    async with routes.app.state.engine.connect() as connection:
        for table in (Application, Measurement, Step):
            assert await connection.scalar(select(func.count()).select_from(table)) == 0, table.__name__


async def test_a_result_and_the_codes_of_its_person_heard_at_once_make_one_route(routes: Running) -> None:
    await routes.hear(with_data(story.programme("A", revision=2, М1=0.6), audience={"positions": ["учитель"]}))
    person = uuid4()
    await while_heard(routes, story.measured(person, estimates={"М1": -1.0}), routes.hear(story.learner(person)))
    assert [step["code"] for step in (await my_route(routes, person))["steps"]] == ["A"]


async def test_whoever_applied_before_the_result_finds_the_step_applied_for(routes: Running) -> None:
    for first in (True, False):
        person = uuid4()
        facts = [story.submitted(person, "A", "a1"), story.measured(person, estimates={"М1": -1.0})]
        await routes.hear(story.learner(person), *(facts if first else facts[::-1]))
        assert [(step["code"], step["status"]) for step in (await my_route(routes, person))["steps"]] == [("A", "applied")], first


async def test_a_new_result_keeps_what_was_applied_for(routes: Running) -> None:
    person = uuid4()
    await routes.hear(story.learner(person), story.measured(person, estimates={"М1": -1.0}), story.submitted(person, "A", "a1"))
    await routes.hear(story.programme("D", М1=0.9), story.group("d1", "D"))
    await routes.hear(story.measured(person, estimates={"М1": -1.2, "М2": -1.0}, day=1))
    steps = {step["code"]: step["status"] for step in (await my_route(routes, person))["steps"]}
    assert steps == {"A": "applied", "B": "planned"}


async def test_a_moved_group_moves_its_step(routes: Running) -> None:
    person = uuid4()
    await routes.hear(story.learner(person), story.measured(person, estimates={"М1": -1.0}))
    moved = changed(story.group("a1", "A", starts=33, ends=63), revision=2)
    await routes.hear(moved)
    [step] = (await my_route(routes, person))["steps"]
    assert (step["starts"], step["ends"]) == (moved.data["starts"], moved.data["ends"])
    said = (await routes.told(RoutePlanned))[-1].data
    assert (said["replaced_because"], said["steps"][0]["starts"]) == ("dates", moved.data["starts"])
    again = changed(story.group("a1", "A", starts=34, ends=64), revision=3)
    await routes.hear(story.submitted(person, "A", "a1"), again)
    [step] = (await my_route(routes, person))["steps"]
    assert (step["status"], step["starts"], step["ends"]) == ("applied", again.data["starts"], again.data["ends"])


async def test_a_group_heard_of_by_its_change_is_offered_as_one_announced(routes: Running) -> None:
    await routes.hear(story.programme("D", М3=0.5))
    for changed_first in (False, True):
        person, name = uuid4(), f"d{changed_first}"
        await routes.hear(story.learner(person), story.measured(person, estimates={"М3": -1.0}))
        announced = story.group(name, "D")
        news = [announced, changed(announced, revision=2)]
        await routes.hear(*(news[::-1] if changed_first else news))
        await routes.serve_due(routes.app.state.clock() + timedelta(minutes=1))
        assert [step["code"] for step in (await my_route(routes, person))["steps"]] == ["D"], changed_first
        await routes.hear(story.cancelled(name, "D").model_copy(update={"dporevision": 3}), erasure(person))


async def test_a_newer_result_without_a_deficit_does_not_freeze_the_route(routes: Running) -> None:
    person = uuid4()
    await routes.hear(story.learner(person), story.measured(person, estimates={"М1": -1.0}))
    await routes.hear(story.measured(person, estimates={"М1": 0.5}, day=1), story.cancelled("a1", "A"))
    assert (await my_route(routes, person))["steps"] == []


async def test_a_fact_that_comes_late_plans_nothing_that_is_over(routes: Running) -> None:
    person, long_ago = uuid4(), datetime.now(UTC) - timedelta(days=60)
    over = story.group("d1", "D", starts=-10, ends=20)
    await routes.hear(story.programme("D", М1=0.9), over, story.learner(person))
    measured = story.measured(person, estimates={"М1": -1.0}, day=-60)
    await routes.hear(measured.model_copy(update={"time": long_ago}))
    assert [step["code"] for step in (await my_route(routes, person))["steps"]] == ["A"]


async def test_why_not_is_refused_in_words_when_a_pinned_group_is_no_longer_to_be_had(routes: Running) -> None:
    person = uuid4()
    await routes.hear(story.learner(person), story.measured(person, estimates={"М1": -1.0, "М2": -1.0}))
    route, teacher = (await my_route(routes, person))["route_id"], routes.teacher(person)
    pinned = {"pinned_groups": [str(story.named("b1"))]}
    assert (await routes.call("POST", f"/routes/{route}/plan", teacher, json=pinned)).status_code == 200
    routes.move_clock(days=96)  # enrolment in b1 has ended
    asked = {"programme_id": str(story.named("A"))}

    async def refused() -> bool:
        answer = await routes.call("GET", f"/routes/{route}/explanations", teacher, params=asked)
        return (answer.status_code, answer.json()["type"]) == (409, "cannot_stand_together") if answer.status_code != 200 else False

    await eventually(refused, within=3)  # the clock is looked at once a second


async def test_a_cancelled_group_that_was_applied_for_breaks_nothing(routes: Running) -> None:
    person = uuid4()
    await routes.hear(story.learner(person), story.measured(person, estimates={"М1": -1.0}), story.submitted(person, "A", "a1"))
    await routes.hear(story.cancelled("a1", "A"), story.learner(person, 2))
    teacher, route = routes.teacher(person), await my_route(routes, person)
    assert route["status"] == "proposed"
    assert (await routes.call("POST", f"/routes/{route['route_id']}/plan", teacher, json={})).status_code == 200


async def test_a_group_cancelled_while_a_route_is_planned_leaves_it(routes: Running) -> None:
    person = uuid4()
    await while_heard(routes, story.measured(person, estimates={"М1": -1.0}), routes.hear(story.cancelled("a1", "A")))
    await routes.serve_due(routes.app.state.clock() + timedelta(minutes=1))
    assert (await my_route(routes, person))["steps"] == []


async def test_what_was_studied_before_the_result_completes_no_step(routes: Running) -> None:
    person = uuid4()
    long_ago = with_data(story.trained(person, "A", "a0"), ended_on="2022-03-01", application_id=str(uuid4()))
    await routes.hear(story.learner(person), long_ago, story.measured(person, estimates={"М1": -1.0, "М2": -1.0}))
    await routes.hear(story.submitted(person, "B", "b1"))
    steps = {step["code"]: step["status"] for step in (await my_route(routes, person))["steps"]}
    assert steps == {"A": "planned", "B": "applied"}
