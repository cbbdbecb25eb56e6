"""What the door costs: a guest's call and a signed-in, traced one, against the least that forwards."""

import json
import secrets
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import asyncpg
import uvloop

from gateway.rules import cookie_name, hashed
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
        cookie = await signed_in(here)
        hop = partial(rate, bare)
        return [
            await compared("a guest's hop, not sampled", partial(rate, door), hop, rounds=ROUNDS, goal=0.85),
            await compared("a signed-in hop, traced", partial(rate, door, cookie=cookie), hop, rounds=ROUNDS, goal=0.5),
        ]


def environment(here: Stand, upstream: str) -> dict[str, str]:
    document = Path(here.folder, "openapi.json")
    document.write_text(json.dumps({"paths": PATHS}))
    return {
        "DPO_READ_SAMPLE": "0",
        "GATEWAY_PUBLIC_URL": "http://127.0.0.1:8000",
        "GATEWAY_UPSTREAMS": json.dumps({"catalog": upstream}),
        "GATEWAY_SIGNING_KEY": json.dumps(KEY.as_dict(private=True)),
        "GATEWAY_ISSUERS": "[]",
        "GATEWAY_OPENAPI_FILE": str(document),
        "GATEWAY_GUEST_BURST": "100000000",
        "GATEWAY_PERSON_BURST": "100000000",
    }


async def signed_in(here: Stand) -> str:
    """The cookie of a specialist's session."""
    token, account, now = secrets.token_urlsafe(32), uuid4(), datetime.now(UTC)
    who = ("http://issuer.example", "specialist")
    database = await asyncpg.connect(here.databases["gateway"].replace("+asyncpg", ""))
    try:
        await database.execute("INSERT INTO account VALUES ($1, $2, $3, 'code', NULL, $4)", account, *who, now)
        await database.execute(
            "INSERT INTO role_grant (id, account_id, role, scope_kind, scope, head, valid_from, basis, granted_at, revision) "
            "VALUES ($1, $2, 'municipal_specialist', 'municipality', '75742000', false, $3, 'приказ', $4, 1)",
            *(uuid4(), account, now.date() - timedelta(days=2), now),
        )
        await database.execute(
            "INSERT INTO web_session (id_hash, issuer, subject, code, handing_over, created_at, seen_at, expires_at) "
            "VALUES ($1, $2, $3, 'code', false, $4, $4, $5)",
            *(hashed(token), *who, now, now + timedelta(hours=1)),
        )
    finally:
        await database.close()
    return f"{cookie_name(https=False)}={token}"


async def rate(url: str, *, cookie: str | None = None) -> float:
    headers = {"accept": "application/json"} | ({"cookie": cookie} if cookie else {})
    answer = await load("GET", f"{url}/api/v1/programmes", headers=headers, connections=CONNECTIONS)
    return float(answer["rate"])


if __name__ == "__main__":
    for line in run():
        print(line)
