"""Tables imported: what the check promises is what the application does, and what nobody touched since can be taken back."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

from services.catalog.rules.import_columns import Kind
from services.catalog.rules.sheet_writing import as_csv
from shared.contracts.catalog import GroupChanged
from tests.service.catalog.conftest import MIASS, Register, day
from tests.support.service import Person

ROW = {
    "Шифр": "ПК-27-0001",
    "Название": "Смысловое чтение на каждом уроке",
    "Вид программы": "Повышение квалификации",
    "Объём, часов": "36",
    "Форма обучения": "Дистанционная",
    "Оплата": "Региональный бюджет",
    "Аннотация": "Приёмы смыслового чтения для любого предмета, от начальной школы до старшей.",
    "Должности": "Учитель; Методист",
    "Компетенции": "МЕТ-1 = 0,4; ПРЕД-2 = 0,2",
    "Кто согласует заявку": "Руководитель образовательной организации",
}


def table(*rows: dict[str, str]) -> bytes:
    headings = list(dict.fromkeys(name for row in rows for name in row))
    return as_csv(headings, [[row.get(name, "") for name in headings] for row in rows])


async def uploaded(register: Register, body: bytes, kind: Kind = "programmes", who: Person | None = None, **params: Any) -> dict[str, Any]:
    asked = {"kind": kind, "name": "таблица.csv", **params}
    answer = await register.service.call("POST", "/imports", who or register.specialist, content=body, params=asked)
    assert answer.status_code == 201, answer.text
    run: dict[str, Any] = answer.json()
    return run


async def checked(register: Register, body: bytes, kind: Kind = "programmes", who: Person | None = None, **params: Any) -> dict[str, Any]:
    """Uploaded and checked with the fields that were suggested."""
    run = await uploaded(register, body, kind, who, **params)
    return await register.done("PUT", f"/imports/{run['id']}/mapping", who or register.specialist, {"fields": run["fields"]})


async def applied(register: Register, body: bytes, kind: Kind = "programmes", who: Person | None = None) -> dict[str, Any]:
    run = await checked(register, body, kind, who)
    return await register.done("POST", f"/imports/{run['id']}/application", who or register.specialist)


async def own_codes(register: Register) -> list[str]:
    return [one["code"] for one in (await register.get("/own-programmes", register.specialist))["items"]]


async def test_a_check_promises_and_changes_nothing(register: Register) -> None:
    run = await checked(register, table(ROW, ROW | {"Шифр": "ПК-27-0002", "Объём, часов": "8"}))
    assert run["counts"] == {"rows": 2, "new": 1, "changed": 0, "same": 0, "errors": 1}
    wrong, new = run["lines"]
    assert (wrong["number"], wrong["outcome"], wrong["errors"][0]["label"]) == (3, "error", "Объём, часов")
    assert "не меньше 16 часов" in wrong["errors"][0]["message"]
    assert (new["number"], new["outcome"], new["title"]) == (2, "new", "ПК-27-0001, Смысловое чтение на каждом уроке")
    assert await own_codes(register) == []


async def test_an_application_does_what_was_promised(register: Register) -> None:
    run = await applied(register, table(ROW))
    assert (run["status"], run["counts"]["new"]) == ("applied", 1)
    card = await register.get(f"/programmes/{run['lines'][0]['object_id']}", register.specialist)
    assert (card["status"], card["hours"], card["distance_share"], card["document"]["code"]) == (
        "draft",
        36,
        1,
        "qualification_certificate",
    )
    assert [one["code"] for one in card["audience"]["positions"]] == ["methodist", "teacher"]
    assert {one["code"]: one["share"] for one in card["competences"]} == {"МЕТ-1": 0.4, "ПРЕД-2": 0.2}


async def test_an_undo_takes_back_what_nobody_touched(register: Register) -> None:
    run = await applied(register, table(ROW, ROW | {"Шифр": "ПК-27-0002"}))
    touched = run["lines"][1]
    facts = (await register.get(f"/programmes/{touched['object_id']}/edition", register.specialist))["facts"]
    await register.done("PUT", f"/programmes/{touched['object_id']}", register.specialist, facts | {"title": "Другое название"})
    for _ in range(2):
        undone = await register.done("POST", f"/imports/{run['id']}/undo", register.specialist)
        assert [(one["undo"], bool(one["note"])) for one in undone["lines"]] == [("undone", False), ("kept", True)]
    assert await own_codes(register) == [touched["title"].partition(",")[0]]


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
        run = await checked(register, await exported(register, path), kind)
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


async def test_a_foreign_table_answers_as_an_unknown_one(register: Register) -> None:
    run = await uploaded(register, table(ROW))
    other = await register.organisation()
    stranger = register.service.staff("provider_specialist", other["id"])
    for path, method, body in (
        ("", "GET", None),
        ("/mapping", "PUT", {"fields": run["fields"]}),
        ("/application", "POST", None),
        ("/undo", "POST", None),
    ):
        foreign = await register.refused(method, f"/imports/{run['id']}{path}", stranger, body)
        unknown = await register.refused(method, f"/imports/{uuid4()}{path}", stranger, body)
        assert (foreign.status_code, foreign.json()) == (404, unknown.json())
    assert (await register.get("/imports", stranger))["items"] == []
    assert len((await register.get("/imports", register.operator))["items"]) == 1


async def test_a_foreign_programme_is_out_of_reach(register: Register) -> None:
    programme = await register.published()
    other = await register.organisation()
    stranger = register.service.staff("provider_specialist", other["id"])
    run = await checked(register, table(ROW | {"Шифр": programme["code"]}), who=stranger)
    assert run["lines"][0]["errors"] == [{"field": "code", "label": "Шифр", "message": "Программа с таким шифром уже есть."}]


async def test_the_choice_of_columns_is_kept_for_the_same_headings(register: Register) -> None:
    body = table({"Номер": "ПК-27-0001", "Как зовут": "Чтение", "Лишнее": "1"})
    run = await uploaded(register, body)
    assert run["fields"] == [None, None, None]
    refused = await register.refused("PUT", f"/imports/{run['id']}/mapping", register.specialist, {"fields": ["title", "title", None]})
    assert refused.json()["errors"][0]["message"] == "Поле «Название» выбрано для двух столбцов."
    refused = await register.refused("PUT", f"/imports/{run['id']}/mapping", register.specialist, {"fields": [None, "title", None]})
    assert "«Шифр»" in refused.json()["errors"][0]["message"]
    await register.done("PUT", f"/imports/{run['id']}/mapping", register.specialist, {"fields": ["code", "title", None]})
    assert (await uploaded(register, body))["fields"] == ["code", "title", None]
    other = register.service.staff("provider_specialist", (await register.organisation())["id"])
    assert (await uploaded(register, body, who=other))["fields"] == [None, None, None]


async def test_applying_and_undoing_at_once_is_done_once(register: Register) -> None:
    run = await checked(register, table(ROW))
    for what, status in (("application", "applied"), ("undo", "undone")):
        asked = [register.done("POST", f"/imports/{run['id']}/{what}", register.specialist) for _ in range(3)]
        assert [one["status"] for one in await asyncio.gather(*asked)] == [status] * 3
        assert await own_codes(register) == ([ROW["Шифр"]] if what == "application" else [])
    for what in ("application", "mapping"):
        method, body = ("PUT", {"fields": run["fields"]}) if what == "mapping" else ("POST", None)
        refused = await register.refused(method, f"/imports/{run['id']}/{what}", register.specialist, body)
        assert refused.json()["type"] == "import_undone"


async def test_what_changed_after_the_check_is_not_overwritten(register: Register) -> None:
    programme = await register.draft(title="Прежнее название")
    run = await checked(register, table({"Шифр": programme["code"], "Название": "Из файла"}, {"Шифр": "ПК-27-0001", "Название": "Новая"}))
    await register.done(
        "PUT", f"/programmes/{programme['id']}", register.specialist, register.facts(code=programme["code"], title="Из формы")
    )
    done = await register.done("POST", f"/imports/{run['id']}/application", register.specialist)
    line = next(line for line in done["lines"] if line["number"] == 2)
    assert (line["outcome"], line["left_revision"]) == ("error", None)
    assert "После проверки" in line["errors"][0]["message"]
    assert (await register.get(f"/programmes/{programme['id']}", register.specialist))["title"] == "Из формы"


async def test_an_order_of_steps_is_kept(register: Register) -> None:
    run = await uploaded(register, table(ROW))
    for what, said in (("application", "import_not_checked"), ("undo", "import_not_applied")):
        refused = await register.refused("POST", f"/imports/{run['id']}/{what}", register.specialist)
        assert (refused.status_code, refused.json()["type"]) == (409, said)
    await applied(register, table(ROW))
    again = await checked(register, table(ROW))
    assert again["counts"]["same"] == 1


async def test_the_operator_loads_organisations_and_takes_them_back(register: Register) -> None:
    school = await register.organisation(code="miass-1", kind="school", name="Школа № 1", short_name="Школа 1", oktmo=MIASS)
    kind = "Образовательная организация"
    body = table(
        {
            "Код": "miass-1",
            "Вид организации": kind,
            "Полное наименование": "Школа имени Гагарина",
            "Краткое наименование": "Школа 1",
            "ИНН": "",
        },
        {
            "Код": "miass-2",
            "Вид организации": kind,
            "Полное наименование": "Школа № 2",
            "Краткое наименование": "Школа 2",
            "Муниципалитет": "75742000",
        },
        {
            "Код": "miass-3",
            "Вид организации": kind,
            "Полное наименование": "Школа № 3",
            "Краткое наименование": "Школа 3",
            "ИНН": "1234567890",
        },
    )
    refused = await register.service.call(
        "POST", "/imports", register.specialist, content=body, params={"kind": "organisations", "name": "т.csv"}
    )
    assert refused.status_code == 403
    run = await applied(register, body.replace(b"miass-1;", b"miass-1;"), "organisations", register.operator)
    assert {line["number"]: line["outcome"] for line in run["lines"]} == {2: "error", 3: "new", 4: "error"}, run["lines"]
    assert school["name"] == "Школа № 1"
