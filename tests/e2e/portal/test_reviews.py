"""A review from the form to the card: written by a teacher, decided by the operator, answered by the provider, read by everybody."""

import re
from uuid import UUID, uuid4

from playwright.async_api import Page, expect

from tests.e2e.portal.conftest import DESK, PHONE, Visits, plain, press, violations
from tests.support.stage import eventually
from tests.support.suite import Suite

TEACHER, OPERATOR, PROVIDER = "melnik", "orlova", "polyakova"
TEXT = "Разбирали уроки коллег по видеозаписям; наутро применила в пятом классе."
RIGHT = """
INSERT INTO review_right (id, person_id, target_kind, target_id, position, subject_group, granted_at)
VALUES ($1, $2, 'programme', $3, 'teacher', 'mathematics', now())
"""
REVIEWED = """
INSERT INTO review (id, right_id, target_kind, target_id, provider_id, content, teacher, organisation, usefulness, text,
    position, subject_group, status, submitted_at, revision)
SELECT gen_random_uuid(), $1, 'programme', id, provider_id, 4, 5, 3, 4, $3, 'teacher', 'mathematics', 'in_review', now(), 1
FROM programme WHERE id = $2
"""
PROGRAMME = (
    "SELECT programme.id FROM programme JOIN organisation ON organisation.id = provider_id WHERE organisation.code = 'chippkro' LIMIT 1"
)


async def registered(visit: Visits, suite: Suite) -> UUID:
    """A teacher who has consented."""
    page = await visit(TEACHER, "/consents?find=100")
    for purpose in ("training", "assessment", "notifications"):
        await page.locator(f'input[name="consents"][value="{purpose}"]').check()
    await page.get_by_label("Школа № 100").check()
    await page.get_by_label("Должность").select_option("teacher")
    await page.get_by_role("button", name="Зарегистрироваться").last.click()
    await expect(page).to_have_url(re.compile("/cabinet$"))
    person: UUID = await suite.value("gateway", "SELECT person_id FROM account WHERE subject = $1", TEACHER)
    return person


async def trained(suite: Suite, visit: Visits) -> tuple[UUID, UUID]:
    """A right to review of the teacher, and four reviews of others that wait; returns the right and the programme."""
    person, programme, right = await registered(visit, suite), await suite.value("catalog", PROGRAMME), uuid4()
    await suite.sql("catalog", RIGHT, right, person, programme)
    for number in range(4):
        other = uuid4()
        await suite.sql("catalog", RIGHT, other, uuid4(), programme)
        await suite.sql("catalog", REVIEWED, other, programme, f"Отзыв № {number}: спасибо, Нина Аркадьевна, было полезно.")
    return right, programme


async def fits(page: Page, width: int) -> None:
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_a_review_is_written_decided_shown_from_five_on_and_answered(visit: Visits, suite: Suite) -> None:
    right, programme = await trained(suite, visit)
    page = await visit(TEACHER, "/cabinet/reviews", width=PHONE)
    await fits(page, PHONE)
    await page.get_by_role("link", name="Написать отзыв").click()
    await press(page, "main form .btn--main")
    await expect(page.locator(".errors")).to_be_focused()
    await fits(page, PHONE)
    for mark, value in (("content", "5"), ("teacher", "4"), ("organisation", "3"), ("usefulness", "5")):
        await page.locator(f'input[name="{mark}"][value="{value}"]').check(force=True)
    await page.locator("#f-text").fill("Коротко")
    await page.get_by_role("button", name="Отправить отзыв").click()
    await expect(page.locator(".errors")).to_contain_text("от 20 знаков")
    await expect(page.locator('input[name="content"][value="5"]')).to_be_checked()
    await page.locator("#f-text").fill(TEXT)
    await page.get_by_role("button", name="Отправить отзыв").click()
    await expect(page.locator(".said")).to_contain_text("отправлен на проверку")
    await page.goto(f"/cabinet/reviews/{right}")
    await expect(page).to_have_url(re.compile("/cabinet/reviews$"))
    guest = await visit(None, f"/programmes/{programme}")
    assert "сейчас 0" in plain(await guest.locator("#reviews").inner_text())

    desk = await visit(OPERATOR, "/moderation/reviews")
    await expect(desk.locator("mark").first).to_have_text("Нина Аркадьевна")
    await fits(desk, DESK)
    await desk.locator("summary", has_text="Отклонить").first.click()
    await desk.get_by_role("button", name="Отклонить").first.click()
    await expect(desk.locator(".errors")).to_contain_text("Назовите причину")
    await fits(desk, DESK)
    for _ in range(5):
        await desk.goto("/moderation/reviews")
        await desk.get_by_role("button", name="Опубликовать").first.click()
        await expect(desk.locator(".said")).to_contain_text("опубликован")
    await expect(desk.locator("h1")).to_contain_text("Проверять сейчас нечего")

    async def shown() -> bool:
        await guest.goto(f"/programmes/{programme}")
        return "из 5, 5 отзывов" in plain(await guest.locator("#reviews").inner_text())

    await eventually(shown)
    await fits(guest, DESK)
    assert '"aggregateRating"' in await guest.content()
    await guest.goto(f"/programmes/{programme}/reviews")
    assert TEXT in plain(await guest.locator("main").inner_text())
    await fits(guest, DESK)

    reply = await visit(PROVIDER, "/provider/reviews", width=PHONE)
    await fits(reply, PHONE)
    await reply.locator("main summary").first.click()
    await reply.locator("main textarea").first.fill("Спасибо, Мария Ивановна!")
    await reply.get_by_role("button", name="Опубликовать ответ").first.click()
    await expect(reply.locator(".errors")).to_contain_text("Уберите личные данные")
    await fits(reply, PHONE)
    await reply.locator("#f-text").fill("Спасибо! С осени разборов будет больше.")
    await reply.get_by_role("button", name="Опубликовать ответ").first.click()
    await expect(reply.locator(".said")).to_contain_text("Ответ опубликован")


async def test_somebody_elses_right_is_no_page(visit: Visits) -> None:
    page = await visit(TEACHER, f"/cabinet/reviews/{uuid4()}")
    await expect(page.locator("h1")).to_have_text("Такой страницы нет")
