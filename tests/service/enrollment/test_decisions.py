"""Decisions: reasons, questions and answers, many at once, the same intent twice."""

import asyncio
import re
from uuid import uuid4

import pytest

from shared.contracts.enrollment import StatusChanged
from tests.service.enrollment.story import OTHER_OKTMO, Region, day
from tests.support.service import Person


async def test_a_rejection_needs_a_reason_and_the_learner_reads_it(region: Region) -> None:
    teacher = await region.teacher()
    application = await region.apply(teacher)
    refusal = await region.decide(application, region.head, "reject", expect=422)
    assert refusal["errors"][0]["field"] == "reason"
    assert (await region.decide(application, region.head, "reject", reason="no_such", expect=422))["errors"][0]["field"] == "reason"
    assert (await region.decide(application, region.head, "reject", reason="group_cancelled", expect=422))["type"] == "invalid"
    assert (await region.decide(application, region.head, "reject", reason="other", expect=422))["errors"][0]["field"] == "remark"
    await region.decide(application, region.head, "reject", reason="no_substitute", remark="Подайте на февраль.")
    card = await region.get(f"/applications/{application['id']}", teacher)
    assert (card["status"], card["state"], card["holder"]["role"]) == ("rejected", "Отклонена", "nobody")
    assert card["history"][-1]["reason_words"] == "В дни занятий педагога некем заменить"
    assert card["history"][-1]["remark"] == "Подайте на февраль."
    assert card["allowed"] == []


async def test_words_of_a_decision_stay_out_of_events(lone_region: Region) -> None:
    region = lone_region
    application = await region.apply(await region.teacher())
    await region.decide(application, region.head, "clarify", remark="Кто заменит Иванову?")
    assert all("Иванову" not in one.model_dump_json() for one in await region.service.told())


async def test_a_question_goes_to_the_learner_and_the_answer_back_to_who_asked(region: Region) -> None:
    teacher = await region.teacher()
    application = await region.apply(teacher)
    await region.decide(application, region.head, "approve")
    asked = await region.decide(application, region.municipality, "clarify", reason="diploma_name")
    assert (asked["status"], asked["holder"]["role"]) == ("clarification", "learner")
    mine = await region.get(f"/applications/{application['id']}", teacher)
    assert mine["holder"]["words"] == "у вас"
    assert [one["action"] for one in mine["allowed"]] == ["withdraw", "answer"]
    answered = await region.post(f"/applications/{application['id']}/answers", teacher, {"text": "Фамилия до брака."}, expect=200)
    assert (answered["status"], answered["history"][-1]["remark"]) == ("municipality_review", "Фамилия до брака.")


async def test_a_decision_made_already_is_told_so(region: Region) -> None:
    application = await region.apply(await region.teacher())
    await region.decide(application, region.head, "approve")
    assert (await region.decide(application, region.head, "approve", expect=403))["type"] == "not_yours"
    await region.decide(application, region.municipality, "approve")
    await region.decide(application, region.lecturer, "accept")
    assert (await region.decide(application, region.lecturer, "accept", expect=409))["type"] == "moved_on"


async def test_two_deciders_at_once_decide_once(lone_region: Region) -> None:
    region = lone_region
    application = await region.apply(await region.teacher())
    body = {"decision": "approve"}
    answers = await asyncio.gather(
        *(region.service.call("POST", f"/applications/{application['id']}/decisions", region.head, json=body) for _ in range(8))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [403] * 7
    assert len(await region.service.told(StatusChanged)) == 2


async def test_fifty_clicks_with_one_key_are_one_application(lone_region: Region) -> None:
    region = lone_region
    teacher = await region.teacher()
    body = {"programme_id": str(region.programme), "group_ids": [str(region.group)]}
    answers = await asyncio.gather(*(region.patiently("POST", "/applications", teacher, body, key="click") for _ in range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(await region.rows("SELECT id FROM application")) == 1


async def test_applications_at_once_without_a_key_are_one_too(region: Region) -> None:
    teacher = await region.teacher()
    body = {"programme_id": str(region.programme), "group_ids": [str(region.group)]}
    answers = await asyncio.gather(*(region.patiently("POST", "/applications", teacher, body) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    assert {answer.json()["type"] for answer in answers if answer.status_code == 409} == {"already_applied"}


async def test_every_application_has_a_number_of_its_own(region: Region) -> None:
    teachers = [await region.teacher() for _ in range(6)]
    numbers = {one["number"] for one in await asyncio.gather(*(region.apply(teacher) for teacher in teachers))}
    assert len(numbers) == 6
    assert all(re.fullmatch(rf"ДПО-{day(0).year}-\d{{6}}", number) for number in numbers)


async def test_nobody_decides_about_themselves(region: Region) -> None:
    head = await region.teacher()
    application = await region.apply(head)
    in_office = Person("enrollment", head.person, [{"role": "school_specialist", "scope": str(region.school)}])
    card = await region.get(f"/applications/{application['id']}", in_office)
    assert card["allowed"] == []
    assert (await region.decide(application, in_office, "approve", expect=403))["type"] == "own_application"
    wish = {"programme_id": str(region.programme), "group_ids": [str(region.group)], "person_ids": [str(head.person)]}
    assert (await region.post("/appointments", in_office, wish, expect=403))["type"] == "own_application"


async def test_one_may_apply_again_after_the_end(region: Region) -> None:
    teacher = await region.teacher()
    first = await region.apply(teacher)
    await region.post(f"/applications/{first['id']}/withdrawal", teacher, expect=200)
    second = await region.apply(teacher)
    assert second["number"] > first["number"]


async def test_many_are_decided_together_or_not_at_all(region: Region) -> None:
    applications = [await region.apply(await region.teacher()) for _ in range(4)]
    ids = [one["id"] for one in applications]
    await region.decide(applications[3], region.head, "approve")
    body = {"decision": "approve", "application_ids": ids}
    refusal = await region.post("/applications/decisions", region.head, body, expect=403)
    assert refusal["number"] == applications[3]["number"]
    assert [await region.status(one) for one in applications[:3]] == ["school_review"] * 3
    done = await region.post("/applications/decisions", region.head, body | {"application_ids": ids[:3]}, expect=200)
    assert [one["status"] for one in done] == ["municipality_review"] * 3


async def test_many_acceptances_are_one_change_of_the_seats(region: Region) -> None:
    applications = [await region.reviewed() for _ in range(3)]
    body = {"decision": "accept", "application_ids": [one["id"] for one in applications]}
    before = (await region.get(f"/groups/{region.group}/seats", region.service.guest()))["revision"]
    await region.post("/applications/decisions", region.lecturer, body, expect=200)
    after = await region.get(f"/groups/{region.group}/seats", region.service.guest())
    assert (after["held"], after["revision"]) == (3, before + 1)


async def test_more_acceptances_than_seats_take_none(region: Region) -> None:
    await region.service.call("PUT", f"/groups/{region.group}/capacity", region.lecturer, json={"capacity": 2})
    applications = [await region.reviewed() for _ in range(3)]
    body = {"decision": "accept", "application_ids": [one["id"] for one in applications]}
    assert (await region.post("/applications/decisions", region.lecturer, body, expect=409))["type"] == "group_full"
    assert (await region.seats())["held"] == 0
    assert [await region.status(one) for one in applications] == ["provider_review"] * 3


@pytest.mark.parametrize("decision", ["approve", "reject", "clarify", "accept", "waitlist", "offer"])
async def test_somebody_elses_application_is_an_unknown_one(region: Region, decision: str) -> None:
    application = await region.apply(await region.teacher())
    strangers = [
        region.service.staff("school_specialist", uuid4()),
        region.service.staff("municipal_specialist", OTHER_OKTMO),
        region.service.staff("provider_specialist", uuid4()),
        region.service.staff("agency_specialist", uuid4()),
    ]
    for stranger in strangers:
        body = {"decision": decision, "reason": "other", "remark": "?"}
        foreign = await region.service.call("POST", f"/applications/{application['id']}/decisions", stranger, json=body)
        unknown = await region.service.call("POST", f"/applications/{uuid4()}/decisions", stranger, json=body)
        assert (foreign.status_code, foreign.content) == (unknown.status_code, unknown.content) == (404, unknown.content)


async def test_the_operator_may_decide_for_a_silent_holder(region: Region) -> None:
    application = await region.apply(await region.teacher())
    approved = await region.decide(application, region.operator, "approve")
    assert approved["history"][-1]["actor_words"] == "оператор"


async def test_an_organisation_of_an_agency_is_approved_by_the_agency(region: Region) -> None:
    agency = uuid4()
    await region.hear_organisation(region.school, revision=2, agency_id=agency)
    application = await region.apply(await region.teacher())
    approved = await region.decide(application, region.head, "approve")
    assert (approved["status"], approved["holder"]["role"]) == ("municipality_review", "agency")
    assert (await region.decide(application, region.municipality, "approve", expect=403))["type"] == "not_yours"
    done = await region.decide(application, region.service.staff("agency_specialist", agency), "approve")
    assert done["status"] == "provider_review"


async def test_guards_before_an_application(region: Region) -> None:
    teacher = await region.teacher()

    async def refused(body: dict[str, object], who: object = None, expect: int = 409) -> str:
        answer = await region.service.call("POST", "/applications", who or teacher, json=body)  # type: ignore[arg-type]
        assert answer.status_code == expect, answer.text
        return str(answer.json()["type"])

    closed, foreign, later = uuid4(), uuid4(), uuid4()
    await region.hear_group(closed, enrolment_closes=day(-1))
    await region.hear_group(later, enrolment_opens=day(2))
    await region.hear_group(foreign, programme_id=uuid4())
    wish = {"programme_id": str(region.programme)}
    assert await refused(wish | {"group_ids": [str(closed)]}) == "window_closed"
    assert await refused(wish | {"group_ids": [str(later)]}) == "window_closed"
    assert await refused(wish | {"group_ids": [str(foreign)]}, expect=422) == "invalid"
    assert await refused(wish | {"group_ids": [str(uuid4())]}, expect=422) == "invalid"
    assert await refused({"programme_id": str(uuid4()), "group_ids": [str(region.group)]}, expect=404) == "not_found"
    homeless = await region.teacher(organisation_id=None)
    assert await refused(wish | {"group_ids": [str(region.group)]}, homeless) == "workplace_missing"
    silent = await region.teacher("assessment")
    assert await refused(wish | {"group_ids": [str(region.group)]}, silent, expect=403) == "forbidden"
    liar = region.service.teacher(silent.person, "training")
    assert await refused(wish | {"group_ids": [str(region.group)]}, liar, expect=403) == "consent_missing"


async def test_a_learner_outside_the_audience_is_remarked(region: Region) -> None:
    application = await region.apply(await region.teacher(position="methodist"))
    codes = [one["code"] for one in application["warnings"]]
    assert codes == ["position_differs", "register_gaps"]
    queue = await region.get("/applications", region.head, view="mine")
    assert [one["code"] for one in queue["items"][0]["warnings"]] == codes


async def test_a_proposed_training_waits_for_the_teacher(region: Region) -> None:
    teacher = await region.teacher()
    wish = {"programme_id": str(region.programme), "group_ids": [str(region.group)], "person_ids": [str(teacher.person)]}
    [proposed] = await region.post("/appointments", region.head, wish, expect=201)
    assert (proposed["status"], proposed["holder"]["role"], proposed["channel"]) == ("teacher_confirmation", "learner", "appointment")
    confirmed = await region.post(f"/applications/{proposed['id']}/confirmation", teacher, expect=200)
    assert confirmed["status"] == "municipality_review"  # the head who proposed need not approve
    stranger = region.service.staff("school_specialist", uuid4())
    assert (await region.post("/appointments", stranger, wish, expect=404))["type"] == "not_found"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("withdrawal", None),
        ("confirmation", None),
        ("answers", {"text": "Ответ"}),
        ("offer", {"accept": True}),
        ("offer", {"accept": False}),
    ],
)
async def test_a_colleagues_application_is_an_unknown_one(region: Region, path: str, body: dict[str, object] | None) -> None:
    application, colleague = await region.apply(await region.teacher()), await region.teacher()
    foreign = await region.service.call("POST", f"/applications/{application['id']}/{path}", colleague, json=body)
    unknown = await region.service.call("POST", f"/applications/{uuid4()}/{path}", colleague, json=body)
    assert (foreign.status_code, foreign.content) == (404, unknown.content)
    assert (await region.service.call("GET", f"/applications/{application['id']}", colleague)).status_code == 404
    assert await region.status(application) == "school_review"
