"""Tables imported again as they were exported, and what rows do to programmes, groups and organisations."""

from typing import Any
from uuid import UUID

from services.catalog.rules.import_columns import kind_named
from shared.contracts.catalog import GroupChanged, OrganisationChanged
from tests.service.catalog.conftest import MIASS, Register, day
from tests.service.catalog.test_imports import applied, checked, table
from tests.support.service import Person


async def exported(register: Register, path: str, who: Person | None = None, **params: Any) -> bytes:
    answer = await register.service.call("GET", path, who or register.specialist, params=params)
    assert answer.status_code == 200, answer.text
    return answer.content


async def test_what_is_exported_and_imported_again_changes_nothing(register: Register) -> None:
    before = await register.published(code="ПК-26-9001")
    programme = await register.published(
        code="ПК-26-9002",
        title="=СУММ(А1): таблицы на уроке",
        goal="Первое; второе\r\nтретье",
        form="blended",
        distance_share=0.37,
        audience={"positions": ["teacher", "head"], "subjects": ["technology"], "levels": []},
        prerequisites=[before["id"]],
        effects=[{"competence": "М1", "share": 0.6}, {"competence": "М2", "share": 0.2}],
        outline=[
            {"title": "Введение, общее", "hours": 6, "content": "Зачем; кому, 5 ч\nКак"},
            {"title": "Практика", "hours": 30, "content": ""},
        ],
        teachers=[
            {"name": "Иванова А. А.", "position": "доцент; методист", "degree": ""},
            {"name": "Петров Б. Б.", "position": "", "degree": "к. п. н."},
        ],
        register_number="РПК-1",
        register_until="2027-09-01",
        funding="paid",
        fee=12500,
    )
    await register.group(programme, contact_phone="+7 (351) 200-00-00", contact_email="kurs@example.ru", place="-пр. Ленина, 1")
    edition = await register.get(f"/programmes/{programme['id']}/edition", register.specialist)
    await register.done(
        "PUT", f"/programmes/{programme['id']}", register.specialist, edition["facts"] | {"hours": 36, "annotation": "-" * 50}
    )
    await register.draft()
    for path, kind, rows in (("/own-programmes.xlsx", "programmes", 3), ("/groups.xlsx", "groups", 1)):
        run = await checked(register, await exported(register, path), kind_named(kind))
        assert run["counts"] == {"rows": rows, "new": 0, "changed": 0, "same": rows, "errors": 0}, run["lines"]
    public = await exported(register, "/programmes.csv", register.service.guest())
    assert b"\n\xd0\x9f\xd0\x9a-26-9002;'=" in public
    run = await checked(register, public)
    assert [line["outcome"] for line in run["lines"]] == ["changed", "same"]  # the public table says what the version in review replaces


async def test_an_export_is_the_search(register: Register) -> None:
    await register.published(title="Смысловое чтение", code="ПК-26-9001")
    await register.published(title="Олимпиадная математика", code="ПК-26-9002")
    await register.draft(title="Черновик о чтении")
    body = (await exported(register, "/programmes.csv", register.service.guest(), q="чтение", limit=1)).decode()
    assert "ПК-26-9001" in body
    assert "ПК-26-9002" not in body
    assert "Черновик" not in body
    own = await register.service.call("GET", "/own-programmes.xlsx", register.service.guest())
    assert own.status_code in (401, 403)


async def test_a_published_programme_gets_a_version_and_an_undo_takes_it_back(register: Register) -> None:
    programme = await register.published(title="Прежнее название")
    run = await applied(register, table({"Шифр": programme["code"], "Название": "Новое название"}))
    [line] = run["lines"]
    assert line["changes"] == [{"field": "title", "label": "Название", "old": "Прежнее название", "new": "Новое название"}]
    card = await register.get(f"/programmes/{programme['id']}", register.specialist)
    assert (card["title"], card["review"]["state"]) == ("Прежнее название", "in_review")
    await register.done("POST", f"/imports/{run['id']}/undo", register.specialist)
    edition = await register.get(f"/programmes/{programme['id']}/edition", register.specialist)
    assert edition["facts"]["title"] == "Прежнее название"
    assert (await register.get(f"/programmes/{programme['id']}", register.specialist))["review"]["state"] == "replaced"


async def test_groups_are_announced_changed_and_taken_back(register: Register) -> None:
    programme = await register.published()
    old = await register.group(programme)
    row = {
        "Шифр программы": programme["code"],
        "Начало обучения": day(50),
        "Конец обучения": day(60),
        "Запись с": day(-5),
        "Запись по": day(15),
        "Мест": "30",
        "Муниципалитет": "Миасский городской округ",
    }
    run = await applied(register, table(row, row | {"Начало обучения": old["starts"], "Мест": "12"}, row | {"Мест": "0"}), "groups")
    outcomes = {line["number"]: line["outcome"] for line in run["lines"]}
    assert outcomes == {2: "new", 3: "changed", 4: "error"}, run["lines"]
    assert run["lines"][0]["errors"][0]["message"] == "Об этом уже говорит строка 2."
    announced = {one["starts"]: one for one in (await register.get("/groups", provider=register.provider_id))["items"]}
    assert (announced[day(50)]["capacity_asked"], announced[day(50)]["oktmo"]) == (30, MIASS)
    [change] = [one for one in await register.service.told(GroupChanged) if one.subject == UUID(old["id"])]
    assert (change.data["reason"], change.data["capacity_asked"]) == ("Загрузка из файла", 12)
    undone = await register.done("POST", f"/imports/{run['id']}/undo", register.specialist)
    assert [line["undo"] for line in undone["lines"]] == [None, "undone", "undone"]
    assert (await register.get(f"/groups/{old['id']}"))["capacity_asked"] == 25
    new = await register.get(f"/groups/{announced[day(50)]['id']}")
    assert (new["status"], new["cancellation_reason"]) == ("cancelled", "Загрузка отменена")


async def test_the_operator_loads_organisations_and_takes_them_back(register: Register) -> None:
    facts = {"kind": "school", "name": "Школа № 1", "short_name": "Школа 1", "oktmo": MIASS, "valid_from": "2020-01-01"}
    school = await register.organisation(code="miass-1", **facts)
    kind, place = "Образовательная организация", "Миасский городской округ"
    said = ("Код", "Вид организации", "Полное наименование", "Краткое наименование", "Муниципалитет", "ИНН")
    rows = (
        ("miass-1", kind, "Школа имени Гагарина", "Школа 1", place, ""),
        ("miass-2", kind, "Школа № 2", "Школа 2", "75742000", ""),
        ("miass-3", kind, "Школа № 3", "Школа 3", place, "1234567890"),
        ("miass-4", kind, "Школа № 4", "Школа 4", "Марс", ""),
    )
    body = table(*(dict(zip(said, row, strict=True)) for row in rows))
    asked = {"kind": "organisations", "name": "школы.csv"}
    refused = await register.service.call("POST", "/imports", register.specialist, content=body, params=asked)
    assert refused.status_code == 403
    run = await applied(register, body, "organisations", register.operator)
    lines = {line["number"]: line for line in run["lines"]}
    assert [lines[number]["outcome"] for number in (2, 3, 4, 5)] == ["changed", "new", "error", "error"]
    assert (lines[4]["errors"][0]["field"], lines[5]["errors"][0]["field"]) == ("inn", "oktmo")
    renamed = await register.get(f"/organisations/{school['id']}")
    assert (renamed["name"], renamed["previous_name"], len(renamed["names"])) == ("Школа имени Гагарина", "Школа № 1", 2)
    undone = await register.done("POST", f"/imports/{run['id']}/undo", register.operator)
    assert {line["undo"] for line in undone["lines"]} == {None, "undone"}
    back = await register.get(f"/organisations/{school['id']}")
    left = {"revision": 1, "changed_at": school["changed_at"]}
    assert {**back, **left} == {**school, "names": back["names"], "programmes": 0}
    assert [one["name"] for one in back["names"]] == ["Школа № 1"]
    assert (await register.get(f"/organisations/{lines[3]['object_id']}"))["status"] == "closed"
    last = [one for one in await register.service.told(OrganisationChanged) if one.subject == UUID(school["id"])][-1]
    assert (last.data["name"], last.data["previous_name"]) == ("Школа № 1", None)
