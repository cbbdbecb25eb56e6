"""Tables imported: what the check promises is what the application does, and what nobody touched since can be taken back."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from services.catalog.api import worker
from services.catalog.rules.import_columns import COLUMNS, Kind
from services.catalog.rules.import_mapping import guessed
from services.catalog.rules.sheet_writing import as_csv
from services.catalog.rules.sheets import read_sheet
from shared.errors import Unavailable
from tests.service.catalog.conftest import Register
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


async def test_a_table_is_forgotten_after_ninety_days_and_what_it_brought_stays(register: Register) -> None:
    run = await applied(register, table(ROW))
    await register.service.serve_due(datetime.now(UTC) + timedelta(days=89))
    assert len((await register.get("/imports", register.specialist))["items"]) == 1
    await register.service.serve_due(datetime.now(UTC) + timedelta(days=91))
    assert (await register.get("/imports", register.specialist))["items"] == []
    assert (await register.refused("GET", f"/imports/{run['id']}", register.specialist)).status_code == 404
    assert await own_codes(register) == [ROW["Шифр"]]


async def test_what_is_no_table_is_refused_at_the_file(register: Register) -> None:
    for body, part in ((b"%PDF-1.7", "не таблица"), (b"PK\x03\x04", "не читается"), (b"1" * 1_050_000, "больше 1 МБ")):
        asked = {"kind": "programmes", "name": "таблица.csv"}
        answer = await register.service.call("POST", "/imports", register.specialist, content=body, params=asked)
        assert answer.status_code == 422
        [error] = answer.json()["errors"]
        assert error["field"] == "file"
        assert part in error["message"]


async def test_a_template_is_read_as_it_is_explained(register: Register) -> None:
    for kind, columns in COLUMNS.items():
        answer = await register.service.call("GET", "/import-template.xlsx", register.specialist, params={"kind": kind})
        assert answer.status_code == 200
        empty = read_sheet(answer.content)
        assert empty == "Под заголовками нет ни одной строки."
        headings = [str(cell.value) for cell in next(load_workbook(BytesIO(answer.content)).worksheets[0].iter_rows())]
        assert guessed(kind, headings) == [column.field for column in columns]


WRONG = {
    "a table without rows": "UPDATE import_run SET rows = 0",
    "counts that do not add up": "UPDATE import_run SET same = same + 1",
    "an application at no time": "UPDATE import_run SET applied_at = NULL",
    "an undo at no time": "UPDATE import_run SET status = 'undone'",
    "a check without a mapping": "UPDATE import_run SET fields = NULL",
    "a table of organisations that is a provider's": "UPDATE import_run SET kind = 'organisations'",
    "an error without a sentence": "UPDATE import_row SET outcome = 'error', left_revision = NULL",
    "a sentence without an error": """UPDATE import_row SET errors = '[{"message": "нет"}]'""",
    "an undo of what was not done": "UPDATE import_row SET left_revision = NULL, undo = 'undone'",
    "something kept without a reason": "UPDATE import_row SET undo = 'kept'",
    "a change that was new": "UPDATE import_row SET before = '{}'",
    "something done to nothing": "UPDATE import_row SET object_id = NULL",
}


async def test_the_database_keeps_the_steps_and_the_counts(register: Register) -> None:
    await applied(register, table(ROW))
    await register.forbids(*WRONG.values())


async def test_a_table_that_takes_too_long_holds_up_nobody(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(worker, "SECONDS", 0.1)
        with pytest.raises(Unavailable):
            await worker.in_another_process(time.sleep, 60)
    assert (await uploaded(register, table(ROW)))["status"] == "uploaded"
