"""Dictionaries change without a release, from a day on; what was before stays, and what is made of them follows on that day."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from services.catalog.tables import Group, Organisation
from shared.contracts.catalog import OrganisationChanged
from tests.service.catalog.conftest import MIASS, Register, day
from tests.service.catalog.test_demand import later, misses, said

AUDIENCE = {"positions": [], "subjects": ["physics"], "levels": []}


async def stated(register: Register, name: str, **facts: Any) -> list[dict[str, Any]]:
    answer = await register.done("POST", f"/dictionaries/{name}/terms", register.operator, facts)
    return [one for one in answer["terms"][name] if one["code"] == facts["code"]]


async def faults(register: Register, path: str, body: Any) -> list[str]:
    answer = await register.refused("POST", path, register.operator, body)
    assert answer.status_code == 422, answer.text
    return [one["field"] for one in answer.json()["errors"]]


async def test_a_new_code_is_chosen_from_its_day_only(register: Register) -> None:
    astronomy = {"code": "astronomy", "title": "Астрономия"}
    (one,) = await stated(register, "subject", **astronomy, valid_from=day(3))
    assert (one["short"], one["in_force"]) == ("астрономия", False)
    audience = AUDIENCE | {"subjects": ["astronomy"]}
    early = await register.refused("POST", "/programmes", register.specialist, register.facts(audience=audience))
    assert early.json()["errors"][0]["field"].startswith("audience")
    await later(register, 24 * 3)
    assert (await register.published(audience=audience))["audience"]["subjects"][0]["title"] == "Астрономия"


async def test_another_title_holds_from_its_day_and_the_former_one_keeps_its_term(register: Register) -> None:
    programme = await register.published(audience=AUDIENCE)
    old, new = await stated(register, "subject", code="physics", title="Естествознание", valid_from=day(2))
    assert (old["title"], old["valid_to"], old["in_force"], new["in_force"]) == ("Физика", day(2), True, False)
    assert await register.titles(q="физика") == [programme["title"]]
    assert (await register.get(f"/programmes/{programme['id']}"))["audience"]["subjects"][0]["title"] == "Физика"
    await later(register, 24 * 2)
    assert (await register.get(f"/programmes/{programme['id']}"))["audience"]["subjects"][0]["title"] == "Естествознание"
    assert await register.titles(q="естествознание", exact=True) == [programme["title"]]
    assert await register.titles(q="физика", exact=True) == []


async def test_a_title_stated_again_for_its_first_day_is_corrected(register: Register) -> None:
    await stated(register, "position", code="tutor", title="Тютор", valid_from=day(0))
    listed = await stated(register, "position", code="tutor", title="Тьютор (наставник)", valid_from=day(0))
    assert [one["title"] for one in listed] == ["Тьютор", "Тьютор (наставник)"]


async def test_many_programmes_are_rewritten_batch_by_batch(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.catalog.commands.dictionaries.BATCH", 2)
    for _ in range(5):
        await register.published(audience=AUDIENCE)
    await stated(register, "subject", code="physics", title="Естествознание", valid_from=day(0))
    await later(register, 0)
    assert len(await register.titles(q="естествознание", exact=True)) == 5


async def test_a_closed_code_is_chosen_no_more_and_keeps_its_title_where_it_was(register: Register) -> None:
    programme = await register.published(audience=AUDIENCE)
    await register.done("POST", "/dictionaries/subject/closings", register.operator, {"code": "physics", "valid_to": day(0)})
    card = await register.get(f"/programmes/{programme['id']}")
    assert card["audience"]["subjects"][0]["title"] == "Физика"
    answer = await register.refused("POST", "/programmes", register.specialist, register.facts(audience=AUDIENCE))
    assert answer.json()["errors"][0]["field"].startswith("audience")
    facet = next(one for one in (await register.get("/programmes"))["facets"]["subject"] if one["value"] == "physics")
    assert facet["title"] == "Физика"


async def test_what_may_not_change_is_refused_at_the_field(register: Register) -> None:
    term = {"code": "physics", "title": "Физика", "valid_from": "1999-01-01"}
    assert await faults(register, "/dictionaries/subject/terms", term) == ["valid_from"]
    await stated(register, "subject", code="physics", title="Физика и мы", valid_from=day(-10))
    assert await faults(register, "/dictionaries/subject/terms", term | {"valid_from": day(-11)}) == ["valid_from"]
    assert await faults(register, "/dictionaries/form/terms", {"code": "evening", "title": "Вечерняя", "valid_from": day(0)}) == ["code"]
    assert await faults(register, "/dictionaries/form/closings", {"code": "distance", "valid_to": day(0)}) == ["code"]
    assert await faults(register, "/dictionaries/subject/closings", {"code": "physics", "valid_to": day(-1)}) == ["valid_to"]
    assert await faults(register, "/dictionaries/subject/closings", {"code": "nobody", "valid_to": day(0)}) == ["code"]
    assert await faults(register, "/dictionaries/subject/terms", {"code": "a b", "title": " ", "valid_from": day(0)}) == ["code", "title"]
    body = {"code": "x", "title": "Х", "valid_from": day(0)}
    assert (await register.refused("POST", "/dictionaries/subject/terms", register.specialist, body)).status_code == 403
    assert (await register.refused("POST", "/dictionaries/nothing/terms", register.operator, body)).status_code == 422


async def test_a_legal_minimum_holds_from_its_day(register: Register) -> None:
    minimum = {"kind": "professional_development", "hours": 24, "basis": "Приказ, п. 18", "valid_from": day(2)}
    said_now = (await register.done("POST", "/hours-minima", register.operator, minimum))["items"]
    assert [(one["hours"], one["in_force"]) for one in said_now if one["kind"] == minimum["kind"]][:2] == [(24, False), (16, True)]
    await register.draft(hours=16)
    await later(register, 24 * 2)
    answer = await register.refused("POST", "/programmes", register.specialist, register.facts(hours=16))
    assert answer.json()["errors"][0]["field"] == "hours"
    assert await faults(register, "/hours-minima", minimum | {"valid_from": day(1)}) == ["valid_from"]


async def test_new_words_are_understood_from_their_day(register: Register) -> None:
    await register.published(title="Робототехнические наборы", annotation="Собираем и программируем с детьми простые модели.")
    words = {"code": "робототехнический", "words": "Легоконструирование", "valid_from": day(1)}
    await register.done("POST", "/dictionaries/synonym/wordings", register.operator, words)
    await register.done("POST", "/dictionaries/synonym/wordings", register.operator, words | {"words": "робототехнические"})
    assert await register.titles(q="легоконструирование") == []
    await later(register, 24)
    assert await register.titles(q="легоконструирование") == ["Робототехнические наборы"]
    assert await faults(register, "/dictionaries/synonym/wordings", words) == ["words"]
    closing = {"code": words["code"], "words": "легоконструирование", "valid_to": day(2)}
    await register.done("POST", "/dictionaries/synonym/wording-closings", register.operator, closing)
    assert await register.titles(q="легоконструирование") == ["Робототехнические наборы"]
    await later(register, 24)
    assert await register.titles(q="легоконструирование") == []
    unknown = {"code": "astronomer", "words": "астроном", "valid_from": day(0)}
    assert await faults(register, "/dictionaries/position/wordings", unknown) == ["code"]


async def test_a_word_that_the_dictionary_learns_is_counted_as_demand(register: Register) -> None:
    await misses(register, 5, q="квадрокоптеры")
    assert [one["lexemes"] for one in await said(register)] == [[]]
    words = {"code": "квадрокоптер", "words": "квадрокоптер", "valid_from": day(0)}
    await register.done("POST", "/dictionaries/synonym/wordings", register.operator, words)
    await misses(register, 5, q="квадрокоптеры")
    assert [one["lexemes"] for one in await said(register)] == [[], ["квадрокоптер"]]


async def test_a_municipality_is_succeeded_on_its_day_and_whoever_stood_there_moves(register: Register) -> None:
    authority = await register.organisation(code="muo", kind="municipal_authority", oktmo=MIASS)
    await register.group(await register.published())
    merger = {"oktmo": "75799000", "name": "Горнозаводский", "kind": "муниципальный округ", "valid_from": day(2), "succeeds": [MIASS]}
    places = {one["oktmo"]: one for one in (await register.done("POST", "/municipalities", register.operator, merger))["municipalities"]}
    assert (places[MIASS]["successor"], places[MIASS]["in_force"], places["75799000"]["in_force"]) == ("75799000", True, False)
    assert (await register.organisation(code="school-9", kind="school", oktmo=MIASS))["oktmo"] == MIASS
    await later(register, 24 * 2)
    moved = (await register.get("/organisations", oktmo=MIASS))["items"]
    assert {one["oktmo"] for one in moved} == {"75799000"}
    assert {one["municipality"] for one in moved} == {"Горнозаводский муниципальный округ"}
    told = [one.data["oktmo"] for one in await register.service.told(OrganisationChanged) if str(one.subject) == authority["id"]]
    assert told == [MIASS, "75799000"]
    (change,) = (await register.get(f"/organisations/{authority['id']}/changes", register.operator))["items"]
    assert (change["role"], change["changes"]) == ("dictionary", {"oktmo": [MIASS, "75799000"]})
    async with register.service.app.state.sessions.begin() as session:
        assert set(await session.scalars(select(col(Group.oktmo)))) == {"75799000"}
        assert MIASS not in set(await session.scalars(select(col(Organisation.oktmo))))


async def test_municipalities_succeed_each_other_in_no_circle_and_not_twice(register: Register) -> None:
    merger = {"oktmo": "75799000", "name": "Х", "kind": "округ", "valid_from": day(0), "succeeds": [MIASS]}
    assert await faults(register, "/municipalities", merger | {"succeeds": ["75799000"]}) == ["succeeds"]
    assert await faults(register, "/municipalities", merger | {"succeeds": ["75999000"]}) == ["succeeds"]
    await register.done("POST", "/municipalities", register.operator, merger)
    assert await faults(register, "/municipalities", merger) == ["succeeds"]
    assert await faults(register, "/municipalities", {**merger, "oktmo": MIASS, "succeeds": ["75701000"]}) == ["oktmo"]


async def test_moderators_are_pointed_to_words_from_their_day_on(register: Register) -> None:
    word = {"beginning": "Ерунд", "valid_from": day(1)}
    listed = (await register.done("POST", "/abuse-words", register.operator, word))["items"]
    assert [(one["valid_from"], one["in_force"]) for one in listed if one["beginning"] == "ерунд"] == [(day(1), False)]
    assert await faults(register, "/abuse-words", word) == ["beginning"]
    assert await faults(register, "/abuse-words", {"beginning": "ер 1", "valid_from": day(0)}) == ["beginning"]
    assert await faults(register, "/abuse-words/closings", {"beginning": "неизвестн", "valid_to": day(3)}) == ["beginning"]
    closed = (await register.done("POST", "/abuse-words/closings", register.operator, {"beginning": "ерунд", "valid_to": day(3)}))["items"]
    assert [one["valid_to"] for one in closed if one["beginning"] == "ерунд"] == [day(3)]
    for method, body in (("POST", word), ("GET", None)):
        assert (await register.refused(method, "/abuse-words", register.specialist, body)).status_code == 403
