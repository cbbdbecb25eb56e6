"""What a refusal looks like to people: a page with a way out, the field that is wrong, and everything typed still there."""

import re
from uuid import uuid4

import pytest
from playwright.async_api import expect

from tests.e2e.portal.conftest import Visits, violations

TEACHER = "lebedeva"
CLOSED_TO_TEACHERS = (
    "/queue",
    "/provider/groups",
    "/provider/publications",
    "/moderation/news",
    "/operator/documents",
    "/operator/grants",
    "/operations",
    "/traces",
    "/journal",
    "/reports",
)


@pytest.mark.parametrize("path", ["/cabinet", "/queue", "/operations", "/cabinet/applications?from=letter"])
async def test_a_guest_signs_in_and_comes_back(visit: Visits, portal: str, path: str) -> None:
    page = await visit(None, "/help")
    answer = await page.request.get(path, max_redirects=0)
    assert answer.status == 303
    assert answer.headers["location"].startswith("/sign-in?return_to=%2F")
    assert re.sub("%2F", "/", answer.headers["location"]).endswith(path.replace("?", "%3F").replace("=", "%3D"))


@pytest.mark.parametrize("path", CLOSED_TO_TEACHERS)
async def test_another_role_s_page_says_whose_it_is(visit: Visits, path: str) -> None:
    page = await visit(TEACHER, "/help")
    answer = await page.goto(path)
    assert answer is not None
    assert answer.status == 403
    await expect(page.locator("h1")).to_have_text("Сюда нужны другие права")
    assert await violations(page) == []


@pytest.mark.parametrize("path", ["/programmes/{id}", "/programmes/not-an-id", "/nowhere", "/provider/groups/{id}", "/traces/zz"])
async def test_an_unknown_address_is_a_page_with_a_way_out(visit: Visits, path: str) -> None:
    page = await visit("orlova", "/help")
    answer = await page.goto(path.format(id=uuid4()))
    assert answer is not None
    assert answer.status == 404
    await expect(page.locator("main").get_by_role("link", name="На главную")).to_be_visible()


async def test_an_outdated_form_is_refused_in_words(visit: Visits) -> None:
    page = await visit(TEACHER, "/help")
    headers = {"accept": "text/html", "content-type": "application/x-www-form-urlencoded"}
    answer = await page.request.post("/cabinet/notifications/read", data="csrf_token=no", headers=headers)
    assert answer.status == 403
    assert answer.headers["content-type"].startswith("text/html")
    assert "Страница устарела" in await answer.text()


async def test_a_script_still_gets_a_problem_document(visit: Visits) -> None:
    page = await visit(TEACHER, "/help")
    answer = await page.request.post("/cabinet/notifications/read", data="x", headers={"accept": "application/json"})
    assert (answer.status, (await answer.json())["type"]) == (403, "stale_form")


async def test_a_form_keeps_what_was_typed_and_points_at_the_field(visit: Visits) -> None:
    page = await visit(TEACHER, "/cabinet")
    if "/consents" in page.url:
        await page.locator('input[value="training"]').check()
        await page.locator("#find").fill("103")
        await page.locator("#find").press("Enter")
        await page.get_by_label("№ 103").check()
        await page.get_by_label("Должность").select_option("teacher")
        await page.get_by_role("button", name="Зарегистрироваться").last.click()
        await expect(page).to_have_url(re.compile("/cabinet$"))
    await page.goto("/cabinet/about")
    await page.get_by_label("СНИЛС").fill("112-233-445 00")
    await page.get_by_label("Серия диплома").fill("АБ")
    await page.get_by_role("button", name="Сохранить").last.click()
    await expect(page.locator(".errors")).to_be_focused()
    await expect(page.get_by_label("СНИЛС")).to_have_value("112-233-445 00")
    await expect(page.get_by_label("Серия диплома")).to_have_value("АБ")
    await expect(page.get_by_label("СНИЛС")).to_have_attribute("aria-invalid", "true")
    assert await violations(page) == []
    await page.locator(".errors a").first.press("Enter")
    await expect(page.get_by_label("СНИЛС")).to_be_focused()


async def test_what_was_typed_is_text_and_never_markup(visit: Visits) -> None:
    page = await visit(None, "/programmes?q=" + "%3Cimg+src%3Dx+onerror%3Dalert(1)%3E")
    assert await page.locator("main img").count() == 0
    await expect(page.locator("#q")).to_have_value("<img src=x onerror=alert(1)>")


async def test_sign_in_never_leads_to_another_site(visit: Visits) -> None:
    page = await visit("orlova", "/help")
    csrf = await page.locator(".reading input[name=csrf_token]").get_attribute("value")
    form: dict[str, str | float | bool] = {"csrf_token": csrf or "", "size": "1", "return_to": "https://example.test/"}
    answer = await page.request.post("/reading", form=form, max_redirects=0)
    assert answer.headers["location"] == "/"
