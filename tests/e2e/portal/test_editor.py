"""A programme from the first typed word to the public page: kept while typed, refused in words, read by somebody else."""

import re
from datetime import timedelta
from uuid import uuid4

from playwright.async_api import Page, expect

from shared.clock import real_time, today
from tests.e2e.portal.conftest import DESK, PHONE, Visits, press, tab_to, violations

ANNOTATION = "Как вести разговор о вероятности с классом: опыты, игры и задачи из жизни, которые можно взять на урок завтра."
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def new_code() -> str:
    return f"ПК-Т-{uuid4().hex[:8].upper()}"


async def fill(page: Page, code: str, *, title: str = "Вероятность вокруг нас", hours: str = "24") -> None:
    """Fill in everything that a programme needs."""
    await page.get_by_label("Шифр", exact=True).fill(code)
    await page.get_by_label("Название", exact=True).fill(title)
    await page.get_by_label("Вид программы").select_option("professional_development")
    await page.get_by_label("Аннотация").fill(ANNOTATION)
    await page.get_by_label("Объём, часов").fill(hours)
    await page.get_by_label("Форма", exact=True).select_option("distance")
    await page.get_by_label("Компетенция 1").select_option(index=1)
    await page.get_by_label("Оплата").select_option("regional")
    await page.get_by_label("Документ об окончании").select_option("qualification_certificate")


async def drafted(page: Page, code: str, **facts: str) -> str:
    """A saved draft; returns its page."""
    await page.goto("/provider/programmes/new")
    await fill(page, code, **facts)
    await page.get_by_role("button", name="Сохранить программу").last.click()
    await expect(page.locator(".said")).to_contain_text("сохранена")
    return page.url


async def published(visit: Visits, code: str, **facts: str) -> str:
    """A published programme of polyakova's; returns its provider's page."""
    page = await visit("polyakova", "/provider/programmes")
    address = await drafted(page, code, **facts)
    await page.get_by_role("button", name="Отправить на проверку").click()
    await expect(page.locator(".said")).to_contain_text("на проверку")
    reader = await visit("orlova", f"/moderation/{address.rpartition('/')[2]}")
    await reader.get_by_role("button", name=re.compile("Опубликовать версию")).click()
    await expect(reader.locator(".said")).to_contain_text("опубликована")
    return address


async def test_what_is_typed_keeps_itself_and_waits_for_its_author(visit: Visits) -> None:
    page = await visit("polyakova", "/provider/programmes/new")
    title = f"Недописанная {uuid4().hex[:6]}"
    await page.get_by_label("Название", exact=True).fill(title)
    await expect(page.locator("[data-saved]")).to_contain_text("Сохранено в")
    await page.get_by_label("Объём, часов").fill("тридцать")
    kept = page.locator('input[name="draft_revision"]')
    await expect(kept).to_have_value("2")
    await page.goto("/provider/programmes")
    await page.get_by_role("link", name=title).click()
    await expect(page.get_by_label("Объём, часов")).to_have_value("тридцать")
    await page.get_by_role("button", name="Удалить незаконченное").click()
    await expect(page.locator(".said")).to_contain_text("удалён")


async def test_a_refusal_names_the_fields_and_loses_nothing(visit: Visits) -> None:
    page = await visit("polyakova", "/provider/programmes/new", width=PHONE)
    sections = page.get_by_role("complementary", name="Разделы формы").get_by_role("listitem")
    await expect(sections.filter(has_text="Объём и форма")).to_contain_text("осталось")
    await fill(page, new_code(), hours="12")
    await expect(sections.filter(has_text="Объём и форма")).to_contain_text("готово")  # as far as one can tell while it is typed
    await page.get_by_label("Раздел 1", exact=True).fill("Опыты")
    await page.get_by_label("Часы").first.fill("5")
    await page.get_by_role("button", name="Сохранить программу").last.click()
    errors = page.locator(".errors")
    await expect(errors).to_be_focused()
    await expect(errors).to_contain_text("не меньше 16 часов")
    await expect(errors).to_contain_text("Сумма часов разделов")
    await expect(sections.filter(has_text="Объём и форма")).to_contain_text("осталось")
    await page.get_by_label("Цель и планируемые результаты").fill("Вести разговор о вероятности с классом")
    await expect(sections.filter(has_text="Объём и форма")).to_contain_text("осталось")
    assert await violations(page) == []
    await errors.get_by_role("link", name=re.compile("Объём")).click()
    await expect(page.get_by_label("Объём, часов")).to_be_focused()
    await expect(page.get_by_label("Раздел 1", exact=True)).to_have_value("Опыты")
    await expect(page.get_by_label("Аннотация")).to_have_value(ANNOTATION)


async def test_a_programme_is_returned_mended_and_published_by_somebody_else(visit: Visits) -> None:
    code, title = new_code(), f"Вероятность вокруг нас {uuid4().hex[:6]}"
    page = await visit("polyakova", "/provider/programmes")
    address = await drafted(page, code, title=title)
    programme = address.rpartition("/")[2]
    await page.get_by_role("link", name="Посмотреть, как увидят педагоги").click()
    await expect(page.locator("main")).to_contain_text("Так страницу увидят педагоги")
    await page.get_by_role("link", name="Вернуться").click()
    await page.get_by_role("button", name="Отправить на проверку").click()
    guest = await visit(None, f"/programmes/{programme}")
    await expect(guest.locator("h1")).to_have_text("Такой страницы нет")

    reader = await visit("orlova", "/moderation")
    await reader.get_by_role("link", name=title).click()
    assert await violations(reader) == []
    await reader.get_by_text("Вернуть с замечаниями").first.click()
    await reader.get_by_text("Замечания к полям").click()
    await reader.get_by_label("Название", exact=True).fill("Название слишком общее")
    await reader.get_by_role("button", name="Вернуть с замечаниями").click()
    await expect(reader.locator(".said")).to_contain_text("возвращена")

    await page.goto(f"{address}/edit")
    await expect(page.locator("main")).to_contain_text("Название слишком общее")
    await page.get_by_label("Название", exact=True).fill(f"{title} в 7 классе")
    await page.get_by_role("button", name="Сохранить программу").last.click()
    await page.get_by_role("button", name="Отправить на проверку").click()
    await reader.goto(f"/moderation/{programme}")
    await reader.get_by_role("button", name=re.compile("Опубликовать версию 2")).click()
    await guest.goto(f"/programmes/{programme}")
    await expect(guest.locator("h1")).to_contain_text("в 7 классе")


async def test_a_change_of_a_published_programme_waits_and_shows_its_difference(visit: Visits) -> None:
    address = await published(visit, new_code())
    programme = address.rpartition("/")[2]
    page = await visit("polyakova", f"{address}/edit")
    await page.get_by_label("Название", exact=True).fill("Вероятность и статистика")
    await page.get_by_role("button", name="Отправить изменения на проверку").last.click()
    await expect(page.locator(".said")).to_contain_text("прежнюю версию")
    guest = await visit(None, f"/programmes/{programme}")
    await expect(guest.locator("h1")).to_have_text(re.compile("Вероятность вокруг.нас"))
    await page.goto(f"{address}/versions")
    await expect(page.locator("del")).to_have_text(re.compile("Вероятность вокруг.нас"))
    await expect(page.locator("ins")).to_have_text(re.compile("Вероятность и.статистика"))
    assert await violations(page) == []


async def test_two_editors_meet_and_nothing_is_lost(visit: Visits) -> None:
    first = await visit("polyakova", "/provider/programmes")
    address = await drafted(first, new_code())
    await first.goto(f"{address}/edit")
    await first.get_by_label("Название", exact=True).fill("Моё название")
    await first.get_by_label("Объём, часов").fill("30")
    await expect(first.locator("[data-saved]")).to_contain_text("Сохранено в")
    second = await visit("antonov", f"{address}/edit")
    await expect(second.locator("main")).to_contain_text("редактирует и ваш коллега")
    await expect(second.get_by_label("Объём, часов")).to_have_value("24")
    await second.get_by_label("Название", exact=True).fill("Название коллеги")
    await second.get_by_label("Цель и планируемые результаты").fill("Цель коллеги.")
    await second.get_by_role("button", name="Сохранить программу").last.click()
    await expect(second.locator(".said")).to_contain_text("сохранена")
    await first.get_by_role("button", name="Сохранить программу").last.click()
    await expect(first.locator(".errors")).to_contain_text("Ничего не потеряно")
    assert await violations(first) == []
    assert await first.locator("fieldset.field").count() == 3
    await expect(first.get_by_role("group", name="Чему научатся").get_by_label(re.compile("Сохранено другим"))).to_be_checked()
    await expect(first.get_by_role("group", name="Объём").get_by_label(re.compile("Моё"))).to_be_checked()
    group = first.get_by_role("group", name="Название")
    await expect(group).to_contain_text("Моё")
    await group.get_by_label(re.compile("Сохранено другим")).check()
    await first.get_by_role("button", name="Собрать и проверить").click()
    await expect(first.get_by_label("Название", exact=True)).to_have_value("Название коллеги")
    await expect(first.get_by_label("Объём, часов")).to_have_value("30")
    await first.get_by_role("button", name="Сохранить программу").last.click()
    await expect(first.locator(".said")).to_contain_text("сохранена")


async def test_a_file_is_attached_and_what_is_no_pdf_is_refused(visit: Visits) -> None:
    page = await visit("polyakova", "/provider/programmes")
    address = await drafted(page, new_code())
    for body, sentence in ((b"PK\x03\x04" + b"0" * 100, "Сохраните его как PDF"), (PDF, "")):
        await page.locator("#f-file").set_input_files({"name": "Программа.pdf", "mimeType": "application/pdf", "buffer": body})
        await page.get_by_role("button", name="Приложить", exact=True).click()
        await expect(page.locator(".errors" if sentence else ".said")).to_contain_text(sentence or "приложен")
    await expect(page.locator("#files").get_by_role("link", name="Программа.pdf")).to_be_visible()
    large = PDF[:-6] + b"0" * 2_000_000 + PDF[-6:]
    await page.locator("#f-file").set_input_files({"name": "Большая.pdf", "mimeType": "application/pdf", "buffer": large})
    await page.get_by_role("button", name="Приложить", exact=True).click()
    await expect(page.locator(".said")).to_contain_text("приложен")
    assert page.url == address


async def test_a_group_is_announced_moved_repeated_and_warned_about(visit: Visits) -> None:
    address = await published(visit, new_code())
    page = await visit("polyakova", f"{address}/groups/new")
    teacher = f"Иванова-{uuid4().hex[:8]}"
    starts = today(real_time()) + timedelta(days=400)  # ahead of the suite's clock, wherever other tests have moved it
    await page.get_by_role("button", name="Добавить строки").click()
    await expect(page.locator("#meeting-date-0")).to_be_focused()
    await expect(page.locator("#meeting-date-7")).to_be_visible()
    for _ in range(2):
        await page.goto(f"{address}/groups/new")
        for name, day in (("starts", 0), ("ends", 20), ("enrolment_opens", -39), ("enrolment_closes", -5)):
            await page.locator(f"#f-{name}").fill((starts + timedelta(days=day)).isoformat())
        await page.get_by_label("Мест", exact=True).fill("20")
        for column, value in (("date", starts.isoformat()), ("from", "10:00"), ("to", "12:00"), ("teacher", teacher)):
            await page.locator(f"#meeting-{column}-0").fill(value)
        await page.get_by_role("button", name="Объявить поток").click()
        await expect(page.locator(".said")).to_contain_text("Поток")
    await expect(page.locator(".said")).to_contain_text(teacher)
    await expect(page.get_by_role("link", name="Открыть поток")).to_have_attribute("href", re.compile("^/provider/groups/"))
    await page.locator("#groups a").nth(1).click()
    group = page.url
    await page.goto(f"{group}/edit")
    assert await violations(page) == []
    await page.get_by_label("Мест", exact=True).fill("25")
    await page.get_by_role("button", name="Сохранить изменения").click()
    await expect(page.locator(".errors")).to_contain_text("Объясните")
    await page.get_by_label("Причина изменения").fill("Нашли аудиторию больше")
    await page.get_by_role("button", name="Сохранить изменения").click()
    await page.goto(f"{group}/copy")
    await expect(page.get_by_label("Когда начать")).to_have_value((starts + timedelta(weeks=52)).isoformat())
    await page.get_by_role("button", name="Объявить поток").click()
    await expect(page.locator(".said")).to_contain_text("Поток объявлен.")
    await page.goto(f"{group}/edit")
    await page.get_by_label("Причина отмены").fill("Не набрали слушателей")
    await page.get_by_role("button", name="Отменить поток").click()
    await expect(page.locator(".said")).to_contain_text("отменён")
    await expect(page.locator(".note--stop")).to_contain_text("Не набрали слушателей")
    await expect(page.get_by_role("button", name="Изменить число мест")).to_have_count(0)
    await page.goto(f"{group}/edit")
    await expect(page.get_by_role("link", name="Вернуться к потоку")).to_be_visible()
    await expect(page.get_by_role("button", name="Сохранить изменения")).to_have_count(0)


async def test_without_scripts_a_button_keeps_the_draft(visit: Visits) -> None:
    page = await visit("polyakova", "/provider/programmes/new", scripts=False, width=PHONE)
    await page.get_by_label("Название", exact=True).fill("Без сценариев")
    await page.get_by_role("button", name="Добавить строки").first.click()
    await expect(page.get_by_label("Название", exact=True)).to_have_value("Без сценариев")
    await page.get_by_role("button", name="Отложить незаконченное").click()
    await expect(page.locator(".said")).to_contain_text("сохранён в")
    await expect(page.get_by_label("Название", exact=True)).to_have_value("Без сценариев")
    await page.get_by_role("button", name="Удалить незаконченное").click()
    await expect(page.locator(".said")).to_contain_text("удалён")


async def test_a_reader_decides_by_keyboard_alone(visit: Visits) -> None:
    page = await visit("polyakova", "/provider/programmes")
    address = await drafted(page, new_code())
    await press(page, "form[action$='/submission'] button")
    reader = await visit("orlova", "/moderation", width=DESK)
    await press(reader, f"a[href='/moderation/{address.rpartition('/')[2]}']")
    await tab_to(reader, "button[value='publish']")
    async with reader.expect_navigation():
        await reader.keyboard.press("Enter")
    await expect(reader.locator(".said")).to_contain_text("опубликована")
