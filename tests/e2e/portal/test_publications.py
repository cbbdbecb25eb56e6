"""Events, news, documents and the search over everything in a real browser: without scripts, by keyboard, and end to end."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.portal.conftest import DESK, PHONE, Visits, plain, press, tab_to, violations

STAMP = f"{datetime.now(UTC):%H%M%S}"


async def first(page: Page, path: str) -> str:
    """The address of the first card of a list."""
    answer = await page.request.get(f"/api/v1{path}")
    return str((await answer.json())["items"][0]["id"])


CARDS = {"/events": "/events", "/news": "/news", "/documents": "/documents", "/notices": "/procedures"}


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("path", CARDS)
async def test_a_card_has_no_violations_and_fits(visit: Visits, path: str, width: int) -> None:
    page = await visit(None, "/help", width=width)
    await page.goto(f"{CARDS[path]}/{await first(page, path)}")
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert len(await (await page.request.get(page.url)).body()) <= 25_000


@pytest.mark.parametrize("scripts", [True, False])
async def test_from_the_front_page_to_an_event_by_keyboard(visit: Visits, scripts: bool) -> None:
    page = await visit(None, "/", scripts=scripts)
    await press(page, '.doors a[href="/events"]')
    await expect(page.locator("h1")).to_have_text("Мероприятия")
    await press(page, ".agenda h3 a, .agenda .h3 a")
    await expect(page).to_have_url(re.compile("/events/[0-9a-f-]{36}$"))
    await tab_to(page, 'main a[href$=".ics"]')


@pytest.mark.parametrize("scripts", [True, False])
async def test_one_box_finds_every_kind_by_keyboard_even_in_the_wrong_layout(visit: Visits, scripts: bool) -> None:
    page = await visit(None, "/", scripts=scripts)
    await tab_to(page, "#q")
    await page.keyboard.type("rjyrehc")  # «конкурс»
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/search?q=rjyrehc")
    await expect(page.locator("main")).to_contain_text("Показано по запросу «конкурс»")
    await press(page, '.views a[href*="kind=event"]')
    await expect(page.locator(".views [aria-current]")).to_contain_text("Мероприятия")
    await press(page, ".result h3 a")
    await expect(page).to_have_url(re.compile("/events/[0-9a-f-]{36}$"))


async def test_events_narrow_by_their_form_and_by_a_day_of_the_month_without_scripts(visit: Visits) -> None:
    page = await visit(None, "/events", scripts=False, width=PHONE)
    await page.get_by_label("Вид", exact=True).select_option("webinar")
    await page.get_by_role("button", name="Показать").click()
    await expect(page).to_have_url(re.compile("kind=webinar"))
    assert set(await page.locator(".agenda .tags > :first-child").all_inner_texts()) == {"Вебинар"}
    await page.goto("/events")
    day = await page.locator("time").first.get_attribute("datetime")
    await page.get_by_label("День").fill(str(day)[:10])
    await page.get_by_role("button", name="Показать").click()
    await page.locator(".month a[aria-current], .month a").first.click()
    await expect(page).to_have_url(re.compile(r"day=20\d\d-\d\d-\d\d"))
    assert await page.locator(".agenda li").count() >= 1


@pytest.mark.parametrize(("label", "name"), [("Организатор", "organiser"), ("Компетенция", "competence")])
async def test_notices_are_chosen_by_what_is_counted(visit: Visits, label: str, name: str) -> None:
    page = await visit(None, "/procedures", scripts=False, width=PHONE)
    option = page.get_by_label(label, exact=True).locator("option").nth(1)
    value, count = await option.get_attribute("value"), str(await option.text_content()).rpartition("(")[2].rstrip(")")
    await page.get_by_label(label, exact=True).select_option(value)
    await page.get_by_role("button", name="Показать").click()
    await expect(page).to_have_url(re.compile(f"{name}="))
    await expect(page.locator("#notices ~ ul > li")).to_have_count(min(int(count), 10))
    assert plain(await page.locator("#notices ~ .row .mute").inner_text()).split()[0] == count
    await page.get_by_role("link", name="Прошедшие").click()
    await expect(page).to_have_url(re.compile(f"{name}=.*|when=past"))


async def fill_event(page: Page, title: str) -> None:
    day = datetime.now(UTC) + timedelta(days=20)
    await page.get_by_label("Вид", exact=True).select_option("webinar")
    await page.get_by_label("Название").fill(title)
    await page.get_by_label("О чём и для кого").fill("Разберём <b>пять</b> работ и перепишем комментарии вместе, чтобы их прочли.")
    await page.get_by_label("Начало").fill(f"{day:%Y-%m-%d}T10:00")
    await page.get_by_label("Конец").fill(f"{day:%Y-%m-%d}T11:30")


@pytest.mark.parametrize("scripts", [True, False])
async def test_an_event_is_written_refused_previewed_published_moved_and_cancelled(visit: Visits, scripts: bool) -> None:
    title = f"Комментарий к работе {STAMP}{int(scripts)}"
    page = await visit("polyakova", "/provider/publications", scripts=scripts)
    await page.get_by_role("link", name="Добавить мероприятие").click()
    await fill_event(page, title)
    await page.get_by_label("Ссылка").fill("http://webinar.example/1")
    await page.get_by_role("button", name="Опубликовать").click()
    await expect(page.locator(".errors")).to_contain_text("https://")
    await expect(page.get_by_label("Название")).to_have_value(title)
    assert not scripts or await violations(page) == []
    await page.get_by_label("Ссылка").fill("https://webinar.example/1")
    await page.get_by_label("Время, строка 1").fill("10:00")
    await page.get_by_label("Что будет, строка 1").fill("Начало")
    await page.get_by_role("button", name="Посмотреть, как увидят").click()
    await expect(page.locator(".preview h2").first).to_have_text(title)
    await expect(page.locator(".preview")).to_contain_text("<b>пять</b>")
    assert not scripts or await violations(page) == []
    await page.get_by_role("button", name="Опубликовать").click()
    await expect(page.locator(".said")).to_contain_text("опубликовано")
    await expect(page.locator("h1")).to_have_text(title)
    address = page.url
    guest = await visit(None, address)
    await expect(guest.locator("main table")).to_contain_text("Начало")
    await page.get_by_role("link", name="Изменить, перенести или отменить").click()
    await page.get_by_label("Мест", exact=True).fill("50")
    await page.get_by_role("button", name="Опубликовать изменения").click()
    await expect(page.locator(".errors")).to_contain_text("почему меняется")
    await page.get_by_label("Причина изменения").fill("Ограничили число мест")
    await page.get_by_role("button", name="Опубликовать изменения").click()
    await expect(page).to_have_url(address)
    await page.get_by_role("link", name="Изменить, перенести или отменить").click()
    await page.get_by_role("button", name="Отменить мероприятие").click()
    await expect(page.locator(".errors")).to_contain_text("причину")
    await page.get_by_label("Причина", exact=True).fill("Ведущий заболел")
    await page.get_by_role("button", name="Отменить мероприятие").click()
    await expect(page.locator("main")).to_contain_text("Отменено")
    await guest.goto(address)
    await expect(guest.locator(".note--stop")).to_contain_text("Ведущий заболел")


async def test_news_goes_to_a_second_reader_and_out(visit: Visits) -> None:
    title = f"Мастерская открыта {STAMP}"
    author = await visit("polyakova", "/provider/publications/news/new", scripts=False)
    await author.get_by_label("Заголовок").fill(title)
    await author.get_by_role("button", name="Отправить второму читателю").click()
    await expect(author.locator(".errors")).to_contain_text("Главное")
    await author.get_by_label("Главное").fill("Мастерская для учителей открылась в центре города.")
    await author.get_by_label("Текст").fill("Первый абзац.\n\nВторой абзац.")
    await author.get_by_role("button", name="Отправить второму читателю").click()
    await expect(author.locator(".said")).to_contain_text("второму читателю")
    reader = await visit("orlova", "/moderation/news", scripts=False)
    piece = reader.locator("article", has_text=title)
    await piece.get_by_role("button", name="Вернуть").click()
    await expect(reader.locator(".errors")).to_contain_text("что исправить")
    await reader.locator("article", has_text=title).get_by_role("button", name="Опубликовать").click()
    await expect(reader.locator(".said")).to_contain_text("опубликована")
    guest = await visit(None, "/news", scripts=False)
    await guest.get_by_role("link", name=title).click()
    assert await guest.locator("article > p").count() == 2


TITLES = {"events": "Название", "news": "Заголовок", "notices": "Название", "documents": "Название"}
SAVE, MERGE = re.compile("^(Сохранить черновик|Опубликовать изменения)$"), "Собрать и проверить"


def desk(kind: str) -> tuple[str, str]:
    """Who writes things of a kind, and where they are listed."""
    return ("orlova", "/operator/documents") if kind == "documents" else ("polyakova", f"/provider/publications?kind={kind}")


@pytest.mark.parametrize("kind", TITLES)
async def test_what_is_typed_keeps_itself_and_waits_for_its_author(visit: Visits, kind: str) -> None:
    title, (who, listed) = f"Недописанное {kind} {STAMP}", desk(kind)
    page = await visit(who, f"{listed.partition('?')[0]}/{'new' if kind == 'documents' else f'{kind}/new'}")
    if kind == "documents":
        file: Any = {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF"}
        await page.get_by_label("Файл PDF").set_input_files(file)
    await page.get_by_label(TITLES[kind], exact=True).fill(title)
    await expect(page.locator("[data-saved]")).to_contain_text("Сохранено в")
    kept = await page.request.get(f"/api/v1/drafts/{await page.locator('input[name=draft]').input_value()}")
    assert {"title", "file"} & (await kept.json())["fields"].keys() == {"title"}
    assert await violations(page) == []
    await page.goto(listed)
    assert await violations(page) == []
    await page.get_by_role("link", name=title).click()
    await expect(page.locator("main")).to_contain_text("Здесь незаконченный текст")
    await expect(page.get_by_label(TITLES[kind], exact=True)).to_have_value(title)
    await page.get_by_role("button", name="Удалить незаконченное").click()
    await expect(page.locator(".said")).to_contain_text("удалён")
    await page.goto(listed)
    await expect(page.get_by_role("link", name=title)).to_have_count(0)


async def test_a_saved_form_is_no_longer_unfinished_and_its_changes_are(visit: Visits) -> None:
    title = f"Открытый урок {STAMP}"
    page = await visit("polyakova", "/provider/publications/events/new")
    await fill_event(page, title)
    await page.get_by_label("Ссылка").fill("https://webinar.example/1")
    await expect(page.locator("[data-saved]")).to_contain_text("Сохранено в")
    await page.get_by_role("button", name=SAVE).last.click()
    await expect(page.locator(".said")).to_contain_text("Черновик сохранён")
    await expect(page.locator("main")).not_to_contain_text("незаконченный текст")
    await page.get_by_label("Время, строка 1").fill("10:00")
    await page.get_by_label("Что будет, строка 1").fill("Разбор работ")
    await expect(page.locator("[data-saved]")).to_contain_text("Сохранено в")
    await page.goto("/provider/publications")
    await expect(page.get_by_role("link", name=title)).to_have_count(1)
    row = page.locator("tr", has_text=title)
    await expect(row).to_contain_text("есть незаконченные изменения")
    await row.get_by_role("link").click()
    await expect(page.get_by_label("Что будет, строка 1")).to_have_value("Разбор работ")
    await page.get_by_role("button", name="Опубликовать", exact=True).click()
    await expect(page.locator(".said")).to_contain_text("опубликовано")
    await page.goto("/provider/publications")
    await expect(row).not_to_contain_text("незаконченные")


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("kind", ["news", "documents"])
async def test_two_editors_meet_and_both_texts_are_kept(visit: Visits, kind: str, scripts: bool) -> None:
    """Two people of an organisation, or one operator in two windows."""
    title, (who, _) = f"Вместе {kind} {STAMP}{int(scripts)}", desk(kind)
    long, short = ("Текст редакции", "О чём документ") if kind == "documents" else ("Текст", "Главное")
    mine = await visit(who, "/operator/documents/new" if kind == "documents" else "/provider/publications/news/new", scripts=scripts)
    await mine.get_by_label(TITLES[kind], exact=True).fill(title)
    await mine.get_by_label(long).fill("Первый абзац.")
    if kind == "documents":
        await mine.get_by_label("Действует с").fill("2026-09-01")
    await mine.get_by_role("button", name=SAVE).click()
    await expect(mine.locator(".said")).to_contain_text("Черновик сохранён")
    theirs = await visit(who if kind == "documents" else "antonov", mine.url, scripts=scripts)
    await theirs.get_by_label(short).fill("Главное сказал коллега.")
    await theirs.get_by_label(long).fill("Абзац коллеги.")
    await mine.get_by_label(long).fill("Мой абзац.\n\nИ второй.")
    await theirs.get_by_role("button", name=SAVE).click()
    await expect(theirs.locator(".said")).to_contain_text("Черновик сохранён")
    await mine.get_by_role("button", name=SAVE).click()
    await expect(mine.locator(".errors")).to_contain_text("Ничего не потеряно")
    for words in ("Мой абзац.", "И второй.", "Абзац коллеги."):
        await expect(mine.locator("main")).to_contain_text(re.compile(words.replace(" ", r"\s")))
    assert not scripts or await violations(mine) == []
    await expect(mine.get_by_role("group", name=short).get_by_label(re.compile("Сохранено другим"))).to_be_checked()  # not touched here
    await expect(mine.get_by_role("group", name=long).get_by_label(re.compile("Моё"))).to_be_checked()
    await mine.get_by_role("button", name=MERGE).click()
    await expect(mine.get_by_label(short)).to_have_value("Главное сказал коллега.")
    await expect(mine.get_by_label(long)).to_have_value("Мой абзац.\n\nИ второй.")
    await mine.get_by_role("button", name=SAVE).click()
    await expect(mine.locator(".said")).to_contain_text("Черновик сохранён")


async def test_news_that_went_out_while_somebody_changed_it_keeps_what_they_typed(visit: Visits) -> None:
    title = f"Вышла раньше {STAMP}"
    author = await visit("polyakova", "/provider/publications/news/new", scripts=False)
    for label, words in (("Заголовок", title), ("Главное", "Мастерская открылась в центре города."), ("Текст", "Первый абзац.")):
        await author.get_by_label(label).fill(words)
    await author.get_by_role("button", name="Отправить второму читателю").click()
    await author.goto("/provider/publications?kind=news")
    await author.get_by_role("link", name=title).click()
    await author.get_by_label("Текст").fill("Первый абзац и поправка.")
    reader = await visit("orlova", "/moderation/news", scripts=False)
    await reader.locator("article", has_text=title).get_by_role("button", name="Опубликовать").click()
    await author.get_by_role("button", name=SAVE).click()
    await author.get_by_role("button", name=MERGE).click()
    await expect(author.locator("main")).to_contain_text("сначала снимите её с публикации")
    await expect(author.get_by_label("Текст")).to_have_value("Первый абзац и поправка.")
    await author.get_by_role("button", name="Отложить незаконченное").click()
    await expect(author.locator(".said")).to_contain_text("сохранён в")
    await expect(author.get_by_label("Текст")).to_have_value("Первый абзац и поправка.")


async def test_without_scripts_a_button_keeps_what_is_unfinished(visit: Visits) -> None:
    title = f"Без сценариев {STAMP}"
    page = await visit("polyakova", "/provider/publications/notices/new", scripts=False, width=PHONE)
    await page.get_by_label("Название").fill(title)
    await page.get_by_role("button", name="Отложить незаконченное").click()
    await expect(page.locator(".said")).to_contain_text("сохранён в")
    await page.goto("/provider/publications?kind=notices")
    await page.get_by_role("link", name=title).click()
    await expect(page.get_by_label("Название")).to_have_value(title)
    await page.get_by_role("button", name="Удалить незаконченное").click()
    await expect(page.locator(".said")).to_contain_text("удалён")


async def test_a_document_gets_its_next_version_and_staff_say_they_have_read_it(visit: Visits) -> None:
    title = f"Порядок {STAMP}"
    operator = await visit("orlova", "/operator/documents/new", scripts=False)
    await operator.get_by_label("Название").fill(title)
    await operator.get_by_label("Действует с").fill("2026-09-01")
    script: Any = {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n/JavaScript\n%%EOF"}
    await operator.get_by_label("Файл PDF").set_input_files(script)
    await operator.get_by_role("button", name="Опубликовать").click()
    await expect(operator.locator(".errors")).to_contain_text("сценарии")
    await expect(operator.get_by_label("Название")).to_have_value(title)
    content = b"%PDF-1.7\n%%EOF"
    await operator.get_by_label("Файл PDF").set_input_files(script | {"buffer": content})
    await operator.get_by_role("button", name="Опубликовать").click()
    await expect(operator.locator(".said")).to_contain_text("опубликована")
    address = operator.url
    reader = await visit("polyakova", address, scripts=False)
    given = await reader.request.get(str(await reader.get_by_role("link", name="a.pdf").get_attribute("href")))
    assert await given.body() == content
    mark = reader.get_by_role("button", name="Ознакомлен(а)")
    async with asyncio.timeout(15):
        while not await mark.count():  # the gateway hears of the new version from the bus
            await reader.reload()
    await mark.click()
    await expect(reader.locator(".said")).to_contain_text("ознакомлены")
    await expect(mark).to_have_count(0)
    await operator.goto(address)
    await expect(operator.locator("aside")).to_contain_text("1 из 2")
