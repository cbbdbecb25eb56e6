"""A person goes: what has no other ground is destroyed, and no late fact brings it back."""

import json
from uuid import uuid4

from shared.contracts.enrollment import ConsentWithdrawn, StatusChanged, SuggestionLapsed
from shared.contracts.erasure import EnrollmentPersonErased, NotifyPersonErased
from shared.contracts.routes import RouteAccepted, RoutePlanned, SeatsAllocated
from tests.contract.flows.wire import like
from tests.service.enrollment.story import Region, snils
from tests.support.service import Person, envelope_of
from tests.support.stage import eventually

CANARY = "Канарейкина"
NUMBER = snils(987_654_321)


async def everything(region: Region) -> str:
    """Every row of every table of the service, as text."""
    names = await region.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    return "\n".join([str(row[0]) for (name,) in names for row in await region.rows(f'SELECT t::text FROM "{name}" t')])


async def erase(region: Region, who: Person, purpose: str = "training", **params: object) -> str:
    answer = await region.service.call("DELETE", f"/me/consents/{purpose}", who, params=params)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["request_id"])


async def test_nothing_of_an_erased_person_is_left(lone_region: Region) -> None:
    region = lone_region
    teacher = await region.teacher(family_name=CANARY, snils=NUMBER, subject="canary-account")
    application = await region.reviewed(teacher)
    await region.decide(application, region.lecturer, "clarify", remark=f"Почему {CANARY}?")
    assert CANARY in await everything(region)
    request = await erase(region, teacher)

    left = await everything(region)
    for trace in (CANARY, NUMBER, "canary-account"):
        assert trace not in left
    assert await region.status(application) == "withdrawn"
    [withdrawn] = [one for one in await region.service.told(ConsentWithdrawn) if one.data["erase"]]
    assert withdrawn.data["request_id"] == request
    assert {one.data["request_id"] for one in await region.service.told(ConsentWithdrawn)} == {request}
    [answer] = await region.service.told(EnrollmentPersonErased)
    assert answer.data["erased"]["learners"] == 1
    assert answer.data["kept"] == []
    assert (await region.service.call("GET", "/me/profile", teacher)).status_code == 404
    assert (await region.rows("SELECT count(*) AS n FROM consent WHERE withdrawn_at IS NOT NULL"))[0].n == 3


async def test_a_seat_of_an_erased_person_is_free(lone_region: Region) -> None:
    region = lone_region
    teacher = await region.teacher()
    await region.accepted(teacher)
    await erase(region, teacher)
    assert await region.seats() == {"capacity": 10, "held": 0, "taken": 0, "waiting": 0}
    last = (await region.service.told(StatusChanged))[-1].data
    assert (last["to_status"], last["reason"]) == ("withdrawn", "consent_withdrawn")


async def test_late_facts_about_an_erased_person_are_dropped(lone_region: Region) -> None:
    region = lone_region
    teacher = await region.teacher()
    await erase(region, teacher)
    route = uuid4()
    plan = like(RoutePlanned, route_id=route, person_id=teacher.person, status="accepted")
    accepted = like(RouteAccepted, route_id=route, person_id=teacher.person)
    seat = like(SeatsAllocated, allocation_id=uuid4(), person_id=teacher.person, route_id=route)
    await region.service.hear(
        envelope_of(plan, subject=route), envelope_of(accepted, subject=route, revision=2), envelope_of(seat, subject=seat.allocation_id)
    )
    assert await region.rows("SELECT 1 FROM route UNION ALL SELECT 1 FROM suggestion") == []


async def test_what_the_law_keeps_of_a_training_is_kept_and_said(lone_region: Region) -> None:
    region = lone_region
    teacher = await region.teacher(family_name=CANARY)
    application = await region.accepted(teacher)
    await region.order("enrolment", application)
    await erase(region, teacher)
    assert await region.status(application) == "enrolled"
    [answer] = await region.service.told(EnrollmentPersonErased)
    assert answer.data["kept"][0]["count"] == 1
    assert "273-ФЗ" in answer.data["kept"][0]["ground"]
    named = await region.get("/names", region.lecturer, person_id=[str(teacher.person)])
    assert [one["family_name"] for one in named] == [CANARY]
    for who in (region.head, region.municipality, region.operator):
        assert await region.get("/names", who, person_id=[str(teacher.person)]) == []
    [row] = await region.rows("SELECT organisation_id, position, subjects FROM learner WHERE person_id = :id", id=teacher.person)
    assert (row.organisation_id, row.position, row.subjects) == (None, None, [])


async def test_a_person_who_comes_back_is_a_new_one(lone_region: Region) -> None:
    region = lone_region
    teacher = await region.teacher(subject="same", snils=NUMBER)
    await region.order("enrolment", await region.accepted(teacher))
    await erase(region, teacher)
    again = await region.teacher(subject="same", snils=NUMBER)
    assert again.person != teacher.person


async def test_another_purpose_taken_back_leaves_the_person(lone_region: Region) -> None:
    region = lone_region
    teacher = await region.teacher()
    await erase(region, teacher, "notifications")
    [withdrawn] = await region.service.told(ConsentWithdrawn)
    assert (withdrawn.data["purpose"], withdrawn.data["erase"], withdrawn.dporevision) == ("notifications", False, 2)
    consents = await region.get("/me/consents", teacher)
    assert {one["purpose"] for one in consents if one["withdrawn_at"] is None} == {"training", "assessment"}
    answer = await region.service.call("DELETE", "/me/consents/notifications", teacher)
    assert answer.json()["type"] == "consent_not_given"
    await region.post("/me/consents", teacher, {"purpose": "notifications", "text_version": 1}, expect=201)
    assert len(await region.get("/me/consents", teacher)) == 4


async def test_consent_to_training_taken_back_without_erasure_ends_what_no_order_stands_behind(lone_region: Region) -> None:
    region = lone_region
    teacher = await region.teacher()
    application = await region.apply(teacher)
    await erase(region, teacher, erase=False)
    assert await region.status(application) == "withdrawn"
    assert (await region.get("/me/profile", teacher))["family_name"]
    assert await region.service.told(SuggestionLapsed) == []


async def test_the_register_shows_who_has_answered_and_who_is_late(lone_region: Region) -> None:
    region = lone_region
    teacher = await region.teacher()
    request = await erase(region, teacher)
    answer = like(NotifyPersonErased, request_id=request, person_id=teacher.person, erased={"contacts": 1})
    await region.service.hear(envelope_of(answer, subject=answer.request_id), envelope_of(answer, subject=answer.request_id))
    [shown] = await region.get("/erasures", region.operator)
    assert [one["service"] for one in shown["answers"]] == ["enrollment", "notify"]
    assert set(shown["missing"]) == {"catalog", "assessment", "routes", "reports", "gateway", "traces", "mail_sink"}
    assert not shown["overdue"]
    await region.later(days=31)

    async def overdue() -> bool:
        return bool((await region.get("/erasures", region.operator))[0]["overdue"])

    await eventually(overdue)
    assert json.dumps(shown, ensure_ascii=False).count(teacher.person.hex) == 0  # type: ignore[union-attr]
