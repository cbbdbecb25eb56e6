"""Groups and programmes that go away, move, and come back."""

import asyncio
from typing import Any
from uuid import uuid4

from shared.contracts.catalog import GroupCancelled, ProgrammeWithdrawn
from tests.contract.flows.wire import like
from tests.service.enrollment.story import Region, day
from tests.support.service import envelope_of
from tests.support.stage import eventually


async def cancel(region: Region, group: Any, *, revision: int = 9) -> None:
    event = like(GroupCancelled, group_id=group, programme_id=region.programme)
    await region.service.hear(envelope_of(event, subject=group, revision=revision))


async def withdraw(region: Region, *, revision: int) -> None:
    event = like(ProgrammeWithdrawn, programme_id=region.programme)
    await region.service.hear(envelope_of(event, subject=region.programme, revision=revision))


async def becomes(region: Region, application: Any, status: str) -> Any:
    async def now() -> str:
        return await region.status(application)

    await eventually(now, equals=status)
    return await region.get(f"/applications/{application['id']}", region.operator)


async def test_a_cancelled_group_ends_its_applications_and_frees_its_seats(region: Region) -> None:
    asked, accepted, enrolled = await region.apply(await region.teacher()), await region.accepted(), await region.accepted()
    await region.order("enrolment", enrolled)
    await cancel(region, region.group)
    for application in (asked, accepted, enrolled):
        card = await becomes(region, application, "cancelled_by_provider")
        assert card["state"] == "Отменена организацией"
        assert card["history"][-1]["reason"] == "group_cancelled"
    assert await region.seats() == {"capacity": 10, "held": 0, "taken": 0, "waiting": 0}
    body = {"programme_id": str(region.programme), "group_ids": [str(region.group)]}
    assert (await region.post("/applications", await region.teacher(), body, expect=409))["type"] == "group_cancelled"
    refused = await region.patiently("PUT", f"/groups/{region.group}/capacity", region.lecturer, {"capacity": 12})
    assert (refused.status_code, refused.json()["type"]) == (409, "group_cancelled")
    assert (await region.seats())["capacity"] == 10


async def test_whoever_named_a_second_group_goes_on_with_it(region: Region) -> None:
    second = uuid4()
    await region.hear_group(second)
    teacher = await region.teacher()
    application = await region.apply(teacher, region.group, second)
    await cancel(region, region.group)

    async def group() -> str:
        card = await region.get(f"/applications/{application['id']}", teacher)
        return str(card["group"]["id"])

    await eventually(group, equals=str(second))
    card = await region.get(f"/applications/{application['id']}", teacher)
    assert (card["status"], card["history"][-1]["action"]) == ("school_review", "regroup")


async def test_a_withdrawn_programme_ends_applications_but_not_trainings(region: Region) -> None:
    asked, enrolled = await region.apply(await region.teacher()), await region.accepted()
    await region.order("enrolment", enrolled)
    await withdraw(region, revision=2)
    await becomes(region, asked, "cancelled_by_provider")
    assert await region.status(enrolled) == "enrolled"
    body = {"programme_id": str(region.programme), "group_ids": [str(region.group)]}
    assert (await region.post("/applications", await region.teacher(), body, expect=409))["type"] == "programme_closed"
    await region.hear_programme(region.programme, revision=3)
    await region.post("/applications", await region.teacher(), body, expect=201)


async def test_an_old_withdrawal_does_not_close_a_programme_published_since(region: Region) -> None:
    await region.hear_programme(region.programme, revision=5)
    application = await region.apply(await region.teacher())
    await withdraw(region, revision=4)
    await region.hear_programme(region.programme, revision=3, approvals=[])
    other = await region.apply(await region.teacher())
    assert (await region.status(application), other["status"]) == ("school_review", "school_review")


async def test_moved_dates_move_the_deadline_of_the_order(region: Region) -> None:
    application = await region.accepted()
    await region.hear_group(region.group, revision=2, starts=day(60), ends=day(80))

    async def action() -> str:
        card = await region.get(f"/applications/{application['id']}", region.lecturer)
        return str(card["history"][-1]["action"])

    await eventually(action, equals="reschedule")
    card = await region.get(f"/applications/{application['id']}", region.lecturer)
    assert (card["status"], card["history"][-1]["reason"]) == ("accepted", "dates_changed")
    assert str(day(50)) < card["due"] < str(day(60))


async def test_a_transfer_takes_a_seat_there_and_frees_one_here(region: Region) -> None:
    other = uuid4()
    await region.hear_group(other, capacity=1)
    moved, stays = await region.accepted(), await region.accepted()
    await region.order("enrolment", moved, stays)
    order = await region.order("transfer", moved, group_id=str(other))
    assert order["lines"][0]["status"] == "enrolled"
    assert (await region.seats())["taken"] == 1
    assert await region.seats(other) == {"capacity": 1, "held": 0, "taken": 1, "waiting": 0}
    assert (await region.order("transfer", stays, group_id=str(other), expect=409))["type"] == "group_full"
    assert await region.recount() == {"held": 0, "taken": 1, "waiting": 0}


async def test_an_order_is_of_one_provider_and_its_number_of_one_year(region: Region) -> None:
    first, second = await region.accepted(), await region.accepted()
    await region.order("enrolment", first, number="12-К")
    assert (await region.order("enrolment", second, number="12-К", expect=409))["type"] == "order_number_taken"
    stranger = region.service.staff("provider_specialist", uuid4())
    body = {
        "kind": "enrolment",
        "number": "13-К",
        "dated": str(day(0)),
        "group_id": str(region.group),
        "application_ids": [second["id"]],
    }
    assert (await region.post("/orders", stranger, body, expect=404))["type"] == "not_found"
    refusal = await region.order("enrolment", first, second, number="14-К", expect=409)
    assert (refusal["type"], refusal["number"]) == ("moved_on", first["number"])
    assert (await region.order("enrolment", second, dated=str(day(1)), expect=422))["errors"][0]["field"] == "dated"
    assert await region.status(second) == "accepted"
    assert (await region.order("completion", first, expect=409))["type"] == "training_not_started"


async def test_nobody_slips_into_a_group_while_it_is_cancelled(region: Region) -> None:
    teachers = [await region.teacher() for _ in range(8)]
    body = {"programme_id": str(region.programme), "group_ids": [str(region.group)]}
    applying = [region.patiently("POST", "/applications", teacher, body) for teacher in teachers]
    answers, _ = await asyncio.gather(asyncio.gather(*applying), cancel(region, region.group))
    assert {answer.status_code for answer in answers} <= {201, 409}

    async def live() -> int:
        [left] = await region.rows("SELECT count(*) FROM application WHERE group_id = :id AND holder_role <> 'nobody'", id=region.group)
        return int(left[0])

    await eventually(live, equals=0)
