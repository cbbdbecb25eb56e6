"""How fast the public pages stand on a phone: Lighthouse's performance, on a suite of its own with the demonstration region."""

import asyncio
from statistics import median
from urllib.parse import quote

from tests.bench.measure import Row
from tests.support.pages import scores
from tests.support.servers import server_folder
from tests.support.suite import launched

PAGES = ("/", "/programmes", "/programmes?q=физика", "/organisations", "/open-data", "/help")
ROUNDS, GOAL = 3, 0.95


def run() -> list[Row]:
    """The median of three measurements of each page, from 0 to 1."""
    with server_folder() as home:
        suite = launched(home)
        try:
            return asyncio.run(measured(suite.portal))
        finally:
            suite.stop()


async def measured(portal: str) -> list[Row]:
    urls = [portal + quote(page, safe="/?=") for page in PAGES]
    rounds = [await scores(urls, categories=["performance"]) for _ in range(ROUNDS)]
    return [
        {
            "bench": f"page {page}, Lighthouse performance",
            "ours": median(found[place]["scores"]["performance"] for found in rounds),
            "baseline": 0.0,
            "ratio": None,
            "unit": "of 1",
            "goal": GOAL,
            "goal_of": "ours",
        }
        for place, page in enumerate(PAGES)
    ]
