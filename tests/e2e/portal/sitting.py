"""An attempt through its pages: every item answered from the demonstration's keys, those of chosen competences missed."""

from collections.abc import Collection
from typing import Any

from playwright.async_api import Page

from deploy.demo.answers import Key, wrong
from tests.e2e.portal.conftest import plain

KEYS = {plain(key.stem): key for key in Key.bank()}
NEXT = "Ответить и дальше"


async def answer_everything(page: Page, *, missing: Collection[str]) -> set[str]:
    """Answer items until none is left; return the kinds that there were."""
    kinds = set()
    while "step=review" not in page.url:
        kinds.add(await answer_one(page, missing=missing))
    return kinds


async def answer_one(page: Page, *, missing: Collection[str]) -> str:
    """Answer the item on the page and go on; return its kind."""
    key = KEYS[plain(await page.locator("h1.stem").inner_text())]
    await fill(page, key, wrong(key) if key.competence in missing else key.answer)
    at = page.url
    await page.get_by_role("button", name=NEXT).click()
    await page.wait_for_url(lambda url: url != at)
    return key.kind


async def fill(page: Page, key: Key, answer: Any) -> None:
    """Put one answer into the form of its item."""
    match key.kind:
        case "choice":
            await page.locator(f'input[name="a"][value="{answer}"]').check()
        case "multiple":
            for one in answer:
                await page.locator(f'input[name="a"][value="{one}"]').check()
        case "matching":
            for left, right in answer.items():
                await page.locator(f'select[name="m-{left}"]').select_option(right)
        case "ordering":
            for place, one in enumerate(answer, 1):
                await page.locator(f'select[name="p-{one}"]').select_option(str(place))
        case _:
            await page.locator('input[name="a"]').fill(str(answer))
