"""What Lighthouse says of every public page: accessibility, best practices and SEO, as a phone sees it."""

from tests.e2e.portal.test_bars import PUBLIC
from tests.support.pages import short_of

LEAST = 0.95
PAGES = [path for path in PUBLIC if "?" not in path]
"""Pages of a search ask not to be indexed, which Lighthouse takes for a fault."""
CATEGORIES = ("accessibility", "best-practices", "seo")


async def test_every_public_page_reaches_95_in_lighthouse(portal: str) -> None:
    assert await short_of(LEAST, [portal + path for path in PAGES], categories=CATEGORIES) == []
