"""A provider loads a table without scripts on a phone: looks at what would change, loads it, takes it back."""

import re
from uuid import uuid4

from playwright.async_api import FilePayload, Page, expect

from tests.e2e.portal.conftest import PHONE, Visits, violations

PATH = "/provider/import"


def csv(name: str, text: str, encoding: str = "cp1251") -> FilePayload:
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode(encoding)}


async def chosen(page: Page, file: FilePayload, kind: str = "programmes") -> None:
    await page.locator("#f-kind").select_option(kind)
    await page.locator("#f-file").set_input_files([file])
    await page.get_by_role("button", name="Дальше: столбцы").click()


async def test_a_table_is_looked_at_loaded_and_taken_back_without_scripts(visit: Visits) -> None:
    code = f"ПК-99-{uuid4().hex[:6].upper()}"
    page = await visit("polyakova", PATH, width=PHONE, scripts=False)
    text = (
        "Шифр;Как называется;Вид;Часов;Форма;Оплата\n"
        f"{code};Смысловое чтение;Повышение квалификации;36;Дистанционная;Региональный бюджет\n"
        f"{code}-Б;Короткая;Повышение квалификации;8;Дистанционная;Региональный бюджет\n"
    )
    await chosen(page, csv("план.csv", text))
    await expect(page.locator("h1")).to_have_text("план.csv")
    await expect(page.get_by_label("Шифр", exact=True)).to_have_value("code")
    await page.get_by_label("Как называется").select_option("title")
    await page.get_by_role("button", name="Показать, что изменится").click()
    rows = page.locator("#rows tbody tr")
    await expect(rows).to_have_count(2)
    await expect(rows.first).to_contain_text(re.compile(r"не\sменьше\s16\sчасов"))
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE
    await page.get_by_role("button", name=re.compile("Загрузить 1")).click()
    await expect(page.get_by_role("status")).to_contain_text("Загружено")
    await page.get_by_role("link", name=re.compile(code)).click()
    await expect(page.locator("h1")).to_contain_text(re.compile(r"Смысловое\sчтение"))
    await page.goto(PATH)
    await page.get_by_role("link", name="план.csv").first.click()
    await page.get_by_role("button", name="Отменить загрузку").click()
    await expect(page.get_by_role("status")).to_contain_text(re.compile(r"Загрузка\sотменена"))
    await expect(page.get_by_role("button", name="Отменить загрузку")).to_have_count(0)


async def test_what_was_exported_is_loaded_again_without_changes(visit: Visits) -> None:
    page = await visit("polyakova", "/provider/programmes")
    answer = await page.request.get("/api/v1/own-programmes.xlsx")
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    await page.goto(PATH)
    await chosen(page, {"name": "Программы.xlsx", "mimeType": answer.headers["content-type"], "buffer": await answer.body()})
    await page.get_by_role("button", name="Показать, что изменится").click()
    await expect(page.locator("#rows")).to_contain_text(re.compile(r"Загружать\sнечего"))
    await expect(page.locator("#rows tbody tr")).to_have_count(0)


async def test_a_file_that_is_no_table_is_refused_at_the_field(visit: Visits) -> None:
    page = await visit("polyakova", PATH)
    large = csv("большой.csv", "Шифр\n" + "1" * 1_100_000)
    for file, said in ((csv("договор.pdf", "%PDF-1.7"), r"не\sтаблица"), (large, r"больше\s1\sМБ")):
        await chosen(page, file)
        await expect(page.locator("#e-file")).to_have_text(re.compile(said))
        assert await violations(page) == []
    plain = await visit("polyakova", PATH, scripts=False)
    await chosen(plain, large)
    await expect(plain.locator("#e-file")).to_have_text(re.compile(r"больше\s1\sМБ"))
    await chosen(plain, csv("слишком.csv", "1" * 6_000_000))
    await plain.get_by_role("link", name="Вернуться к форме").click()
    assert plain.url.endswith(PATH)
    await page.goto(PATH)
    await page.get_by_role("button", name="Дальше: столбцы").click()
    await expect(page.locator("#e-file")).to_have_text(re.compile(r"Выберите\sфайл"))


async def test_organisations_are_loaded_by_the_operator_only(visit: Visits) -> None:
    page = await visit("polyakova", PATH)
    assert await page.locator("#f-kind option").all_text_contents() == ["Программы", "Потоки"]
    answer = await page.goto("/operator/import")
    assert answer is not None
    assert answer.status == 403
    page = await visit("orlova", "/operator/import")
    await chosen(page, csv("школы.csv", "Код;Наименование\nno-such-school;Школа\n"), "organisations")
    await page.get_by_role("button", name="Показать, что изменится").click()
    await expect(page.locator("#rows")).to_contain_text(re.compile("добавьте столбец"))
    assert await violations(page) == []
