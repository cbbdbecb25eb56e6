"""The waiting list: an honest queue, offers with a deadline, the next one in line."""

from typing import Any
from uuid import UUID, uuid4

from tests.service.enrollment.story import Region, day
from tests.support.service import Person
from tests.support.stage import Start, eventually


async def full(start: Start, *, waiting: int) -> tuple[Region, dict[str, Any], list[dict[str, Any]]]:
    """A group of one seat that is held, and people who wait for it."""
    region = await Region(await start("enrollment")).begin(capacity=1, approvals=[])
    holder = await region.decide(await region.apply(await region.teacher()), region.lecturer, "accept")
    queue = []
    for _ in range(waiting):
        application = await region.apply(await region.teacher())
        assert (await region.decide(application, region.lecturer, "accept", expect=409))["type"] == "group_full"
        queue.append(await region.decide(application, region.lecturer, "waitlist"))
    return region, holder, queue


def learner(region: Region, application: dict[str, Any]) -> Person:
    return region.service.teacher(UUID(application["learner"]["person_id"]))


async def statuses(region: Region, queue: list[dict[str, Any]]) -> list[str]:
    return [await region.status(one) for one in queue]


async def test_a_free_seat_is_offered_to_the_first_and_goes_on_to_the_next(start: Start) -> None:
    region, holder, queue = await full(start, waiting=3)
    assert [one["place"] for one in queue] == [1, 2, 3]
    await region.post(f"/applications/{holder['id']}/withdrawal", learner(region, holder), expect=200)
    await eventually(lambda: statuses(region, queue), equals=["seat_offered", "waiting_list", "waiting_list"])
    assert await region.seats() == {"capacity": 1, "held": 1, "taken": 0, "waiting": 2}

    declined = await region.post(f"/applications/{queue[0]['id']}/offer", learner(region, queue[0]), {"accept": False}, expect=200)
    assert declined["status"] == "withdrawn"
    assert declined["history"][-1]["reason"] == "offer_declined"
    await eventually(lambda: statuses(region, queue), equals=["withdrawn", "seat_offered", "waiting_list"])

    taken = await region.post(f"/applications/{queue[1]['id']}/offer", learner(region, queue[1]), {"accept": True}, expect=200)
    assert taken["status"] == "accepted"
    assert await region.seats() == {"capacity": 1, "held": 1, "taken": 0, "waiting": 1}
    assert await region.recount() == {"held": 1, "taken": 0, "waiting": 1}


async def test_an_offer_nobody_answers_goes_on_and_its_owner_stays_behind_in_the_list(start: Start) -> None:
    region, holder, queue = await full(start, waiting=2)
    await region.post(f"/applications/{holder['id']}/withdrawal", learner(region, holder), expect=200)
    await eventually(lambda: statuses(region, queue), equals=["seat_offered", "waiting_list"])
    await region.later(days=6)
    await eventually(lambda: statuses(region, queue), equals=["waiting_list", "seat_offered"])
    await region.later(days=6)
    await eventually(lambda: statuses(region, queue), equals=["seat_offered", "waiting_list"])
    await region.later(days=6)
    await eventually(lambda: statuses(region, queue), equals=["expired", "seat_offered"])
    assert await region.recount() == {"held": 1, "taken": 0, "waiting": 0}


async def test_nobody_jumps_the_queue_and_nobody_queues_for_a_free_seat(start: Start) -> None:
    region = await Region(await start("enrollment")).begin(approvals=[])
    begun = uuid4()  # a group that has begun offers nobody a seat by itself, so a free one can be looked at
    await region.hear_group(begun, starts=day(0), capacity=1)
    first, waits, newcomer = [await region.apply(await region.teacher(), begun) for _ in range(3)]
    await region.decide(first, region.lecturer, "accept")
    await region.decide(waits, region.lecturer, "waitlist")
    await region.service.call("PUT", f"/groups/{begun}/capacity", region.lecturer, json={"capacity": 2})
    assert (await region.decide(newcomer, region.lecturer, "accept", expect=409))["type"] == "waiting_list_first"
    await region.decide(waits, region.lecturer, "offer")
    await region.service.call("PUT", f"/groups/{begun}/capacity", region.lecturer, json={"capacity": 3})
    assert (await region.decide(newcomer, region.lecturer, "waitlist", expect=409))["type"] == "seats_are_free"
    assert (await region.decide(newcomer, region.lecturer, "accept"))["status"] == "accepted"


async def test_more_seats_are_offered_to_those_who_wait(start: Start) -> None:
    region, _, queue = await full(start, waiting=3)
    await region.service.call("PUT", f"/groups/{region.group}/capacity", region.lecturer, json={"capacity": 3})
    await eventually(lambda: statuses(region, queue), equals=["seat_offered", "seat_offered", "waiting_list"])
    assert await region.seats() == {"capacity": 3, "held": 3, "taken": 0, "waiting": 1}


async def test_a_seat_in_another_group_is_offered_not_forced(start: Start) -> None:
    region, _, queue = await full(start, waiting=1)
    other = uuid4()
    await region.hear_group(other, capacity=5)
    assert (await region.decide(queue[0], region.lecturer, "accept", group_id=str(other), expect=409))["type"] == "moved_on"
    offered = await region.decide(queue[0], region.lecturer, "offer", group_id=str(other))
    assert offered["status"] == "seat_offered"
    assert offered["group"]["id"] == str(other)
    assert await region.seats(other) == {"capacity": 5, "held": 1, "taken": 0, "waiting": 0}
    assert (await region.seats())["waiting"] == 0
    taken = await region.post(f"/applications/{queue[0]['id']}/offer", learner(region, queue[0]), {"accept": True}, expect=200)
    assert (taken["status"], taken["group"]["id"]) == ("accepted", str(other))


async def test_who_lets_an_offer_in_another_group_lapse_waits_again_though_a_seat_came_free_at_home(start: Start) -> None:
    region, holder, queue = await full(start, waiting=1)
    other = uuid4()
    await region.hear_group(other, capacity=5)
    await region.decide(queue[0], region.lecturer, "offer", group_id=str(other))
    await region.post(f"/applications/{holder['id']}/withdrawal", learner(region, holder), expect=200)
    await region.later(days=6)
    await eventually(lambda: region.seats(other), equals={"capacity": 5, "held": 0, "taken": 0, "waiting": 0})
    await eventually(region.seats, equals={"capacity": 1, "held": 1, "taken": 0, "waiting": 0})
    assert await statuses(region, queue) == ["seat_offered"]
