"""Working copies: kept as typed, seen by one organisation, forgotten after ninety days."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from tests.service.catalog.conftest import Register
from tests.support.service import Person

TYPED = {"kind": "programme", "fields": {"title": ["Недописанное наз"], "hours": ["тридцать"], "audience": ["a", "b"]}}


async def saved(register: Register, copy_id: UUID, who: Person, **changes: Any) -> dict[str, Any]:
    return await register.done("PUT", f"/drafts/{copy_id}", who, TYPED | changes)


async def test_what_was_typed_is_kept_as_it_was(register: Register) -> None:
    copy_id = uuid4()
    first = await saved(register, copy_id, register.specialist)
    assert (first["fields"], first["revision"], first["own"]) == (TYPED["fields"], 1, True)
    again = await saved(register, copy_id, register.specialist, fields={"title": ["Дописанное"]}, base_revision=3)
    assert (again["fields"], again["revision"], again["base_revision"]) == ({"title": ["Дописанное"]}, 2, 3)
    assert await register.get(f"/drafts/{copy_id}", register.specialist) == again


async def test_a_colleague_sees_it_and_another_organisation_does_not(register: Register) -> None:
    copy_id = uuid4()
    await saved(register, copy_id, register.specialist)
    colleague = Person("catalog", None, register.specialist.grants, subject="colleague")
    shown = await register.get(f"/drafts/{copy_id}", colleague)
    assert (shown["own"], shown["fields"]) == (False, TYPED["fields"])
    stranger = register.service.staff("provider_specialist", uuid4())
    for who in (stranger, register.operator):
        foreign = await register.refused("GET", f"/drafts/{copy_id}", who)
        unknown = await register.refused("GET", f"/drafts/{uuid4()}", who)
        assert (foreign.status_code, foreign.json()) == (404, unknown.json())
        assert (await register.get("/drafts", who))["items"] == []
        assert (await register.refused("DELETE", f"/drafts/{copy_id}", who)).status_code == 404
    theirs = await saved(register, copy_id, stranger, fields={"title": ["Чужое"]})
    assert theirs["revision"] == 1
    assert (await register.get(f"/drafts/{copy_id}", register.specialist))["fields"] == TYPED["fields"]
    assert (await register.refused("GET", f"/drafts/{copy_id}", register.service.teacher())).status_code == 403


async def test_two_windows_do_not_overwrite_each_other(register: Register) -> None:
    copy_id = uuid4()
    await saved(register, copy_id, register.specialist)
    await saved(register, copy_id, register.specialist, fields={"title": ["Из первого окна"]})
    body, headers = TYPED | {"fields": {"title": ["Из второго"]}}, {"if-match": '"1"'}
    late = await register.service.call("PUT", f"/drafts/{copy_id}", register.specialist, json=body, headers=headers)
    assert (late.status_code, late.json()["current"]["fields"]) == (412, {"title": ["Из первого окна"]})


async def test_an_organisation_is_titled_by_its_name(register: Register) -> None:
    copy_id = uuid4()
    await saved(register, copy_id, register.operator, kind="organisation", fields={"name": ["Новый центр"]})
    assert [one["title"] for one in (await register.get("/drafts", register.operator, kind="organisation"))["items"]] == ["Новый центр"]
    assert (await register.get(f"/drafts/{copy_id}", register.operator))["title"] == "Новый центр"


async def test_lists_are_by_kind_and_object(register: Register) -> None:
    programme = uuid4()
    await saved(register, uuid4(), register.specialist, object_id=str(programme))
    await saved(register, uuid4(), register.specialist, kind="news")
    everything = (await register.get("/drafts", register.specialist))["items"]
    assert [(one["kind"], one["title"]) for one in everything] == [("news", "Недописанное наз"), ("programme", "Недописанное наз")]
    assert "fields" not in everything[0]
    listed = await register.get("/drafts", register.specialist, kind="programme", object_id=str(programme))
    assert [one["object_id"] for one in listed["items"]] == [str(programme)]


async def test_what_can_not_be_kept_is_refused_in_words(register: Register) -> None:
    big = {"fields": {"content": ["я" * 60_000, "я" * 60_000]}}
    answer = await register.refused("PUT", f"/drafts/{uuid4()}", register.specialist, TYPED | big)
    assert answer.json()["errors"] == [
        {"field": "fields", "code": "invalid", "message": "Незаконченный текст хранится до 200 КБ: сохраните его или сократите."}
    ]
    for wrong in ({"fields": {"title": ["a\x00b"]}}, {"fields": {"a b": ["x"]}}, {"kind": "poem"}, {"fields": {"title": "x"}}):
        assert (await register.refused("PUT", f"/drafts/{uuid4()}", register.specialist, TYPED | wrong)).status_code == 422
    foreign = TYPED | {"provider_id": str(uuid4())}
    answer = await register.refused("PUT", f"/drafts/{uuid4()}", register.specialist, foreign)
    assert answer.json()["errors"][0]["field"] == "provider_id"


async def test_nobody_touches_it_for_ninety_days_and_it_is_gone(register: Register) -> None:
    old, kept = uuid4(), uuid4()
    for copy_id in (old, kept):
        await saved(register, copy_id, register.specialist)
    async with register.service.app.state.engine.begin() as connection:
        for table, moment, key in (("working_copy", "saved_at", "id"), ("due", "at", "subject")):
            earlier = f"UPDATE {table} SET {moment} = {moment} - interval '60 days' WHERE {key} = :old"
            await connection.execute(text(earlier), {"old": old})
    await register.service.serve_due(datetime.now(UTC) + timedelta(days=31))
    assert [one["id"] for one in (await register.get("/drafts", register.specialist))["items"]] == [str(kept)]


async def test_a_dropped_copy_is_gone(register: Register) -> None:
    copy_id = uuid4()
    await saved(register, copy_id, register.specialist)
    answer = await register.service.call("DELETE", f"/drafts/{copy_id}", register.specialist)
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await register.refused("GET", f"/drafts/{copy_id}", register.specialist)).status_code == 404
