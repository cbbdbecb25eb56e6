"""What a command costs: token, idempotency, history, event and span, against the bare row and its outbox row."""

from functools import partial

import uvloop

from tests.bench.load import load
from tests.bench.measure import Row, compared
from tests.bench.stand import stand
from tests.support.service import Person

CONNECTIONS, ROUNDS, SECONDS = 8, 25, 1.0
TABLES = """
    CREATE TABLE bench_request (id uuid PRIMARY KEY, category text NOT NULL, at timestamptz NOT NULL);
    CREATE TABLE bench_step (request_id uuid, revision int, action text NOT NULL, actor text NOT NULL, at timestamptz NOT NULL,
        PRIMARY KEY (request_id, revision))
"""


def run() -> list[Row]:
    """Commands a second over 8 connections, fsync on; ours also relays what it told and exports its spans."""
    return uvloop.run(measured())


async def measured() -> list[Row]:
    async with stand() as here:
        ours = await here.service("notify", "tests.bench.command_apps", attribute="ours")
        bare = await here.serve("bare", "tests.bench.command_apps", {"BARE_DATABASE_URL": here.databases["notify"]}, attribute="bare")
        async with here.database("notify") as database:
            await database.execute(TABLES)
        return [
            await compared("HTTP command in a service", partial(rate, ours), partial(rate, bare), rounds=ROUNDS, goal=0.7),
        ]


async def rate(url: str) -> float:
    who = Person("notify", subject="teacher", grants=[{"role": "teacher"}])
    headers = {**who.headers, "content-type": "application/json", "idempotency-key": "%KEY%"}
    answer = await load("POST", f"{url}/asks", headers=headers, body=b'{"category": "probe"}', connections=CONNECTIONS, seconds=SECONDS)
    return float(answer["rate"])


if __name__ == "__main__":
    for line in run():
        print(line)
