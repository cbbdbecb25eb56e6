"""Every action without scripts: the same pages, plain forms and links."""

import re

from playwright.async_api import Page, expect

from tests.e2e.portal.conftest import PHONE, Visits

TEACHER = "fedorov"


async def registered(visit: Visits) -> Page:
    """A teacher's first page, after registration when there was none yet."""
    page = await visit(TEACHER, "/cabinet", width=PHONE, scripts=False)
    if "/consents" in page.url:
        for purpose in ("training", "assessment"):
            await page.locator(f'input[name="consents"][value="{purpose}"]').check()
        await page.locator("#find").fill("101")
        await page.get_by_role("button", name="Найти", exact=True).last.click()
        await page.get_by_label("Школа № 101").check()
        await page.get_by_label("Должность").select_option("teacher")
        await page.get_by_role("button", name="Зарегистрироваться").last.click()
    await expect(page).to_have_url(re.compile("/cabinet$"))
    return page


async def test_apply_from_the_card_and_withdraw(visit: Visits) -> None:
    page = await registered(visit)
    await page.goto("/programmes?has_seats=true&funding=regional")
    await page.locator(".result h3 a").first.click()
    title = await page.locator("h1").inner_text()
    await page.locator("main").get_by_role("link", name="Подать заявку").first.click()
    await expect(page.locator("h1")).to_have_text(title)
    await page.get_by_role("button", name="Подать заявку").click()
    await expect(page.locator(".said")).to_contain_text("подана")
    application = page.url
    await page.goto("/programmes?has_seats=true&funding=regional")
    await page.get_by_role("link", name=title, exact=True).first.click()
    await page.locator("main").get_by_role("link", name="Подать заявку").first.click()
    await page.get_by_role("button", name="Подать заявку").click()
    await expect(page.locator(".errors")).to_contain_text("уже есть действующая заявка")
    await page.goto(application)
    await page.get_by_role("link", name="Отозвать заявку").click()
    dialog = page.locator("dialog:target")
    await expect(dialog).to_be_visible()
    await dialog.get_by_label("Причина").select_option(label="Планы изменились")
    await dialog.get_by_role("button", name="Отозвать заявку").click()
    await expect(page.locator(".said")).to_contain_text("отозвана")
    await expect(page.locator("header .state")).to_contain_text("Отозвана")


async def test_the_search_narrows_by_its_form_alone(visit: Visits) -> None:
    page = await visit(None, "/programmes", scripts=False)
    before = await page.locator(".result").count()
    await page.get_by_label("Стажировка").check()
    await page.get_by_role("button", name="Показать", exact=True).click()
    await expect(page).to_have_url(re.compile("kind=internship"))
    assert 0 < await page.locator(".result").count() <= before
    await page.locator("a.chip", has_text="Стажировка").click()
    assert "kind=" not in page.url


async def test_reading_settings_are_kept_by_the_browser_alone(visit: Visits) -> None:
    page = await visit(None, "/help", scripts=False)
    await page.locator(".menu--read summary").click()
    await page.get_by_text("Крупный").click()
    await page.get_by_text("Тёмные").click()
    await page.get_by_role("button", name="Запомнить").click()
    await expect(page).to_have_url(re.compile("/help$"))
    assert await page.locator("html").get_attribute("data-theme") == "dark"
    await page.goto("/programmes")
    assert await page.locator("html").get_attribute("data-size") == "2"


async def test_an_item_is_answered_by_a_plain_form(visit: Visits) -> None:
    page = await registered(visit)
    await page.goto("/cabinet/diagnostics")
    if await page.get_by_role("link", name="Продолжить").count():
        await page.get_by_role("link", name="Продолжить").click()
    else:
        await page.locator("form[action$='/attempts'] button").click()
        await page.get_by_role("link", name="Пропустить").click()
    attempt = page.url.partition("?")[0]
    await page.goto(f"{attempt}?n=1")
    await page.get_by_role("button", name="Ответить и дальше").click()
    await expect(page.locator(".error")).to_be_visible()
    await page.get_by_role("button", name="Не знаю").click()
    await expect(page.get_by_text("Задание 2 из")).to_be_visible()
    await page.get_by_role("button", name="Отложить").click()
    await expect(page.get_by_text("Задание 3 из")).to_be_visible()
    await page.goto(f"{attempt}?n=1")
    await expect(page.get_by_text("отмечено «не знаю»")).to_be_visible()
