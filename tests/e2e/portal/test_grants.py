"""The operator gives a role on a basis and takes it back with a reason; the holder sees their cabinet come and go."""

from playwright.async_api import expect

from tests.e2e.portal.conftest import Visits, violations

OPERATOR, PERSON = "orlova", "zharov"


async def test_a_role_is_given_by_code_and_taken_back(visit: Visits) -> None:
    person = await visit(PERSON, "/consents")
    code = await person.locator("b.mono").first.inner_text()
    page = await visit(OPERATOR, "/operator/grants")
    await page.get_by_role("button", name="Закрепить роль").last.click()
    await expect(page.locator(".errors")).to_be_focused()
    await expect(page.locator(".errors")).to_contain_text("Впишите код")
    assert await violations(page) == []
    await page.get_by_label("Код учётной записи").fill(code)
    await page.locator("#f-role").select_option("school_specialist")
    await page.get_by_label("Основание").fill("Приказ № 7 от 1 ноября 2026 года")
    await page.locator("#find").fill("105")
    await page.locator("#find").press("Enter")
    await expect(page.get_by_label("Код учётной записи")).to_have_value(code)
    await page.get_by_label("№ 105").check()
    await page.get_by_role("button", name="Закрепить роль").last.click()
    await expect(page.locator(".said")).to_contain_text("закреплена")
    await person.goto("/queue")
    await expect(person.locator("h1")).to_contain_text("Решать сейчас нечего")
    row = page.get_by_role("row").filter(has_text=code).first
    await row.get_by_role("link", name="Снять").click()
    assert await violations(page) == []
    await page.get_by_label("Причина").fill("Перевод на другую работу")
    await page.get_by_role("button", name="Снять закрепление").click()
    await expect(page.locator(".said")).to_contain_text("снято")
    await expect(page.get_by_role("row").filter(has_text=code).first).to_contain_text("Перевод на другую работу")
    refused = await person.goto("/queue")
    assert refused is not None
    assert refused.status == 403
