"""A browser for the portal's tests: pages of signed-in people, at a phone's and a desk's width, and what every page must hold."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Request, async_playwright

from tests.support.pages import chromium

PHONE, DESK = 390, 1280
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--no-first-run",
)
AXE = (Path(next(iter(axe_playwright_python.__path__))) / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOK = f"axe.run({{runOnly: {json.dumps(RULES)}}})"


@pytest.fixture(scope="session")
def portal(request: pytest.FixtureRequest) -> str:
    """The portal's address: a running suite's when one is given, else that of the session's own suite."""
    return os.environ.get("TEST_PORTAL") or str(request.getfixturevalue("suite").portal)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=chromium(), args=list(QUIET))
        yield started
        await started.close()


class Visits:
    """Opens pages; somebody who has signed in once stays signed in."""

    def __init__(self, browser: Browser, portal: str) -> None:
        self.browser, self.portal, self.kept = browser, portal, dict[tuple[str, bool], Any]()
        self.open, self.outside = AsyncExitStack(), list[str]()

    async def __call__(self, persona: str | None = None, path: str = "/", *, width: int = DESK, scripts: bool = True) -> Page:
        """A page as a persona sees it; a guest without one. Nothing outside the portal may be asked for."""
        key = (persona or "", scripts)
        context = await self.browser.new_context(
            base_url=self.portal,
            viewport={"width": width, "height": 900},
            locale="ru-RU",
            java_script_enabled=scripts,
            storage_state=self.kept.get(key),
        )
        self.open.push_async_callback(context.close)
        page = await context.new_page()
        page.on("request", self.inside)
        if persona and key not in self.kept:
            await self.sign_in(page, persona)
            self.kept[key] = await context.storage_state()
        await page.goto(path)
        return page

    async def sign_in(self, page: Page, persona: str) -> None:
        await page.goto("/sign-in?return_to=/enter")
        await page.locator(f'button[value="{persona}"]').click()
        await page.wait_for_url(f"{self.portal}/**")

    def inside(self, request: Request) -> None:
        if urlsplit(request.url).hostname not in ("127.0.0.1", None):
            self.outside.append(request.url)


@pytest_asyncio.fixture(loop_scope="session")
async def visit(visits: Visits) -> AsyncIterator[Visits]:
    """Pages that close with the test; none of them may have asked for anything outside the portal."""
    yield visits
    await visits.open.aclose()
    assert visits.outside == []


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def visits(browser: Browser, portal: str) -> Visits:
    return Visits(browser, portal)


async def violations(page: Page) -> list[str]:
    """What axe finds on a page, each with the places where."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE)
    found = await page.evaluate(LOOK)
    return [f"{one['id']}: {', '.join(' '.join(node['target']) for node in one['nodes'][:3])}" for one in found["violations"]]


async def tab_to(page: Page, selector: str, *, most: int = 90) -> None:
    """Press Tab until what a selector names has the focus, as somebody without a mouse does."""
    for _ in range(most):
        await page.keyboard.press("Tab")
        if await page.locator(selector).evaluate_all("all => all.includes(document.activeElement)"):
            return
    raise AssertionError(f"{selector} can not be reached by keyboard on {page.url}")


async def press(page: Page, selector: str, key: str = "Enter") -> None:
    """Go to something by keyboard and press a key on it; the next page has loaded when this returns."""
    await tab_to(page, selector)
    async with page.expect_navigation():
        await page.keyboard.press(key)


def plain(text: str) -> str:
    """A text as it was before its spaces were glued."""
    return " ".join(text.replace("\u2060", "").split())
