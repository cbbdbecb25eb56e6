"""Regions of their own on one running service; a service of its own for tests that move the clock or count everything."""

from collections.abc import AsyncIterator
from importlib import util
from pathlib import Path

import pytest
import pytest_asyncio
from fastapi import FastAPI

from tests.service.enrollment.story import Region
from tests.support.servers import Servers
from tests.support.service import Running, running
from tests.support.stage import RETRY_SECONDS, Start, empty_queues


def another_app() -> FastAPI:
    """A second application of the service, so that starting the first one again leaves this one alone."""
    spec = util.spec_from_file_location("services.enrollment.main_again", Path("services/enrollment/main.py"))
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    app: FastAPI = module.app
    return app


@pytest_asyncio.fixture(scope="session")
async def shared_service(stage: Servers, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    settings = {"DPO_RETRY_SECONDS": str(list(RETRY_SECONDS))}
    folder, app = tmp_path_factory.mktemp("enrollment"), another_app()
    database_url, broker_url = await stage.database("enrollment"), stage.service_broker_url("enrollment")
    await empty_queues(stage.broker_url, "enrollment")
    async with running("enrollment", app, database_url=database_url, broker_url=broker_url, folder=folder, environment=settings) as service:
        yield service


@pytest_asyncio.fixture
async def region(shared_service: Running) -> Region:
    """One school, one provider, one programme and one group of ten seats; others may be next door."""
    return await Region(shared_service).begin()


@pytest_asyncio.fixture
async def lone_region(start: Start) -> Region:
    """The same on a service of its own."""
    return await Region(await start("enrollment")).begin()
