"""What holds for every page: accessible, light, no wider than the screen, nothing from outside, usable from the first Tab on."""

import gzip

import pytest

from tests.e2e.portal.conftest import DESK, PHONE, Visits, plain, violations

PUBLIC = (
    "/",
    "/programmes",
    "/programmes?q=грамотность&has_seats=true",
    "/organisations",
    "/organisations?kind=all",
    "/open-data",
    "/procedures",
    "/events",
    "/events?when=past",
    "/news",
    "/documents",
    "/search?q=математика",
    "/help",
    "/support",
    "/programmes?q=робототехника",
    "/programmes/subscription?q=математика&form=distance",
)
GONE = (
    "/nothing-here",
    "/subscriptions/00000000000000000000000000000000.unknown",
    "/subscriptions/00000000000000000000000000000000.unknown/end",
)
"""Pages that say that there is nothing."""
STAFF = (
    ("orlova", "/operations"),
    ("orlova", "/traces"),
    ("orlova", "/operator/grants"),
    ("orlova", "/reports"),
    ("orlova", "/journal"),
    ("orlova", "/mail"),
    ("orlova", "/moderation/news"),
    ("orlova", "/operator/documents"),
    ("orlova", "/operator/documents/new"),
    ("polyakova", "/provider/publications"),
    ("polyakova", "/provider/publications?kind=news"),
    ("polyakova", "/provider/publications/events/new"),
    ("polyakova", "/provider/publications/news/new"),
    ("polyakova", "/provider/publications/notices/new"),
    ("orlova", "/operator/organisations?q=институт"),
    ("orlova", "/operator/organisations/new"),
    ("orlova", "/operator/dictionaries"),
    ("orlova", "/operator/requests"),
    ("orlova", "/operator/dictionaries?name=subject&code=physics"),
    ("orlova", "/operator/dictionaries?name=hours"),
    ("orlova", "/operator/dictionaries?name=municipalities"),
    ("orlova", "/operator/dictionaries?name=words"),
    ("orlova", "/operator/dictionaries?name=abuse"),
    ("polyakova", "/provider/organisation"),
    ("orlova", "/moderation/reviews"),
    ("orlova", "/moderation/reviews?status=published"),
    ("polyakova", "/queue"),
    ("polyakova", "/queue?view=all"),
    ("polyakova", "/provider/groups"),
    ("polyakova", "/provider/programmes"),
    ("polyakova", "/provider/demand"),
    ("belyaev", "/provider/demand"),
    ("polyakova", "/provider/reviews"),
    ("polyakova", "/provider/programmes?status=in_review"),
    ("polyakova", "/provider/programmes/new"),
    ("orlova", "/moderation"),
    ("polyakova", "/provider/import"),
    ("orlova", "/operator/import"),
    ("romanova", "/queue?view=all"),
    ("shubina", "/reports"),
    ("kuznetsova", "/consents?find=107"),
)
HTML_BYTES, ALL_BYTES = 28_000, 60_000


@pytest.mark.parametrize(("persona", "path"), [*((None, path) for path in PUBLIC + GONE), *STAFF])
async def test_a_page_has_no_violations_and_fits_the_screen(visit: Visits, persona: str | None, path: str) -> None:
    page = await visit(persona, path, width=PHONE)
    for width in (PHONE, DESK):
        await page.set_viewport_size({"width": width, "height": 900})
        assert await violations(page) == [], width
        assert await page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_front_page_reads_in_both_themes_and_large(visit: Visits, theme: str) -> None:
    page = await visit(None, "/", width=PHONE)
    await page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    await page.locator(".menu--read summary").click()
    await page.get_by_text("Очень", exact=True).click()
    await page.get_by_text("Увеличенные", exact=True).click()
    await page.get_by_role("button", name="Запомнить").click()
    await page.wait_for_url("**/")
    assert await page.locator("html").get_attribute("data-size") == "3"
    assert await page.locator("html").get_attribute("data-space") == "2"
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE


@pytest.mark.parametrize("path", PUBLIC)
async def test_a_public_page_is_light(visit: Visits, path: str) -> None:
    page = await visit(None, "/help")
    answer = await page.request.get(path)
    html = await answer.body()
    assert len(html) <= HTML_BYTES
    parts = [html]
    for selector, attribute in (("link[rel=stylesheet]", "href"), ("script[src]", "src")):
        for one in await page.locator(selector).all():
            address = await one.get_attribute(attribute)
            assert address is not None
            assert address.startswith("/static/")
            parts.append(await (await page.request.get(address)).body())
    assert sum(len(gzip.compress(part)) for part in parts) <= ALL_BYTES


@pytest.mark.parametrize("path", ["/", "/programmes", "/help"])
async def test_the_first_tab_skips_to_the_content(visit: Visits, path: str) -> None:
    page = await visit(None, path)
    await page.keyboard.press("Tab")
    assert plain(await page.evaluate("document.activeElement.textContent")) == "К содержанию"
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/*#main")


async def test_no_page_style_or_script_breaks_the_policy(visit: Visits) -> None:
    said: list[str] = []
    page = await visit(None, "/help")
    page.on("console", lambda message: said.append(message.text))
    for path in PUBLIC:
        await page.goto(path)
    assert said == []
