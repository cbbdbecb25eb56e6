"""Persons: nothing before consent, one record each, names for those in whose scope they are."""

import asyncio
from uuid import UUID, uuid4

from services.enrollment.queries.pages import cursor_after
from shared.contracts.enrollment import ConsentGranted, LearnerChanged
from shared.contracts.gateway import RoleGranted, RoleRevoked
from tests.contract.flows.wire import like
from tests.service.enrollment.story import OKTMO, OTHER_OKTMO, Region, day, snils
from tests.support.service import envelope_of
from tests.support.stage import eventually

CLAIMS = {
    "issuer": "https://school.example",
    "subject": "7",
    "family_name": "Канарейкина",
    "given_name": "Юлия",
    "birth_date": "1990-01-01",
    "consents": [{"purpose": "training", "text_version": 1}],
}


async def test_nothing_is_stored_before_a_consent(lone_region: Region) -> None:
    region = lone_region
    gateway = region.service.staff("gateway")
    for consents in ([], [{"purpose": "notifications", "text_version": 1}]):
        answer = await region.service.call("POST", "/learners", gateway, json=CLAIMS | {"consents": consents})
        assert (answer.status_code, answer.json()["type"]) == (403, "consent_missing")
    newer = [{"purpose": "training", "text_version": 2}]
    answer = await region.service.call("POST", "/learners", gateway, json=CLAIMS | {"consents": newer})
    assert (answer.status_code, answer.json()["type"]) == (409, "consent_text_changed")
    assert await region.rows("SELECT 1 FROM learner UNION ALL SELECT 1 FROM identity UNION ALL SELECT 1 FROM consent") == []


async def test_one_account_is_one_person_however_often_it_comes(lone_region: Region) -> None:
    region = lone_region
    gateway = region.service.staff("gateway")
    answers = await asyncio.gather(*(region.service.call("POST", "/learners", gateway, json=CLAIMS) for _ in range(12)))
    assert len({answer.json()["person_id"] for answer in answers}) == 1
    assert len(await region.service.told(ConsentGranted)) == 1
    assert len(await region.service.told(LearnerChanged)) == 1


async def test_only_the_gateway_registers(region: Region) -> None:
    for who in (region.operator, region.head, region.service.teacher(), region.service.guest()):
        answer = await region.service.call("POST", "/learners", who, json=CLAIMS)
        assert answer.status_code in (401, 403)


async def test_a_second_issuer_finds_the_person_by_a_confirmed_number(region: Region) -> None:
    gateway = region.service.staff("gateway")
    claims = CLAIMS | {"subject": str(uuid4())} | {"snils": snils(uuid4().int % 900_000_000 + 50_000_000)}
    first = await region.post("/learners", gateway, claims, expect=201)
    second = await region.post("/learners", gateway, claims | {"issuer": "https://state.example", "subject": str(uuid4())}, expect=201)
    assert first["person_id"] == second["person_id"]
    other = claims | {"issuer": "https://state.example", "subject": str(uuid4()), "family_name": "Другая"}
    assert (await region.post("/learners", gateway, other, expect=409))["type"] == "snils_taken"


async def test_a_number_typed_into_a_profile_never_lets_anybody_in(region: Region) -> None:
    thief = await region.teacher(family_name="Канарейкина", birth_date="1990-01-01", snils=None)
    number = snils(uuid4().int % 900_000_000 + 50_000_000)
    answer = await region.service.call("PUT", "/me/profile", thief, json={"snils": number, "birth_date": "1990-01-01"})
    assert answer.status_code == 200
    gateway = region.service.staff("gateway")
    refusal = await region.post("/learners", gateway, CLAIMS | {"subject": str(uuid4()), "snils": number}, expect=409)
    assert refusal["type"] == "snils_taken"


async def test_a_profile_says_what_the_federal_register_will_ask(region: Region) -> None:
    teacher = await region.teacher()
    profile = await region.get("/me/profile", teacher)
    assert profile["missing"] == ["gender", "citizenship", "education_level", "diploma_family_name", "diploma_number"]
    full = {
        "organisation_id": str(region.school),
        "position": "teacher",
        "subjects": ["mathematics"],
        "levels": ["basic_general"],
        "birth_date": "1985-04-12",
        "gender": "female",
        "citizenship": "643",
        "education_level": "higher",
        "diploma_family_name": "Смирнова",
        "diploma_number": "0118204",
    }
    answer = await region.service.call("PUT", "/me/profile", teacher, json=full)
    assert answer.status_code == 200
    assert answer.json()["missing"] == []
    assert answer.json()["snils"] == profile["snils"]  # the issuer's word stands
    assert (await region.apply(teacher))["warnings"] == []


async def test_a_profile_refuses_what_is_wrong_and_never_echoes_it(region: Region) -> None:
    teacher = await region.teacher(snils=None)
    for field, value in (("snils", "112-233-445 96"), ("organisation_id", str(uuid4())), ("gender", "x"), ("family_name", "Новая")):
        answer = await region.service.call("PUT", "/me/profile", teacher, json={field: value})
        assert answer.status_code == 422
        assert value not in answer.text
    taken = await region.teacher()
    number = (await region.get("/me/profile", taken))["snils"]
    answer = await region.service.call("PUT", "/me/profile", teacher, json={"snils": number})
    assert answer.json()["type"] == "snils_taken"


async def test_names_are_for_those_in_whose_scope_the_person_is(region: Region) -> None:
    applicant, colleague = await region.teacher(), await region.teacher()
    stranger = await region.teacher(organisation_id=None)
    await region.reviewed(applicant)
    everybody = [str(one.person) for one in (applicant, colleague, stranger)]

    async def seen(who: object) -> list[str]:
        names = await region.get("/names", who, person_id=everybody)  # type: ignore[arg-type]
        return [one["person_id"] for one in sorted(names, key=lambda one: everybody.index(one["person_id"]))]

    assert await seen(region.head) == everybody[:2]
    assert await seen(region.municipality) == everybody[:2]
    assert await seen(region.lecturer) == everybody[:1]
    assert await seen(applicant) == everybody[:1]
    assert await seen(region.operator) == everybody
    assert await seen(region.service.staff("provider_specialist", uuid4())) == []
    assert await seen(region.service.staff("school_specialist", uuid4())) == []
    assert await seen(region.service.staff("municipal_specialist", OTHER_OKTMO)) == []
    answer = await region.service.call("GET", "/names", region.service.staff("ministry"), params={"person_id": everybody})
    assert answer.status_code == 403
    [name] = await region.get("/names", applicant, person_id=everybody[:1])
    assert (name["short"], name["salutation"]) == (f"{name['family_name']} М. С.", "Мария Сергеевна")


async def test_the_holder_is_named_by_the_grants_of_today(region: Region) -> None:
    teacher, head, deputy = await region.teacher(), await region.teacher(), await region.teacher()
    grants = []
    for person, stands_in in ((head, None), (deputy, uuid4())):
        grant = like(
            RoleGranted,
            grant_id=uuid4(),
            person_id=person.person,
            role="school_specialist",
            scope_kind="organisation",
            scope=str(region.school),
            valid_from=day(-1),
            valid_until=day(100),
            deputy_of=stands_in,
        )
        grants.append(grant)
        await region.service.hear(envelope_of(grant, subject=grant.grant_id))
    application = await region.apply(teacher)
    assert application["holder"]["people"] == [
        {"person_id": str(head.person), "deputy": False},
        {"person_id": str(deputy.person), "deputy": True},
    ]
    [name] = await region.get("/names", teacher, person_id=[str(head.person)])
    assert name["person_id"] == str(head.person)
    revoked = like(RoleRevoked, **grants[0].model_dump(include={"grant_id", "person_id", "role", "scope_kind", "scope"}))
    await region.service.hear(envelope_of(revoked, subject=revoked.grant_id, revision=2))
    await region.service.hear(envelope_of(grants[0], subject=revoked.grant_id, revision=1))
    card = await region.get(f"/applications/{application['id']}", teacher)
    assert card["holder"]["people"] == [{"person_id": str(deputy.person), "deputy": True}]


async def test_a_teacher_who_changes_school_takes_the_application_along(region: Region) -> None:
    teacher = await region.teacher()
    application = await region.apply(teacher)
    other = uuid4()
    await region.hear_organisation(other, oktmo=OTHER_OKTMO)
    answer = await region.service.call("PUT", "/me/profile", teacher, json={"organisation_id": str(other), "position": "teacher"})
    assert answer.json()["oktmo"] == OTHER_OKTMO
    assert (await region.service.call("GET", f"/applications/{application['id']}", region.head)).status_code == 404
    card = await region.decide(application, region.service.staff("school_specialist", other), "approve")
    assert card["history"][1]["reason"] == "school_changed"
    assert card["holder"]["scope"] == OTHER_OKTMO


async def test_a_school_heard_of_late_completes_its_people(region: Region) -> None:
    late = uuid4()
    teacher = await region.teacher(organisation_id=str(late))
    assert (await region.get("/me/profile", teacher))["oktmo"] is None
    await region.hear_organisation(late)

    async def told() -> str | None:
        facts = [one.data for one in await region.service.told(LearnerChanged) if one.subject == teacher.person]
        return facts[-1]["oktmo"]  # type: ignore[no-any-return]

    await eventually(told, equals=OKTMO)


async def test_the_queue_shows_what_waits_for_the_caller_page_by_page(lone_region: Region) -> None:
    region = lone_region
    made = [await region.apply(await region.teacher()) for _ in range(5)]
    await region.decide(made[0], region.head, "approve")
    first = await region.get("/applications", region.head, view="mine", limit=3)
    assert (first["total"], len(first["items"])) == (4, 3)
    second = await region.get("/applications", region.head, view="mine", limit=3, cursor=first["next"])
    assert second["next"] is None
    assert [one["id"] for one in first["items"] + second["items"]] == [one["id"] for one in made[1:]]
    everything = await region.get("/applications", region.head, view="all", limit=2)
    assert [one["id"] for one in everything["items"]] == [made[4]["id"], made[3]["id"]]
    rest = await region.get("/applications", region.head, view="all", cursor=everything["next"])
    assert [one["id"] for one in rest["items"]] == [one["id"] for one in reversed(made[:3])]
    assert (await region.get("/applications", region.municipality))["total"] == 1
    assert (await region.get("/applications", region.head, view="all", number=str(int(made[2]["number"][-6:]))))["total"] == 1
    assert (await region.get("/applications", region.head, view="all", status=["school_review", "expired"]))["total"] == 4
    assert (await region.get("/applications", region.service.staff("auditor"), view="all"))["total"] == 5
    assert (await region.get("/applications", region.service.staff("auditor"), view="mine"))["total"] == 0
    crafted = [cursor_after("2026-13-41", "ДПО-2026-000001"), cursor_after("\ud800", "\ud800"), cursor_after("2026-12-01", "\ud800")]
    for broken in ("!", "WyJhIl0", "bnVsbA", "x" * 299, *crafted):
        await region.get("/applications", region.head, cursor=broken, expect=422)


async def test_a_roster_is_the_providers(region: Region) -> None:
    application = await region.accepted()
    await region.order("enrolment", application, number="1-К")
    roster = await region.get(f"/groups/{region.group}/roster", region.lecturer)
    assert [(one["number"], one["order"]["number"]) for one in roster["lines"]] == [(application["number"], "1-К")]
    assert roster["seats"]["taken"] == 1
    assert UUID(roster["lines"][0]["person_id"])
    await region.get(f"/groups/{region.group}/roster", region.service.staff("provider_specialist", uuid4()), expect=404)
    await region.get(f"/groups/{uuid4()}/roster", region.lecturer, expect=404)
