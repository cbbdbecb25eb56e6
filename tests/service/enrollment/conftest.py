"""A region with one school, one provider, one programme and one group of ten seats."""

import pytest_asyncio

from tests.service.enrollment.story import Region
from tests.support.stage import Start


@pytest_asyncio.fixture
async def region(start: Start) -> Region:
    return await Region(await start("enrollment")).begin()
