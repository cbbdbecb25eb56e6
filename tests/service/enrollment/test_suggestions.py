"""Suggestions: the accepted steps of a route, offered while one may apply, answered in one call."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from services.enrollment.commands.suggestions import lapse, lock_suggestion, refresh_route
from shared.access import Caller, Grant
from shared.contracts.enrollment import ApplicationSubmitted, SuggestionLapsed, SuggestionOffered
from shared.contracts.routes import RouteAccepted, RoutePlanned, RouteStep, SeatsAllocated
from tests.contract.flows.wire import like
from tests.service.enrollment.story import Region, day
from tests.service.enrollment.test_cancellations import cancel
from tests.support.service import Person, envelope_of
from tests.support.stage import eventually


def step(region: Region, *groups: UUID, step_id: UUID | None = None) -> RouteStep:
    return RouteStep(
        step_id=step_id or uuid4(),
        position=1,
        kind="programme",
        programme_id=region.programme,
        groups=list(groups or (region.group,)),
        hours=36,
        closes=[],
    )


async def plan(
    region: Region, teacher: Person, *steps: RouteStep, route: UUID | None = None, revision: int = 1, status: str = "accepted"
) -> UUID:
    route = route or uuid4()
    event = like(RoutePlanned, route_id=route, person_id=teacher.person, status=status, steps=[one.model_dump() for one in steps])
    await region.service.hear(envelope_of(event, subject=route, revision=revision))
    return route


async def suggested(region: Region, teacher: Person, *groups: UUID) -> Any:
    async def shown() -> list[str]:
        return [one["group"]["id"] for one in await region.get("/me/suggestions", teacher)]

    await eventually(shown, equals=[str(group) for group in groups]) if groups else await eventually(
        lambda: empty(region, teacher), equals=True
    )
    return await region.get("/me/suggestions", teacher)


async def empty(region: Region, teacher: Person) -> bool:
    return bool(await region.get("/me/suggestions", teacher) == [])


async def lapses(region: Region) -> list[str]:
    return [one.data["reason"] for one in await region.service.told(SuggestionLapsed)]


async def test_an_accepted_step_is_suggested_and_applied_to_in_one_call(lone_region: Region) -> None:
    region = lone_region
    teacher = await region.teacher()
    route = await plan(region, teacher, one := step(region))
    [suggestion] = await suggested(region, teacher, region.group)
    assert (suggestion["expires"], suggestion["free"], suggestion["step_id"]) == (str(day(15)), 10, str(one.step_id))
    application = await region.post(f"/suggestions/{suggestion['id']}/application", teacher, expect=201)
    assert (application["channel"], application["route_id"]) == ("suggestion", str(route))
    again = await region.post(f"/suggestions/{suggestion['id']}/application", teacher, expect=201)
    assert again["id"] == application["id"]
    assert await lapses(region) == ["applied"]
    await suggested(region, teacher)
    [submitted] = await region.service.told(ApplicationSubmitted)
    assert submitted.data["step_id"] == str(one.step_id)


async def test_a_proposed_route_suggests_nothing_until_it_is_accepted(region: Region) -> None:
    teacher = await region.teacher()
    one = step(region)
    accepted = like(RouteAccepted, route_id=uuid4(), person_id=teacher.person, steps=[one.step_id])
    await region.service.hear(envelope_of(accepted, subject=accepted.route_id, revision=2))  # overtakes the plan
    await plan(region, teacher, one, route=accepted.route_id, status="proposed")
    await suggested(region, teacher, region.group)
    other = await region.teacher()
    await plan(region, other, step(region), status="proposed")
    await suggested(region, teacher, region.group)
    assert await empty(region, other)


async def test_a_portal_application_answers_the_suggestion_too(lone_region: Region) -> None:
    region = lone_region
    teacher = await region.teacher()
    route = await plan(region, teacher, step(region))
    await suggested(region, teacher, region.group)
    application = await region.apply(teacher)
    assert (application["channel"], application["route_id"]) == ("portal", str(route))
    assert await lapses(region) == ["applied"]


async def test_a_refused_suggestion_gives_way_to_the_next_group(lone_region: Region) -> None:
    region = lone_region
    teacher = await region.teacher()
    second = uuid4()
    await region.hear_group(second)
    await plan(region, teacher, step(region, region.group, second))
    [suggestion] = await suggested(region, teacher, region.group)
    await region.post(f"/suggestions/{suggestion['id']}/refusal", teacher, expect=200)
    await region.post(f"/suggestions/{suggestion['id']}/refusal", teacher, expect=200)
    await suggested(region, teacher, second)
    assert await lapses(region) == ["declined"]
    refused = await region.post(f"/suggestions/{suggestion['id']}/application", teacher, expect=409)
    assert refused["type"] == "suggestion_closed"


async def test_a_refusal_is_not_overtaken_by_a_look_at_the_route(lone_region: Region) -> None:
    region = lone_region
    teacher = await region.teacher()
    route = await plan(region, teacher, step(region))
    [suggestion] = await suggested(region, teacher, region.group)
    sessions, now = region.service.app.state.sessions, region.service.app.state.clock()
    caller = Caller("teacher", teacher.person, (Grant("teacher"),))
    async with sessions.begin() as refusing:
        await lapse(refusing, await lock_suggestion(refusing, UUID(suggestion["id"]), caller=caller), "declined", now=now)
        async with sessions.begin() as looking:
            await refresh_route(looking, route, {}, now + timedelta(days=60))  # it would call the offer expired
    await suggested(region, teacher)
    assert await lapses(region) == ["declined"]


async def test_who_takes_the_consent_to_training_back_is_suggested_nothing_until_it_is_given_again(lone_region: Region) -> None:
    region = lone_region
    teacher = await region.teacher()
    one = step(region)
    route = await plan(region, teacher, one)
    await suggested(region, teacher, region.group)
    withdrawn = await region.service.call("DELETE", "/me/consents/training?erase=false", teacher)
    assert withdrawn.status_code == 200, withdrawn.text
    await plan(region, teacher, one, route=route, revision=2)
    await eventually(lambda: region.rows("SELECT 1 FROM due WHERE kind = 'route_suggests'"), equals=[])
    await suggested(region, teacher)
    assert await lapses(region) == ["withdrawn_consent"]
    await region.post("/me/consents", teacher, {"purpose": "training", "text_version": 1}, expect=201)
    await suggested(region, teacher, region.group)


async def test_a_cancelled_group_is_no_longer_suggested(lone_region: Region) -> None:
    region = lone_region
    teacher = await region.teacher()
    second = uuid4()
    await region.hear_group(second)
    await plan(region, teacher, step(region, region.group, second))
    await suggested(region, teacher, region.group)
    await cancel(region, region.group)
    await suggested(region, teacher, second)
    assert await lapses(region) == ["group_cancelled"]


async def test_a_cancelled_application_brings_a_new_suggestion(region: Region) -> None:
    teacher = await region.teacher()
    second = uuid4()
    await region.hear_group(second)
    await plan(region, teacher, step(region, region.group, second))
    [suggestion] = await suggested(region, teacher, region.group)
    await region.post(f"/suggestions/{suggestion['id']}/application", teacher, expect=201)
    await suggested(region, teacher)
    await cancel(region, region.group)
    await suggested(region, teacher, second)


async def test_a_suggestion_ends_with_the_enrolment(lone_region: Region) -> None:
    region = lone_region
    teacher = await region.teacher()
    await plan(region, teacher, step(region))
    await suggested(region, teacher, region.group)
    await region.later(days=16)
    await suggested(region, teacher)
    assert await lapses(region) == ["expired"]


async def test_a_group_that_opens_later_is_suggested_on_that_day(lone_region: Region) -> None:
    region = lone_region
    teacher = await region.teacher()
    later = uuid4()
    await region.hear_group(later, enrolment_opens=day(3))
    await plan(region, teacher, step(region, later))
    await region.later(days=2)
    assert await empty(region, teacher)
    await region.later(days=1)
    await suggested(region, teacher, later)


async def test_a_new_plan_replaces_the_suggestions_of_the_old_one(lone_region: Region) -> None:
    region = lone_region
    teacher = await region.teacher()
    second = uuid4()
    await region.hear_group(second)
    route = await plan(region, teacher, step(region))
    await suggested(region, teacher, region.group)
    await plan(region, teacher, step(region, second), route=route, revision=2)
    await suggested(region, teacher, second)
    await plan(region, teacher, step(region), route=route, revision=1)
    await suggested(region, teacher, second)
    assert await lapses(region) == ["route_changed"]
    assert len(await region.service.told(SuggestionOffered)) == 2


async def test_a_campaigns_seat_is_suggested_once_in_place_of_the_routes(lone_region: Region) -> None:
    region = lone_region
    teacher = await region.teacher()
    second = uuid4()
    await region.hear_group(second)
    one = step(region)
    route = await plan(region, teacher, one)
    await suggested(region, teacher, region.group)
    seat = like(
        SeatsAllocated,
        allocation_id=uuid4(),
        person_id=teacher.person,
        route_id=route,
        step_id=one.step_id,
        programme_id=region.programme,
        group_id=second,
        until=day(4),
    )
    await region.service.hear(envelope_of(seat, subject=seat.allocation_id), envelope_of(seat, subject=seat.allocation_id))
    [suggestion] = await suggested(region, teacher, second)
    assert (suggestion["id"], suggestion["allocated"], suggestion["expires"]) == (str(seat.allocation_id), True, str(day(4)))
    await region.later(days=5)
    await suggested(region, teacher, region.group)


async def test_somebody_elses_suggestion_is_an_unknown_one(region: Region) -> None:
    teacher, other = await region.teacher(), await region.teacher()
    await plan(region, teacher, step(region))
    [suggestion] = await suggested(region, teacher, region.group)
    for path in ("application", "refusal"):
        foreign = await region.service.call("POST", f"/suggestions/{suggestion['id']}/{path}", other)
        unknown = await region.service.call("POST", f"/suggestions/{uuid4()}/{path}", other)
        assert (foreign.status_code, foreign.content) == (404, unknown.content)
