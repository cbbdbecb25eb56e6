"""The public contour in a real browser: found by keyboard, read without scripts, printed, and taken by machines."""

import json
import re
import shutil
import subprocess
from typing import Any
from xml.etree import ElementTree as XML

import pytest
from playwright.async_api import Page, expect

from tests.e2e.portal.conftest import DESK, PHONE, Visits, plain, press, tab_to, violations

NEW = ("/organisations", "/organisations?kind=school&q=школа", "/organisations?kind=all&q=нет-такой", "/open-data", "/support")


async def of_an_open_group(page: Page, what: str) -> str:
    """The id of what a group belongs to that can be applied for."""
    groups = (await (await page.request.get("/api/v1/groups?limit=100")).json())["items"]
    return str(next(one[what]["id"] for one in groups if one["enrolment"] == "open"))


async def provider(page: Page) -> str:
    return "/organisations/" + await of_an_open_group(page, "provider")


async def school(page: Page) -> str:
    answer = await page.request.get("/api/v1/organisations?kind=school&limit=1")
    return "/organisations/" + str((await answer.json())["items"][0]["id"])


async def programme(page: Page) -> str:
    return "/programmes/" + await of_an_open_group(page, "programme")


async def fits(page: Page, width: int) -> None:
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    html = await (await page.request.get(page.url)).body()
    assert len(html) <= 100_000


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("path", NEW)
async def test_a_public_page_has_no_violations_and_fits(visit: Visits, path: str, width: int) -> None:
    await fits(await visit(None, path, width=width), width)


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("found", [provider, school, programme])
async def test_a_card_has_no_violations_and_fits(visit: Visits, found: Any, width: int) -> None:
    page = await visit(None, "/help", width=width)
    await page.goto(await found(page))
    await fits(page, width)


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a_card_reads_in_both_themes(visit: Visits, theme: Any) -> None:
    page = await visit(None, "/help", width=PHONE)
    await page.emulate_media(color_scheme=theme)
    await page.goto(await provider(page))
    assert await violations(page) == []


@pytest.mark.parametrize("scripts", [True, False])
async def test_from_the_front_page_to_a_programme_by_keyboard(visit: Visits, scripts: bool) -> None:
    page = await visit(None, "/", scripts=scripts)
    await press(page, '.doors a[href="/organisations"]')
    await expect(page.locator("h1")).to_have_text("Организации")
    await expect(page.locator(".views [aria-current]")).to_have_text(re.compile(r"^Организации ДПО \d+$"))
    await press(page, ".result h2 a")
    name = plain(await page.locator("h1").inner_text())
    await expect(page).to_have_url(re.compile("/organisations/[0-9a-f-]{36}$"))
    await press(page, 'main a[href^="/programmes/"]')
    await expect(page).to_have_url(re.compile("/programmes/[0-9a-f-]{36}$"))
    await press(page, 'main a[href^="/organisations/"]')
    assert plain(await page.locator("h1").inner_text()) == name


async def test_the_register_narrows_by_its_form_alone(visit: Visits) -> None:
    page = await visit(None, "/organisations?kind=school", scripts=False, width=PHONE)
    await page.get_by_label("Название или его часть").fill("101")
    await page.get_by_role("button", name="Найти", exact=True).last.click()
    await expect(page).to_have_url(re.compile("kind=school"))
    assert [plain(one) for one in await page.locator(".result h2").all_inner_texts()] == ["Школа № 101"]
    place = await page.locator(".result .tags span").first.inner_text()
    await page.get_by_label("Название или его часть").fill("")
    option = page.locator("#oktmo option").filter(has_text=re.compile(rf"^{re.escape(plain(place))} \(1\)$"))
    await page.get_by_label("Муниципалитет").select_option(await option.get_attribute("value"))
    await page.get_by_role("button", name="Найти", exact=True).last.click()
    assert {plain(one) for one in await page.locator(".result .tags span:first-child").all_inner_texts()} == {plain(place)}


async def test_a_long_list_goes_on_and_back_to_its_beginning(visit: Visits) -> None:
    page = await visit(None, "/organisations?kind=municipal_authority", scripts=False)
    first = await page.locator(".result h2").all_inner_texts()
    await page.get_by_role("link", name="Дальше").click()
    second = await page.locator(".result h2").all_inner_texts()
    assert not set(first) & set(second)
    assert second
    await page.get_by_role("link", name="В начало").click()
    assert await page.locator(".result h2").all_inner_texts() == first


async def test_who_stands_above_and_beneath_is_one_step_away(visit: Visits) -> None:
    page = await visit(None, "/help")
    await page.goto(await school(page))
    name = plain(await page.locator("h1").inner_text())
    await page.locator("aside a[href^='/organisations/']").first.click()
    beneath = page.locator("section", has=page.get_by_role("heading", name="Подведомственные организации"))
    await expect(beneath).to_be_visible()
    if await (everyone := beneath.get_by_role("link", name="Все подведомственные")).count():
        await everyone.click()
    await page.get_by_role("link", name=name, exact=True).first.click()
    assert plain(await page.locator("h1").inner_text()) == name


async def test_linked_data_stands_on_both_cards_and_the_policy_lets_it(visit: Visits) -> None:
    page, complaints = await visit(None, "/help"), list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    await page.goto(await programme(page))
    course = json.loads(str(await page.locator('script[type="application/ld+json"]').text_content()))
    assert course["@type"] == "Course"
    assert course["name"] == plain(await page.locator("h1").inner_text())
    assert course["hasCourseInstance"]
    assert course["url"] == await page.locator("link[rel=canonical]").get_attribute("href")
    await page.goto(course["provider"]["url"])
    organisation = json.loads(str(await page.locator('script[type="application/ld+json"]').text_content()))
    assert (organisation["@type"], organisation["name"]) == ("EducationalOrganization", course["provider"]["name"])
    assert complaints == []


async def test_a_group_is_put_into_the_calendar_from_its_programmes_card(visit: Visits) -> None:
    page = await visit(None, "/help", scripts=False)
    await page.goto(await programme(page))
    await tab_to(page, 'aside a[href$=".ics"]')
    async with page.expect_download() as waiting:
        await page.keyboard.press("Enter")
    file = await waiting.value
    assert re.fullmatch(r"group-\d{4}-\d\d-\d\d\.ics", file.suggested_filename)
    text = (await file.path()).read_text()
    assert "BEGIN:VEVENT" in text


async def test_the_feed_is_announced_and_every_item_leads_to_a_card(visit: Visits) -> None:
    page = await visit(None, "/programmes")
    feed = await page.locator('link[rel="alternate"][type="application/rss+xml"]').get_attribute("href")
    root = XML.fromstring(await (await page.request.get(str(feed))).text())
    links = [one.findtext("link", "") for one in root.iter("item")]
    assert links
    answer = await page.request.get(links[0])
    assert answer.ok


async def test_the_site_map_names_cards_that_are_there(visit: Visits) -> None:
    page = await visit(None, "/help")
    root = XML.fromstring(await (await page.request.get("/sitemap.xml")).text())
    found = [str(one.text) for one in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert len(found) == len(set(found)) > 100
    for address in (found[0], found[len(found) // 3], found[-1]):
        assert (await page.request.get(address)).ok


async def test_the_examples_of_open_data_work_as_they_are_pasted(visit: Visits) -> None:
    assert shutil.which("curl"), "the portal's tests need curl (Debian: apt-get install curl)"
    page = await visit(None, "/open-data", scripts=False)
    commands = await page.locator("pre code").all_inner_texts()
    assert len(commands) >= 5
    for command in commands:
        done = subprocess.run(["sh", "-c", command], capture_output=True, timeout=30)
        assert done.returncode == 0, (command, done.stderr)
        if done.stdout.startswith(b"<?xml"):
            assert XML.fromstring(done.stdout).findall("channel/item")
        elif done.stdout.startswith(b"BEGIN:VCALENDAR"):
            assert done.stdout.rstrip().endswith(b"END:VCALENDAR")
            assert b"BEGIN:VEVENT" in done.stdout
        else:
            said = json.loads(done.stdout)
            assert said.get("items", said), command


async def test_every_link_of_open_data_leads_somewhere(visit: Visits) -> None:
    page = await visit(None, "/open-data")
    links = {str(await one.get_attribute("href")) for one in await page.locator("main a[href^='/']").all()}
    for path in sorted(links):
        assert (await page.request.get(path)).ok, path


async def test_a_card_is_printed_without_its_navigation(visit: Visits) -> None:
    page = await visit(None, "/help")
    await page.goto(await provider(page))
    await page.emulate_media(media="print")
    for selector in (".top", ".foot", ".crumbs", ".btn"):
        assert not await page.locator(selector).first.is_visible(), selector
    assert await page.locator("h1").is_visible()
    assert await page.locator("aside .dl").first.is_visible()


async def test_the_search_suggests_how_to_go_on(visit: Visits) -> None:
    page = await visit(None, "/", width=PHONE)
    await page.locator("#q").press_sequentially("матем")
    options = page.locator("#q-more option")
    await expect(options.first).to_have_attribute("value", re.compile("матем", re.I))
    assert await violations(page) == []


@pytest.mark.parametrize("scripts", [True, False])
async def test_somebody_new_says_what_they_need_in_their_own_words(visit: Visits, scripts: bool) -> None:
    page = await visit(None, "/", width=PHONE, scripts=scripts)
    await tab_to(page, "#q")
    await page.keyboard.type("математика 36 часов дистанционно есть места")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Понято так")).to_contain_text("дистанционно")
    first = page.locator(".result").first
    await expect(first).to_contain_text("36 ч")
    await expect(first).to_contain_text("Свободно")
    await page.get_by_role("link", name="показать только подходящие").click()
    await expect(page.locator(".chips")).to_contain_text("Есть свободные места")
    for found in await page.locator(".result").all():
        await expect(found.locator(".tags").first).to_contain_text(re.compile(r"36\sч.*дистанционно"))


async def test_on_a_phone_the_search_is_one_step_away(visit: Visits) -> None:
    page = await visit(None, "/organisations", width=PHONE, scripts=False)
    await page.get_by_role("link", name="Поиск", exact=True).click()
    await expect(page.get_by_label("Что ищете")).to_be_visible()


async def test_a_printed_list_of_programmes_begins_with_its_programmes(visit: Visits) -> None:
    page = await visit(None, "/programmes", width=DESK)
    await page.emulate_media(media="print")
    await expect(page.locator("#podbor")).to_be_hidden()
    await expect(page.locator(".result").first).to_be_visible()


async def test_very_large_text_fits_a_phone(visit: Visits) -> None:
    page = await visit(None, "/", width=PHONE)
    await page.evaluate("document.documentElement.dataset.size = '3'")
    assert await page.evaluate("[...document.querySelectorAll('.doorway')].filter(one => one.scrollWidth > one.clientWidth).length") == 0
