"""What dies is started again, and operations staff see how often: on the page, in the API and in `./dpo status` the same number."""

import json

from deploy.demo.door import Door
from tests.e2e.conftest import dpo
from tests.support.suite import Suite, nothing


async def test_a_killed_service_is_counted_where_people_look(suite: Suite, door: Door) -> None:
    operator = await door.person("orlova")

    async def counted() -> tuple[int, int]:
        shown = {one["service"]: one["restarts"] for one in await operator.get("/operations")}
        everything = {one["name"]: one["restarts"] for one in await operator.get("/operations/processes")}
        assert everything.keys() == suite.told["processes"].keys() | suite.told["servers"].keys()
        return shown["reports"], everything["reports"]

    before = suite.told["processes"]["reports"]["restarts"]
    assert await counted() == (before, before)
    assert suite.kill("reports")

    async def uncounted() -> bool:
        return bool(suite.told["processes"]["reports"]["restarts"] == before)

    await nothing(uncounted, within=30, what="not counted")
    await suite.recovered()
    assert await counted() == (before + 1, before + 1)
    assert json.loads(dpo(suite, "status", "--json"))["processes"]["reports"]["restarts"] == before + 1
