"""Versions of a programme: read by somebody else, compared field by field, and never seen by the public before that."""

from typing import Any
from uuid import uuid4

from shared.contracts.catalog import GroupAnnounced, ProgrammePublished
from tests.service.catalog.conftest import Register
from tests.support.service import Person


async def edited(register: Register, programme: dict[str, Any], who: Person | None = None, **changes: Any) -> dict[str, Any]:
    """Change what the provider works on."""
    edition = await register.get(f"/programmes/{programme['id']}/edition", register.specialist)
    return await register.done("PUT", f"/programmes/{programme['id']}", who or register.specialist, edition["facts"] | changes)


async def test_a_programme_is_published_by_a_second_reader(register: Register) -> None:
    draft = await register.draft()
    submitted = await register.submitted(draft)
    assert (submitted["status"], submitted["review"]["state"], submitted["review"]["own"]) == ("in_review", "in_review", True)
    assert await register.titles() == []
    answer = await register.refused("GET", f"/programmes/{draft['id']}", register.service.guest())
    assert answer.status_code == 404
    published = await register.approved(submitted)
    assert (published["status"], published["review"]["state"]) == ("published", "published")
    assert await register.titles() == [draft["title"]]
    assert (await register.get(f"/programmes/{draft['id']}"))["review"] is None


async def test_submitting_twice_is_one_version(register: Register) -> None:
    draft = await register.draft()
    for _ in range(2):
        await register.submitted(draft)
    listed = await register.get(f"/programmes/{draft['id']}/versions", register.specialist)
    assert [one["number"] for one in listed["items"]] == [1]


async def test_nobody_reads_what_they_wrote_or_submitted(register: Register) -> None:
    draft = await register.done("POST", "/programmes", register.operator, register.facts())
    submitted = await register.submitted(draft, register.reader)
    read = {"version": submitted["review"]["number"]}
    remarks = {**read, "remarks": [{"field": "title", "text": "Короче"}]}
    for who in (register.operator, register.reader):
        for path, body in (("publication", read), ("return", remarks)):
            answer = await register.refused("POST", f"/programmes/{draft['id']}/{path}", who, body)
            assert (answer.status_code, answer.json()["type"]) == (403, "own_version")
    third = register.service.staff("operator", "third")
    assert (await register.done("POST", f"/programmes/{draft['id']}/publication", third, read))["status"] == "published"


async def test_a_provider_never_publishes(register: Register) -> None:
    submitted = await register.submitted(await register.draft())
    read = {"version": 1}
    for who in (register.specialist, register.service.staff("auditor"), register.service.staff("ministry")):
        answer = await register.refused("POST", f"/programmes/{submitted['id']}/publication", who, read)
        assert answer.status_code == 403


async def test_the_published_version_stays_while_a_change_is_read(register: Register) -> None:
    programme = await register.published(title="Прежнее название")
    changed = await edited(register, programme, title="Новое название")
    assert (changed["title"], changed["status"], changed["review"]["number"]) == ("Прежнее название", "published", 2)
    assert changed["revision"] == programme["revision"] + 1
    assert await register.titles() == ["Прежнее название"]
    assert len(await register.service.told(ProgrammePublished)) == 1
    seen = await register.get(f"/programmes/{programme['id']}/versions/2", register.reader)
    assert (seen["title"], seen["review"]["own"]) == ("Новое название", False)
    await register.approved(changed)
    assert await register.titles() == ["Новое название"]
    revisions = [one.dporevision for one in await register.service.told(ProgrammePublished)]
    assert revisions == sorted(set(revisions))
    assert len(revisions) == 2


async def test_a_change_of_a_change_replaces_it_and_a_change_back_needs_no_reader(register: Register) -> None:
    programme = await register.published(title="Прежнее название")
    await edited(register, programme, title="Новое название")
    await edited(register, programme, title="Ещё новее")
    late = await register.refused("POST", f"/programmes/{programme['id']}/publication", register.reader, {"version": 2})
    assert (late.status_code, late.json()["type"]) == (409, "not_in_review")
    await edited(register, programme, title="Прежнее название")
    assert (await register.get("/submissions", register.reader))["items"] == []
    listed = await register.get(f"/programmes/{programme['id']}/versions", register.specialist)
    assert [(one["number"], one["state"]) for one in listed["items"]] == [(3, "replaced"), (2, "replaced"), (1, "published")]


async def test_the_fixed_facts_of_a_published_programme_do_not_change(register: Register) -> None:
    programme = await register.published()
    edition = await register.get(f"/programmes/{programme['id']}/edition", register.specialist)
    body = edition["facts"] | {"code": "ПК-26-9999"}
    answer = await register.refused("PUT", f"/programmes/{programme['id']}", register.specialist, body)
    assert (answer.status_code, answer.json()["type"]) == (409, "programme_fixed")


async def test_remarks_come_back_field_by_field_and_nothing_typed_is_lost(register: Register) -> None:
    programme = await register.published(title="Прежнее название")
    await edited(register, programme, title="Новое название")
    remarks = [{"field": "title", "text": "Название слишком общее"}, {"field": "", "text": "Проверьте часы"}]
    path = f"/programmes/{programme['id']}"
    returned = await register.done("POST", f"{path}/return", register.reader, {"version": 2, "remarks": remarks})
    assert (returned["status"], returned["title"], returned["review"]["remarks"]) == ("published", "Прежнее название", remarks)
    edition = await register.get(f"{path}/edition", register.specialist)
    assert (edition["facts"]["title"], edition["review"]["state"]) == ("Новое название", "returned")
    own = await register.get("/own-programmes", register.specialist)
    assert [(one["status"], one["review"]) for one in own["items"]] == [("published", "returned")]
    again = await edited(register, programme, title="Вероятность в основной школе")
    assert again["review"]["number"] == 3
    strange = {"version": 3, "remarks": [{"field": "colour", "text": "Нет такого"}]}
    answer = await register.refused("POST", f"{path}/return", register.reader, strange)
    assert answer.json()["errors"][0]["field"] == "remarks"


async def test_a_returned_draft_is_submitted_again(register: Register) -> None:
    submitted = await register.submitted(await register.draft())
    body = {"version": 1, "remarks": [{"text": "Добавьте разделы"}]}
    returned = await register.done("POST", f"/programmes/{submitted['id']}/return", register.reader, body)
    assert (returned["status"], returned["review"]["state"]) == ("draft", "returned")
    published = await register.approved(returned)
    assert (published["status"], published["review"]["number"]) == ("published", 2)


async def test_the_difference_is_said_in_words(register: Register) -> None:
    programme = await register.published(title="Прежнее название")
    teachers = [{"name": "Иванова И. И.", "position": "доцент", "degree": "к. п. н."}]
    await edited(register, programme, title="Новое название", hours=48, audience={"subjects": ["mathematics"]}, teachers=teachers)
    newest, first = (await register.get(f"/programmes/{programme['id']}/versions", register.specialist))["items"]
    assert (first["first"], newest["first"]) == (True, False)
    assert {"field": "title", "label": "Название", "old": [], "new": ["Прежнее название"]} in first["changes"]
    assert [(one["label"], one["old"], one["new"]) for one in newest["changes"]] == [
        ("Название", ["Прежнее название"], ["Новое название"]),
        ("Объём, часов", ["36"], ["48"]),
        ("Предметы", [], ["Математика"]),
        ("Преподаватели", [], ["Иванова И. И., доцент, к. п. н."]),
    ]
    for who in (register.service.staff("ministry"), register.service.staff("auditor")):
        assert await register.get(f"/programmes/{programme['id']}/versions", who)


async def test_versions_are_their_providers_and_the_regions(register: Register) -> None:
    programme = await register.published()
    stranger = register.service.staff("provider_specialist", uuid4())
    for path in ("versions", "versions/1", "edition", "readiness"):
        foreign = await register.refused("GET", f"/programmes/{programme['id']}/{path}", stranger)
        unknown = await register.refused("GET", f"/programmes/{uuid4()}/{path}", stranger)
        assert (foreign.status_code, foreign.json()) == (404, unknown.json())
    assert (await register.refused("GET", f"/programmes/{programme['id']}/versions", register.service.guest())).status_code == 401
    assert (await register.refused("GET", "/submissions", register.specialist)).status_code == 403


async def test_the_queue_holds_what_waits_and_says_whose_it_is(register: Register) -> None:
    await register.submitted(await register.draft(title="Первая"))
    own = await register.done("POST", "/programmes", register.reader, register.facts(title="Своя"))
    await register.submitted(own, register.reader)
    await register.draft(title="Ещё пишут")
    waiting = (await register.get("/submissions", register.reader))["items"]
    assert [(one["title"], one["first"], one["review"]["own"]) for one in waiting] == [("Первая", True, False), ("Своя", True, True)]


async def test_a_stale_change_is_refused_with_what_stands_now(register: Register) -> None:
    draft = await register.draft(title="Общее")
    facts = (await register.get(f"/programmes/{draft['id']}/edition", register.specialist))["facts"]
    path = f"/programmes/{draft['id']}"

    async def put(title: str, revision: str) -> Any:
        headers = {"if-match": revision}
        return await register.service.call("PUT", path, register.specialist, json=facts | {"title": title}, headers=headers)

    assert (await put("Моё", '"1"')).status_code == 200
    late = await put("Коллеги", '"1"')
    assert (late.status_code, late.json()["type"], late.json()["revision"]) == (412, "stale_revision", 2)
    assert late.json()["current"]["title"] == "Моё"
    assert (await register.get(path, register.specialist))["title"] == "Моё"
    assert (await put("Коллеги", '"2"')).status_code == 200
    assert (await put("Без кавычек", "2")).status_code == 422


async def test_a_second_version_of_a_published_programme_meets_the_first(register: Register) -> None:
    programme = await register.published(title="Прежнее")
    facts = (await register.get(f"/programmes/{programme['id']}/edition", register.specialist))["facts"]
    headers = {"if-match": f'"{programme["revision"]}"'}
    answers = [
        await register.service.call(
            "PUT", f"/programmes/{programme['id']}", register.specialist, json=facts | {"title": one}, headers=headers
        )
        for one in ("Одна правка", "Другая правка")
    ]
    assert [one.status_code for one in answers] == [200, 412]
    assert answers[1].json()["current"]["title"] == "Одна правка"


async def test_organisations_and_groups_meet_two_editors_too(register: Register) -> None:
    place = await register.organisation(name="Первое имя")
    programme = await register.published()
    group = await register.group(programme)
    stated = {"code": place["code"], "kind": "provider", "name": "Второе имя", "short_name": place["short_name"]}
    changes = (
        (f"/organisations/{place['id']}", register.operator, stated, stated | {"name": "Третье имя"}, "name", "Второе имя"),
        (
            f"/groups/{group['id']}",
            register.specialist,
            register.dates(place="Кабинет 1") | {"reason": "Нашли кабинет"},
            register.dates(place="Кабинет 2") | {"reason": "Нашли другой"},
            "place",
            "Кабинет 1",
        ),
    )
    for path, who, first, second, field, kept in changes:
        headers = {"if-match": '"1"'}
        answers = [await register.service.call("PUT", path, who, json=body, headers=headers) for body in (first, second)]
        assert [one.status_code for one in answers] == [200, 412]
        assert answers[1].json()["current"][field] == kept


async def test_a_group_never_opens_the_review_again(register: Register) -> None:
    programme = await register.published()
    await register.group(programme)
    card = await register.get(f"/programmes/{programme['id']}", register.specialist)
    assert (card["revision"], card["review"]["number"]) == (programme["revision"], 1)
    assert len(await register.service.told(GroupAnnounced)) == 1


async def test_a_withdrawal_takes_the_waiting_version_back_and_an_archive_follows(register: Register) -> None:
    programme = await register.published()
    await edited(register, programme, title="Новое название")
    path = f"/programmes/{programme['id']}"
    open_still = await register.refused("POST", f"{path}/archive", register.specialist)
    assert open_still.json()["type"] == "programme_open"
    await register.done("POST", f"{path}/withdrawal", register.specialist, {"reason": "Программа устарела"})
    assert (await register.get("/submissions", register.reader))["items"] == []
    archived = await register.done("POST", f"{path}/archive", register.specialist)
    assert archived["status"] == "archived"
    assert (await register.get(path))["withdrawal_reason"] == "Программа устарела"
    assert (await register.refused("PUT", path, register.specialist, register.facts())).json()["type"] == "programme_closed"


async def test_a_preview_keeps_nothing(register: Register) -> None:
    shown = await register.done("POST", "/programme-previews", register.specialist, register.facts(title="Ещё не сохранено"))
    assert (shown["title"], shown["status"], shown["competences"][0]["share"]) == ("Ещё не сохранено", "draft", 0.4)
    assert (await register.get("/own-programmes", register.specialist))["items"] == []
    foreign = await register.organisation()
    answer = await register.refused("POST", "/programme-previews", register.specialist, register.facts(provider_id=foreign["id"]))
    assert answer.status_code == 404


async def test_the_new_facts_stand_on_the_card_and_in_no_event(register: Register) -> None:
    teachers = [{"name": "Иванова И. И.", "position": "доцент", "degree": ""}]
    programme = await register.published(
        goal="Научатся делиться", teachers=teachers, register_number="ФР-12345", register_until="2029-12-31"
    )
    card = await register.get(f"/programmes/{programme['id']}")
    assert (card["goal"], card["teachers"], card["register_number"]) == ("Научатся делиться", teachers, "ФР-12345")
    assert await register.titles(q="делиться") == [programme["title"]]
    said = (await register.service.told(ProgrammePublished))[0]
    assert "Иванова" not in str(said.data)
    alone = await register.refused("POST", "/programmes", register.specialist, register.facts(register_number="ФР-12345"))
    assert alone.json()["errors"][0]["field"] == "register_until"


async def test_the_checklist_says_what_a_programme_lacks(register: Register) -> None:
    draft = await register.draft(annotation="Коротко.")
    found = await register.get(f"/programmes/{draft['id']}/readiness", register.specialist)
    assert found["ready"] is False
    lines = {one["code"]: one for one in found["conditions"]}
    assert (lines["annotation"]["ok"], lines["annotation"]["why"]) == (False, "Расскажите о программе хотя бы двумя предложениями.")
    assert (lines["hours"]["ok"], lines["goal"]["ok"], lines["goal"]["needed"]) == (True, False, False)
    await edited(register, draft, annotation="Обратная связь, которую ученик использует сам. Приёмы для любого урока.")
    assert (await register.get(f"/programmes/{draft['id']}/readiness", register.specialist))["ready"] is True
