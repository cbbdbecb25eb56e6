"""Organisations: names with history, numbers with check digits, places old and new."""

from typing import Any
from uuid import uuid4

from shared.contracts.catalog import OrganisationChanged
from tests.service.catalog.conftest import CHELYABINSK, MIASS, Register, day


async def test_an_organisation_is_told_with_its_place_and_parent(register: Register) -> None:
    authority = await register.organisation(code="muo-75742000", kind="municipal_authority", oktmo=MIASS)
    school = await register.organisation(code="school-101", kind="school", oktmo=MIASS, authority_id=authority["id"], inn="7707083893")
    said = (await register.service.told(OrganisationChanged))[-1]
    event = said.event()
    assert isinstance(event, OrganisationChanged)
    assert (str(said.subject), said.dporevision) == (school["id"], 1)
    assert (event.oktmo, str(event.authority_id), event.status) == (MIASS, authority["id"], "active")
    found = await register.get("/organisations", code=["school-101", "muo-75742000"])
    assert {one["code"] for one in found["items"]} == {"school-101", "muo-75742000"}
    assert found["items"][0]["municipality"] == "Миасский городской округ"


async def test_the_register_is_read_by_name_in_pages(register: Register) -> None:
    for name in ("Центр", "Академия"):
        await register.organisation(name=name)
    first = await register.get("/organisations", limit=2)
    rest = await register.get("/organisations", limit=2, cursor=first["next"])
    assert [one["name"] for one in first["items"] + rest["items"]] == ["Академия", "Институт развития образования", "Центр"]
    assert rest["next"] is None


async def test_a_renamed_organisation_keeps_its_former_name(register: Register) -> None:
    stated = {"code": "provider-1", "kind": "provider", "name": "Учебный центр", "short_name": "УЦ", "valid_from": "2020-01-01"}
    centre = await register.done("POST", "/organisations", register.operator, stated)
    renamed = stated | {"name": "Институт образования", "short_name": "ИО", "valid_from": day(-3)}
    for _ in range(2):
        card = await register.done("PUT", f"/organisations/{centre['id']}", register.operator, renamed)
    assert (card["name"], card["previous_name"], card["revision"]) == ("Институт образования", "Учебный центр", 2)
    assert [(one["valid_from"], one["name"]) for one in card["names"]] == [
        (day(-3), "Институт образования"),
        ("2020-01-01", "Учебный центр"),
    ]
    assert [one.dporevision for one in await register.service.told(OrganisationChanged) if str(one.subject) == centre["id"]] == [1, 2]
    assert [one["id"] for one in (await register.get("/organisations", q="учебный"))["items"]] == [centre["id"]]
    early = stated | {"name": "Академия", "valid_from": "2019-01-01"}
    answer = await register.refused("PUT", f"/organisations/{centre['id']}", register.operator, early)
    assert answer.json()["errors"][0]["field"] == "valid_from"


async def test_a_new_name_of_the_provider_finds_its_programmes(register: Register) -> None:
    await register.published(title="Программа")
    stated = {"code": "chippkro", "kind": "provider", "name": "Академия Южного Урала", "short_name": "АЮУ"}
    await register.done("PUT", f"/organisations/{register.provider_id}", register.operator, stated)
    assert await register.titles(q="академии урала") == ["Программа"]


async def test_wrong_numbers_and_parents_are_named(register: Register) -> None:
    school = await register.organisation(code="school-1", kind="school", oktmo=MIASS)
    wrong = {
        "code": "x-1", "kind": "school", "name": "Школа", "short_name": "Ш", "inn": "7707083894", "kpp": "12", "ogrn": "1027700132196",
        "oktmo": "75000000", "authority_id": school["id"], "agency_id": str(uuid4()),
    }  # fmt: skip
    answer = await register.refused("POST", "/organisations", register.operator, wrong)
    assert answer.status_code == 422
    assert {one["field"] for one in answer.json()["errors"]} == {"inn", "kpp", "ogrn", "oktmo", "authority_id", "agency_id"}


async def test_an_abolished_code_finds_the_municipality_of_today(register: Register) -> None:
    await register.organisation(code="muo-75549000", kind="municipal_authority", oktmo="75649000")
    for oktmo in ("75549000", "75649000"):
        found = (await register.get("/organisations", oktmo=oktmo))["items"]
        assert [(one["code"], one["oktmo"]) for one in found] == [("muo-75549000", "75549000")]


async def test_a_merged_organisation_names_its_successor(register: Register) -> None:
    gone = await register.organisation()
    body = {
        "code": gone["code"], "kind": "provider", "name": gone["name"], "short_name": gone["short_name"],
        "status": "merged", "merged_into": str(register.provider_id),
    }  # fmt: skip
    card = await register.done("PUT", f"/organisations/{gone['id']}", register.operator, body)
    assert (card["status"], card["merged_into"]) == ("merged", str(register.provider_id))
    itself = await register.refused("PUT", f"/organisations/{gone['id']}", register.operator, body | {"merged_into": gone["id"]})
    assert itself.json()["errors"][0]["field"] == "merged_into"


async def test_kinds_never_change_and_codes_are_never_shared(register: Register) -> None:
    one = await register.organisation()
    body = {"code": one["code"], "kind": "agency", "name": "Х", "short_name": "Х"}
    assert (await register.refused("PUT", f"/organisations/{one['id']}", register.operator, body)).json()[
        "type"
    ] == "organisation_kind_fixed"
    again = body | {"kind": "provider"}
    taken = (await register.refused("POST", "/organisations", register.operator, again)).json()
    assert (taken["type"], taken["status"], taken["errors"][0]["field"]) == ("organisation_code_taken", 409, "code")
    assert (await register.refused("GET", f"/organisations/{uuid4()}", register.service.guest())).status_code == 404


async def test_dictionaries_say_old_and_new_codes(register: Register) -> None:
    said = await register.get("/dictionaries")
    places = {one["oktmo"]: one for one in said["municipalities"]}
    assert sum(one["valid_to"] is None for one in places.values()) == 43
    assert (places["75649000"]["successor"], places["75649000"]["valid_to"]) == ("75549000", places["75549000"]["valid_from"])
    assert {"position", "subject", "level", "form", "funding", "programme_kind", "labour_function"} <= set(said["terms"])
    assert said["terms"]["position"][0]["title"] == "Учитель"


LICENCE = {"number": "Л035-01235-74/00000001", "issued": "2020-02-14", "authority": "Министерство образования и науки Челябинской области"}


async def test_a_licence_and_contacts_stand_on_the_card_with_the_day_of_change(register: Register) -> None:
    facts = {"licence": LICENCE, "phone": "+7 (351) 200-00-00, доб. 12", "email": "info@institute.example", "founder": "Область"}
    made = await register.organisation(**facts)
    card = await register.get(f"/organisations/{made['id']}")
    assert (card["licence"], card["phone"], card["email"]) == (LICENCE | {"status": "active"}, facts["phone"], facts["email"])
    assert card["changed_at"]
    wrong = {"licence": LICENCE | {"issued": day(1)}, "phone": "позвоните", "email": "никак"}
    for field, value in wrong.items():
        stated = {"code": "x-9", "kind": "provider", "name": "Х", "short_name": "Х", field: value}
        answer = await register.refused("POST", "/organisations", register.operator, stated)
        assert [one["field"].partition(".")[0] for one in answer.json()["errors"]] == [field]


async def test_every_change_is_remembered_with_what_it_was_before(register: Register) -> None:
    made = await register.organisation(phone="+7 351 100-00-00")
    stated = {"code": made["code"], "kind": "provider", "name": "Новое имя", "short_name": made["short_name"], "phone": "+7 351 200-00-00"}
    await register.done("PUT", f"/organisations/{made['id']}", register.operator, stated)
    await register.done("PUT", f"/organisations/{made['id']}", register.operator, stated)
    (one,) = (await register.get(f"/organisations/{made['id']}/changes", register.operator))["items"]
    assert (one["revision"], one["role"]) == (2, "operator")
    assert one["changes"]["phone"] == ["+7 351 100-00-00", "+7 351 200-00-00"]
    assert one["changes"]["name"] == [made["name"], "Новое имя"]


async def test_a_provider_keeps_its_own_contacts_and_nothing_else(register: Register) -> None:
    other = await register.organisation()
    contacts = {"phone": "+7 351 200-00-00", "email": "info@institute.example", "site": None, "address": "ул. Кирова, 1"}
    card = await register.done("PUT", f"/organisations/{register.provider_id}/contacts", register.specialist, contacts)
    assert (card["phone"], card["name"], card["revision"]) == ("+7 351 200-00-00", "Институт развития образования", 2)
    foreign = await register.refused("PUT", f"/organisations/{other['id']}/contacts", register.specialist, contacts)
    unknown = await register.refused("PUT", f"/organisations/{uuid4()}/contacts", register.specialist, contacts)
    assert (foreign.status_code, foreign.json()) == (404, unknown.json())
    named = await register.refused("PUT", f"/organisations/{register.provider_id}/contacts", register.specialist, contacts | {"name": "Я"})
    assert named.json()["errors"][0]["field"] == "name"
    whole = {"code": "chippkro", "kind": "provider", "name": "Я", "short_name": "Я"}
    assert (await register.refused("PUT", f"/organisations/{register.provider_id}", register.specialist, whole)).status_code == 403
    changes = await register.get(f"/organisations/{register.provider_id}/changes", register.specialist)
    assert [one["role"] for one in changes["items"]] == ["provider_specialist"]
    assert (await register.refused("GET", f"/organisations/{other['id']}/changes", register.specialist)).status_code == 404


async def test_two_editors_at_once_do_not_overwrite_each_other(register: Register) -> None:
    made = await register.organisation()
    stated = {"code": made["code"], "kind": "provider", "name": made["name"], "short_name": made["short_name"]}
    read = {"if-match": '"1"'}
    address = f"/organisations/{made['id']}"
    first, second = [
        await register.service.call("PUT", address, register.operator, json=stated | {"founder": founder}, headers=read)
        for founder in ("Первый", "Второй")
    ]
    assert (first.status_code, second.status_code, second.json()["current"]["founder"]) == (200, 412, "Первый")
    assert (await register.get(f"/organisations/{made['id']}"))["founder"] == "Первый"


async def test_a_card_says_what_stands_above_from_the_region_down(register: Register) -> None:
    ministry = await register.organisation(code="ministry", kind="ministry", short_name="Минобр")
    authority = await register.organisation(
        code="muo", kind="municipal_authority", oktmo=MIASS, authority_id=ministry["id"], short_name="МОУО"
    )
    school = await register.organisation(code="school-7", kind="school", oktmo=MIASS, authority_id=authority["id"])
    card = await register.get(f"/organisations/{school['id']}")
    assert [one["short_name"] for one in card["above"]] == ["Минобр", "МОУО"]


async def test_a_successor_is_active_and_of_the_same_kind(register: Register) -> None:
    gone, school = await register.organisation(), await register.organisation(kind="school", oktmo=MIASS)
    closed = await register.organisation(status="closed")
    body = {"code": gone["code"], "kind": "provider", "name": gone["name"], "short_name": gone["short_name"], "status": "merged"}
    for into in (school, closed):
        answer = await register.refused("PUT", f"/organisations/{gone['id']}", register.operator, body | {"merged_into": into["id"]})
        assert answer.json()["errors"][0]["field"] == "merged_into"


async def test_a_merger_keeps_the_card_its_names_and_what_was_before(register: Register) -> None:
    gone = await register.organisation()
    body = {"code": gone["code"], "kind": "provider", "name": gone["name"], "short_name": gone["short_name"]}
    await register.done(
        "PUT", f"/organisations/{gone['id']}", register.operator, body | {"status": "merged", "merged_into": str(register.provider_id)}
    )
    for status, found in (("active", False), ("merged", True), (["closed", "merged"], True), ([], True)):
        listed = await register.get("/organisations", id=gone["id"], status=status)
        assert (listed["total"], sum(one["count"] for one in listed["facets"]["kind"])) == (found, found)
    card = await register.get(f"/organisations/{gone['id']}")
    assert (card["names"][0]["name"], card["status"]) == (gone["name"], "merged")
    (one,) = (await register.get(f"/organisations/{gone['id']}/changes", register.operator))["items"]
    assert one["changes"]["status"] == ["active", "merged"]


async def test_counts_by_kind_and_place_react_to_each_other(register: Register) -> None:
    for number, (kind, oktmo) in enumerate((("school", MIASS), ("school", MIASS), ("school", CHELYABINSK), ("provider", CHELYABINSK))):
        await register.organisation(code=f"counted-{number}", kind=kind, oktmo=oktmo, name=f"Счётная {number}", short_name=f"С {number}")

    async def counts(**asked: Any) -> tuple[int, dict[str, int], dict[str, int], list[str]]:
        found = await register.get("/organisations", q="счётная", **asked)
        of_kind, of_place = ({one["value"]: one["count"] for one in found["facets"][facet]} for facet in ("kind", "oktmo"))
        return found["total"], of_kind, of_place, [one["value"] for facet in found["facets"].values() for one in facet if one["chosen"]]

    places = {MIASS: 2, CHELYABINSK: 2}
    assert await counts() == (4, {"school": 3, "provider": 1}, places, [])
    assert await counts(kind="school") == (3, {"school": 3, "provider": 1}, {MIASS: 2, CHELYABINSK: 1}, ["school"])
    assert await counts(oktmo=MIASS) == (2, {"school": 2, "provider": 0}, places, [MIASS])
    assert await counts(kind="provider", oktmo=MIASS) == (0, {"school": 2, "provider": 0}, {MIASS: 0, CHELYABINSK: 1}, ["provider", MIASS])
    assert (await counts(oktmo="99999999"))[0] == 0
