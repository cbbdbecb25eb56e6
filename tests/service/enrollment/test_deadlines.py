"""Nothing is stuck: what nobody decides goes on by itself, and ends."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.contracts.enrollment import StatusChanged
from tests.service.enrollment.story import Region
from tests.support.stage import eventually


async def becomes(region: Region, application: Any, status: str, holder: str) -> None:
    async def now() -> tuple[str, str]:
        card = await region.get(f"/applications/{application['id']}", region.operator)
        return card["status"], card["holder"]["role"]

    await eventually(now, equals=(status, holder))


async def test_a_silent_school_hands_over_to_the_municipality_and_then_it_expires(lone_region: Region) -> None:
    region = lone_region
    application = await region.apply(await region.teacher())
    await region.later(days=12)
    await becomes(region, application, "municipality_review", "municipality")
    assert (await region.decide(application, region.head, "approve", expect=403))["type"] == "not_yours"
    await region.later(days=20)
    await becomes(region, application, "expired", "nobody")
    card = await region.get(f"/applications/{application['id']}", region.operator)
    assert [(step["action"], step["actor_words"]) for step in card["history"][1:]] == [("escalate", "система"), ("expire", "система")]
    assert card["history"][-1]["reason"] == "no_decision"


async def test_the_municipality_that_steps_in_sends_it_to_the_provider(lone_region: Region) -> None:
    region = lone_region
    application = await region.apply(await region.teacher())
    await region.later(days=12)
    await becomes(region, application, "municipality_review", "municipality")
    assert (await region.decide(application, region.municipality, "approve"))["status"] == "provider_review"


async def test_a_silent_provider_is_the_operators_business(lone_region: Region) -> None:
    region = lone_region
    application = await region.reviewed()
    await region.later(days=12)
    await becomes(region, application, "provider_review", "operator")
    assert [one["id"] for one in (await region.get("/applications", region.operator, view="mine"))["items"]] == [application["id"]]
    assert (await region.decide(application, region.lecturer, "accept"))["status"] == "accepted"


async def test_a_decision_in_time_stops_the_clock(lone_region: Region) -> None:
    region = lone_region
    application = await region.apply(await region.teacher())
    await region.decide(application, region.head, "approve")
    await region.decide(application, region.municipality, "approve")
    before = len(await region.service.told(StatusChanged))
    await region.later(days=2)
    assert len(await region.service.told(StatusChanged)) == before
    [left] = await region.rows("SELECT count(*) AS number FROM due WHERE kind = 'application_due'")
    assert left.number == 1


async def test_an_unanswered_question_expires(lone_region: Region) -> None:
    region = lone_region
    application = await region.apply(await region.teacher())
    await region.decide(application, region.head, "clarify", reason="snils")
    await region.later(days=12)
    await becomes(region, application, "expired", "nobody")
    card = await region.get(f"/applications/{application['id']}", region.operator)
    assert card["history"][-1]["reason_words"] == "Ответ не получен в срок"


async def test_an_accepted_seat_without_an_order_is_escalated_but_not_lost(lone_region: Region) -> None:
    region = lone_region
    application = await region.accepted()
    await region.later(days=25)
    await becomes(region, application, "accepted", "operator")
    assert (await region.seats())["held"] == 1


async def test_after_the_last_lesson_the_provider_has_to_sign(lone_region: Region) -> None:
    region = lone_region
    application = await region.accepted()
    await region.order("enrolment", application)
    await region.later(days=42)
    await becomes(region, application, "enrolled", "provider")
    card = await region.get(f"/applications/{application['id']}", region.lecturer)
    assert card["label"] == "Подписать приказ об окончании"


async def test_who_waits_in_vain_learns_it_when_the_group_starts(lone_region: Region) -> None:
    region = lone_region
    await region.service.call("PUT", f"/groups/{region.group}/capacity", region.lecturer, json={"capacity": 0})
    application = await region.decide(await region.reviewed(), region.lecturer, "waitlist")
    await region.later(days=21)
    await becomes(region, application, "expired", "nobody")
    assert (await region.get(f"/applications/{application['id']}", region.operator))["history"][-1]["reason"] == "no_seat"
    assert (await region.seats())["waiting"] == 0


async def test_a_group_that_changes_but_for_its_dates_gives_nobody_more_time(lone_region: Region) -> None:
    region = lone_region
    application = await region.accepted()
    in_ten_days = datetime.now(UTC) + timedelta(days=10)
    await region.hear_group(region.group, revision=2, capacity=12, said=in_ten_days)  # looked at before the deadline, but too late
    await region.later(days=25)
    await becomes(region, application, "accepted", "operator")
    card = await region.get(f"/applications/{application['id']}", region.operator)
    assert "reschedule" not in [step["action"] for step in card["history"]]
