"""What the door costs: a guest's call and a signed-in, traced one, against the least that forwards."""

import json
from functools import partial
from pathlib import Path

import uvloop

from tests.bench import sessions
from tests.bench.load import load
from tests.bench.measure import Row, compared
from tests.bench.stand import Stand, stand
from tests.support.service import KEY

CONNECTIONS, ROUNDS = 32, 5
PATHS = {"/api/v1/programmes": {"get": {"x-service": "catalog", "operationId": "list_programmes", "x-roles": ["guest"]}}}


def run() -> list[Row]:
    """Requests a second over 32 connections; the gateway hears its events and exports its spans."""
    return uvloop.run(measured())


async def measured() -> list[Row]:
    async with stand() as here:
        upstream = await here.serve("upstream", "tests.bench.upstream")
        bare = await here.serve("hop", "tests.bench.hop", {"HOP_UPSTREAM": upstream})
        door = await here.service("gateway", "gateway.main", environment(here, upstream))
        async with here.database("gateway") as database:
            person = await sessions.opened(database, role=("municipal_specialist", "municipality", "75742000"))
        hop = partial(rate, bare)
        return [
            await compared("a guest's hop, not sampled", partial(rate, door), hop, rounds=ROUNDS, goal=0.85),
            await compared("a signed-in hop, traced", partial(rate, door, cookie=person["cookie"]), hop, rounds=ROUNDS, goal=0.5),
        ]


def environment(here: Stand, upstream: str) -> dict[str, str]:
    document = Path(here.folder, "openapi.json")
    document.write_text(json.dumps({"paths": PATHS}))
    return {
        "DPO_READ_SAMPLE": "0",
        "GATEWAY_PUBLIC_URL": sessions.ORIGIN,
        "GATEWAY_UPSTREAMS": json.dumps({"catalog": upstream}),
        "GATEWAY_SIGNING_KEY": json.dumps(KEY.as_dict(private=True)),
        "GATEWAY_ISSUERS": "[]",
        "GATEWAY_OPENAPI_FILE": str(document),
        "GATEWAY_GUEST_BURST": "100000000",
        "GATEWAY_PERSON_BURST": "100000000",
    }


async def rate(url: str, *, cookie: str | None = None) -> float:
    headers = {"accept": "application/json"} | ({"cookie": cookie} if cookie else {})
    answer = await load("GET", f"{url}/api/v1/programmes", headers=headers, connections=CONNECTIONS)
    return float(answer["rate"])


if __name__ == "__main__":
    for line in run():
        print(line)
