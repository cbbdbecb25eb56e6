"""One teacher's way through the portal, from the first consent to the end of a training, each actor at their own pages."""

import re
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Page, expect

from tests.e2e.portal.conftest import PHONE, Visits, press, tab_to, violations
from tests.e2e.portal.sitting import answer_everything, answer_one
from tests.support.stage import eventually

TEACHER, HEAD, OPERATOR = "akhmetova", "bykova", "orlova"
MISSED = ("МЕТ-1", "ПРЕД-4")
KINDS = {"choice", "multiple", "matching", "ordering", "numeric"}
TOLD_SECONDS = 60


@dataclass
class Way:
    """How far the teacher has come; the tests of this file are its stages, in order."""

    number: str = ""
    title: str = ""
    done: set[str] = field(default_factory=set)

    def after(self, *stages: str) -> None:
        if missing := set(stages) - self.done:
            pytest.fail(f"an earlier stage did not end: {', '.join(sorted(missing))}")


@pytest.fixture(scope="module")
def way() -> Way:
    return Way()


async def until(page: Page, path: str, text: str) -> None:
    """Reload a page until what others derive has arrived."""

    async def there() -> bool:
        await page.goto(path)
        return text in (await page.locator("main").inner_text()).replace("\u00a0", " ")

    await eventually(there, within=TOLD_SECONDS)


async def test_a_teacher_registers_with_separate_consents_by_keyboard(visit: Visits, way: Way) -> None:
    page = await visit(TEACHER, "/cabinet")
    await expect(page).to_have_url(re.compile("/consents"))
    await press(page, "form[action='/consents'] p.row .btn--main")
    await expect(page.locator(".errors")).to_be_focused()
    assert await violations(page) == []
    for purpose in ("training", "assessment", "notifications"):
        await tab_to(page, f'input[name="consents"][value="{purpose}"]')
        await page.keyboard.press("Space")
    await tab_to(page, "input[name=find]")
    await page.keyboard.type("100")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await expect(page.locator('input[value="assessment"]')).to_be_checked()
    await page.get_by_label("Школа № 100").check()
    await page.get_by_label("Должность").select_option("teacher")
    await page.get_by_label("Математика", exact=True).check()
    await page.get_by_label(re.compile("^Основное общее")).check()
    await page.get_by_role("button", name="Зарегистрироваться").last.click()
    await expect(page).to_have_url(re.compile("/cabinet$"))
    await expect(page.locator(".said")).to_contain_text("зарегистрированы")
    assert await violations(page) == []
    await page.reload()
    await expect(page.locator(".said")).to_have_count(0)
    way.done.add("registered")


async def test_the_diagnosis_is_taken_with_a_pause_and_every_kind_of_item(visit: Visits, way: Way) -> None:
    way.after("registered")
    page = await visit(TEACHER, "/cabinet/diagnostics", width=PHONE)
    await press(page, "form[action$='/attempts'] button")
    await expect(page.locator("h1")).to_contain_text("что даётся трудно")
    assert await violations(page) == []
    for code, felt in (("МЕТ-1", "3"), ("ПРЕД-4", "0")):
        await page.locator(f'input[name="felt-{code}"][value="{felt}"]').check(force=True)
    await page.get_by_role("button", name="К заданиям").click()
    await press(page, "button:has-text('Ответить и дальше')")
    await expect(page.locator(".errors")).to_be_focused()
    assert await violations(page) == []
    await answer_one(page, missing=MISSED)
    await page.get_by_role("link", name="Прервать").click()
    await expect(page.get_by_text("отвечено 1 из")).to_be_visible()
    await page.get_by_role("link", name="Продолжить").click()
    await expect(page.get_by_text("Задание 2 из")).to_be_visible()
    attempt = page.url.partition("?")[0]
    await page.goto(f"{attempt}?n=1")
    await expect(page.locator('input[name="a"]')).not_to_have_value("")
    assert await answer_everything(page, missing=MISSED) == KINDS
    await expect(page.locator("h1")).to_contain_text("Ответы есть на все задания")
    assert await violations(page) == []
    await press(page, "button:has-text('Завершить диагностику')")
    await expect(page).to_have_url(re.compile("/cabinet/profile"))
    way.done.add("measured")


async def test_the_profile_names_the_deficits_with_their_uncertainty(visit: Visits, way: Way) -> None:
    way.after("measured")
    for width in (PHONE, 1280):
        page = await visit(TEACHER, "/cabinet/profile", width=width)
        await expect(page.locator("h1")).to_contain_text("два места, где стоит добавить")
        drawn = await page.locator(".comp svg").evaluate_all("all => all.map(one => one.getAttribute('aria-label'))")
        assert len(drawn) == 13
        assert all("вероятный промежуток" in one and "порог" in one for one in drawn)
        await page.locator("figure summary").click()
        rows = await page.locator("figure tbody tr").all_inner_texts()
        assert sum("Подтверждено" in row for row in rows) == 1
        assert sum("Слепое пятно" in row for row in rows) == 1
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
    way.done.add("profile")


async def test_the_route_is_changed_and_agreed(visit: Visits, way: Way) -> None:
    way.after("measured")
    page = await visit(TEACHER, "/cabinet/route")
    await until(page, "/cabinet/route", "Шаги")
    assert await violations(page) == []
    left_out = await page.locator(".rail h3 a").first.inner_text()
    await page.get_by_role("button", name="Исключить и пересчитать").first.click()
    await expect(page.locator(".said")).to_contain_text("пересчитан")
    assert left_out not in await page.locator(".rail h3 a").all_inner_texts()
    await page.get_by_role("button", name="Вернуть").click()
    await expect(page.locator(".said")).to_contain_text("пересчитан")
    await page.locator("#f-hours").fill("72")
    await page.get_by_role("button", name="Пересчитать", exact=True).click()
    await expect(page.locator("#f-hours")).to_have_value("72")
    await press(page, "button:has-text('Согласовать маршрут')")
    await expect(page.locator(".said")).to_contain_text("согласован")
    assert await violations(page) == []
    assert await (await visit(TEACHER, "/cabinet/route", width=PHONE)).evaluate("document.documentElement.scrollWidth") <= PHONE
    way.done.add("route")


async def test_two_clicks_apply_to_a_suggestion(visit: Visits, way: Way) -> None:
    way.after("route")
    page = await visit(TEACHER, "/cabinet")
    await until(page, "/cabinet", "Подать заявку по маршруту")
    assert await violations(page) == []
    await page.get_by_role("link", name="Подать заявку", exact=True).first.click()
    dialog = page.locator("dialog[open]")
    await expect(dialog).to_be_visible()
    assert await violations(page) == []
    await dialog.get_by_role("button", name="Подать заявку").click()
    await expect(page).to_have_url(re.compile("/cabinet/applications/"))
    found = re.search(r"ДПО-\d{4}-\d{6}", await page.locator("main").inner_text())
    assert found
    way.number, way.title = found[0], await page.locator("h1").inner_text()
    state = page.locator("header .state")
    await expect(state).to_contain_text("Согласовать заявку")
    await expect(state).to_contain_text("у руководителя школы")
    assert await violations(page) == []
    way.done.add("applied")


async def test_a_head_approves_by_letters_alone(visit: Visits, way: Way) -> None:
    way.after("applied")
    page = await visit(HEAD, "/queue")
    await until(page, "/queue", "Согласовать")
    assert await violations(page) == []
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await expect(page.locator("[data-count]")).to_have_text("1")
    await page.keyboard.press("x")
    await expect(page.locator("[data-count]")).to_have_text("0")
    await page.keyboard.press("x")
    await press(page, ".bulk button[value=approve]")
    await expect(page.locator(".said")).to_contain_text("заявка согласована")
    assert await violations(page) == []
    way.done.add("approved")


async def test_a_refusal_in_the_queue_needs_a_reason_and_keeps_what_was_typed(visit: Visits, way: Way) -> None:
    way.after("approved")
    page = await visit(OPERATOR, f"/queue?number={way.number}")
    card = page.locator("#card")
    await card.get_by_text("Запросить уточнение").click()
    await card.locator('textarea[name="remark-clarify"]').fill("")
    await card.get_by_role("button", name="Отправить вопрос").click()
    await expect(page.locator(".errors")).to_contain_text("Напишите, что нужно уточнить")
    await expect(page.locator(".errors")).to_be_focused()
    assert await violations(page) == []
    await page.locator('#card textarea[name="remark-clarify"]').fill("Подтвердите, что даты вам подходят")
    await page.locator("#card").get_by_role("button", name="Отправить вопрос").click()
    await expect(page.locator(".said")).to_contain_text("вопрос отправлен")
    teacher = await visit(TEACHER, "/cabinet")
    await teacher.get_by_role("link", name="Уточнить").click()
    await expect(teacher.get_by_text("Подтвердите, что даты вам подходят").first).to_be_visible()
    await teacher.get_by_role("button", name="Ответить").click()
    await expect(teacher.locator(".errors")).to_contain_text("Напишите ответ")
    assert await violations(teacher) == []
    await teacher.get_by_label("Ваш ответ").fill("Да, подходят")
    await teacher.get_by_role("button", name="Ответить").click()
    await expect(teacher.locator(".said")).to_contain_text("Ответ отправлен")
    way.done.add("answered")


async def test_the_provider_accepts_and_enrols_by_order(visit: Visits, way: Way) -> None:
    way.after("answered")
    page = await visit(OPERATOR, f"/queue?number={way.number}")
    for approval in ("Согласовать", "Принять"):  # the municipality's turn, when the programme wants it, and the provider's
        button = page.locator("#card").get_by_role("button", name=approval, exact=True)
        if await button.count():
            await button.click()
            await expect(page.locator(".said")).to_be_visible()
            await page.goto(f"/queue?number={way.number}")
    await expect(page.locator("#card .state").first).to_contain_text("Подписать приказ о зачислении")
    group = await page.locator("#card").get_attribute("data-group")
    await page.goto(f"/provider/groups/{group}")
    assert await violations(page) == []
    order = page.locator("#order-enrolment")
    await order.get_by_role("button", name="Зачислить").click()
    await expect(order.locator(".error")).to_contain_text("Впишите номер приказа")
    assert await violations(page) == []
    await page.locator("#order-enrolment").get_by_label("Номер приказа").fill(f"{way.number}-з")
    await page.locator("#order-enrolment").get_by_role("button", name="Зачислить").click()
    await expect(page.locator(".said")).to_contain_text("подписан")
    await expect(page.get_by_role("row").filter(has_text=way.number)).to_contain_text("Обучается")
    teacher = await visit(TEACHER, "/cabinet/notifications")
    await until(teacher, "/cabinet/notifications", "Вы зачислены")
    assert await violations(teacher) == []
    way.done.add("enrolled")


async def test_operations_follow_the_application_from_the_click_to_the_letter(visit: Visits, way: Way) -> None:
    way.after("enrolled")
    page = await visit(OPERATOR, "/operations")
    await expect(page.locator("h1")).to_have_text("Работает всё")
    await page.get_by_label("Номер заявки").fill(way.number)
    await page.get_by_role("button", name="Найти путь заявки").click()
    await until(page, page.url, "notify")
    assert await violations(page) == []
    row = page.get_by_role("row").filter(has_text="notify").filter(has_text="enrollment").first
    await row.get_by_role("link").click()
    falling = await page.locator(".fall li").all_inner_texts()
    assert {"gateway", "enrollment", "notify"} <= {service for line in falling for service in line.split()}
    assert await violations(page) == []
    await page.goto(f"/mail?to={TEACHER}@example.test")
    await page.get_by_role("link", name="Вы зачислены").first.click()
    letter = page.frame_locator("iframe")
    await expect(letter.get_by_text("Вы зачислены").first).to_be_visible()
