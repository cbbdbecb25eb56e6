"""The catalogue through the door: search, facets, card and front page of 5,000 programmes, beside the least that asks the same."""

import asyncio
import json
import pickle
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import islice, product
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import asyncpg
import httpx
import uvloop
from sqlalchemy import event, text
from sqlmodel.ext.asyncio.session import AsyncSession

from deploy.paths import ROOT
from services.catalog import queries
from services.catalog.rules.events import WantedEvents
from services.catalog.rules.news import WantedNews
from services.catalog.rules.search import Wanted, WantedGroups
from shared.access import GUEST
from shared.clock import today
from shared.database import Sessions
from tests.bench.catalogue_register import grow, opened
from tests.bench.gateway import environment
from tests.bench.load import load
from tests.bench.measure import Row, compared
from tests.bench.stand import Stand, stand
from tests.support.service import Person

PROGRAMMES, CARDS, SEARCHES = 5_000, 2_000, 190
CONNECTIONS, ROUNDS, SECONDS, CHANGES = (1, 8, 32), 2, 3.0, 40
SUBJECTS = ("mathematics", "russian", "physics", "chemistry", "history", "any")
FORMS, FUNDING = ("full_time", "blended", "distance"), ("federal", "regional", "municipal", "paid")
PREFIX = "/api/v1"
Reads = dict[str, Callable[[AsyncSession], Awaitable[Any]]]
"""What is read, by address."""
Statements = dict[str, list[tuple[str, tuple[Any, ...]]]]


def run() -> list[Row]:
    """Requests a second with p95 at 1, 8 and 32 connections, uncached and repeated; and how soon guests see a change."""
    return uvloop.run(measured())


async def measured() -> list[Row]:
    async with stand() as here:
        catalog = await here.service("catalog", "services.catalog.main")
        document = Path(ROOT, "gateway/openapi.json")
        told = environment(here, catalog) | {"GATEWAY_OPENAPI_FILE": str(document), "DPO_READ_SAMPLE": "0.05"}
        door = await here.service("gateway", "gateway.main", told)
        url = here.databases["catalog"]
        engine, sessions = opened(url)
        await grow(sessions, programmes=PROGRAMMES)
        kinds = {"search": searches(), "facets": facets(), "card": await cards(sessions)}
        front = home()
        with recorded(engine.sync_engine) as said:
            statements = {target: await statements_of(sessions, read, said) for kind in kinds.values() for target, read in kind.items()}
            statements["/"] = [one for read in front.values() for one in await statements_of(sessions, read, said)]
        await engine.dispose()
        told = {"BARE_STATEMENTS": kept(here.folder, statements), "BARE_DATABASE_URL": url.replace("+asyncpg", "")}
        bare = await here.serve("bare", "tests.bench.catalogue_bare", told)
        rows = [await alone(door, [*kinds["facets"]])]
        for (kind, reads), connections in product(kinds.items(), CONNECTIONS):
            rows.append(await uncached(kind, door, bare, [*reads], connections))
        for kind, target in ((kind, next(iter(reads))) for kind, reads in kinds.items()):
            rows.append(await repeated(f"{kind}, repeated", door, bare, target))
        rows.append(await repeated("front page, repeated", door, bare, "/"))
        return [*rows, await seen(here, catalog, door, next(iter(kinds["search"])))]


def searches() -> Reads:
    """Searches in words, each another one."""
    lines = (json.loads(line)["query"] for line in Path(ROOT, "tests/bench/search_quality.jsonl").read_text("utf-8").splitlines())
    return dict(search({"q": words, "limit": 10}) for words in islice(dict.fromkeys(lines), SEARCHES))


def facets() -> Reads:
    """Searches by facets without words."""
    chosen = product(SUBJECTS, FORMS, FUNDING, ("true", "false"))
    return dict(
        search({"subject": one, "form": form, "funding": paid, "has_seats": seats, "limit": 10}) for one, form, paid, seats in chosen
    )


def search(query: dict[str, Any]) -> tuple[str, Callable[[AsyncSession], Awaitable[Any]]]:
    several = {name: [value] if name in ("subject", "form", "funding") else value for name, value in query.items()}
    return f"{PREFIX}/programmes?{urlencode(query)}", partial(
        queries.search.programmes_found, wanted=Wanted.model_validate(several), today=day()
    )


async def cards(sessions: Sessions) -> Reads:
    async with sessions.begin() as session:
        found: list[UUID] = list(
            await session.scalars(text(f"SELECT id FROM programme WHERE status = 'published' ORDER BY code LIMIT {CARDS}"))
        )
    card = queries.programmes.programme_card
    return {f"{PREFIX}/programmes/{one}": partial(card, programme_id=one, caller=GUEST, today=day()) for one in found}


def home() -> Reads:
    """What the front page asks for."""
    soon = WantedGroups(starts_from=day(), limit=40)
    groups = partial(queries.groups.groups_listed, wanted=soon, today=day())
    return {
        "groups": groups,
        "programmes": partial(queries.search.programmes_found, wanted=Wanted(limit=1), today=day()),
        "events": partial(queries.events.events_listed, wanted=WantedEvents(limit=40), now=datetime.now(UTC)),
        "news": partial(queries.news.news_listed, wanted=WantedNews(limit=3)),
    }


def day() -> Any:
    return today(datetime.now(UTC))


@contextmanager
def recorded(engine: Any) -> Iterator[list[tuple[str, tuple[Any, ...]]]]:
    """Every statement with its values, as the driver is given them, by SQLAlchemy or by ourselves."""
    said: list[tuple[str, tuple[Any, ...]]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        said.append((statement, tuple(parameters)))

    async def fetch(connection: asyncpg.Connection, statement: str, *values: Any, **told: Any) -> Any:
        said.append((statement, values))
        return await asked(connection, statement, *values, **told)

    asked, asyncpg.Connection.fetch = asyncpg.Connection.fetch, fetch
    event.listen(engine, "before_cursor_execute", note)
    yield said
    event.remove(engine, "before_cursor_execute", note)
    asyncpg.Connection.fetch = asked


async def statements_of(sessions: Sessions, read: Callable[[AsyncSession], Awaitable[Any]], said: list[Any]) -> list[Any]:
    said.clear()
    async with sessions.begin() as session:
        await read(session)
    return [*said]


def kept(folder: Path, statements: Statements) -> str:
    """The path of the statements as the bare application reads them."""
    file = folder / "statements"
    file.write_bytes(pickle.dumps(statements))
    return str(file)


class Asked:
    """A rate as `compared` takes it, which remembers the waits of its last round."""

    def __init__(self, url: str, targets: list[str], connections: int, **headers: str) -> None:
        self.url, self.targets, self.connections, self.headers = url, targets, connections, headers
        self.waits: dict[str, float] = {}

    async def __call__(self) -> float:
        answer = await load("GET", self.url, headers=self.headers, targets=self.targets, connections=self.connections, seconds=SECONDS)
        self.waits = {name: answer[name] for name in ("p50", "p95", "p99")}
        return float(answer["rate"])


async def uncached(kind: str, door: str, bare: str, targets: list[str], connections: int) -> Row:
    """Different reads in turn, more of them than are answered in a second, so that none is answered from what is shared."""
    ours, theirs = Asked(door, targets, connections), Asked(bare, targets, connections)
    row = await compared(f"{kind}, uncached, {connections} connections", ours, theirs, rounds=ROUNDS, goal=0.6)
    return row | {"waits": ours.waits, "baseline_waits": theirs.waits}


async def repeated(bench: str, door: str, bare: str, target: str) -> Row:
    """One read again and again, as a browser that has the answer already asks."""
    async with httpx.AsyncClient() as http:
        tag = (await http.get(door + target)).headers.get("etag")
    known = {"if-none-match": tag} if tag else {"accept": "text/html"}
    ours, theirs = Asked(door, [target], 8, **known), Asked(bare, [target], 8)
    row = await compared(bench, ours, theirs, rounds=ROUNDS, goal=3.0)
    return row | {"waits": ours.waits, "baseline_waits": theirs.waits}


async def alone(door: str, targets: list[str]) -> Row:
    """The p95 of a query by facets when nobody else asks."""
    await load("GET", door, targets=targets, connections=1, seconds=SECONDS)
    answer = await load("GET", door, targets=targets, connections=1, seconds=2 * SECONDS)
    figures = {"ours": answer["p95"], "baseline": 0.0, "ratio": None, "unit": "s", "goal": 0.06, "goal_of": "ours, at most"}
    return {"bench": "facets alone, p95", **figures}


async def seen(here: Stand, catalog: str, door: str, busy: str) -> Row:
    """How long guests still see what was, while others read without a pause: p95."""
    operator = Person("catalog", grants=[{"role": "operator"}]).headers
    asking = asyncio.create_task(load("GET", door, targets=[busy], connections=4, seconds=CHANGES * 1.2))
    waits = []
    async with httpx.AsyncClient() as http:
        made = await http.post(f"{catalog}/organisations", headers=operator, json=ORGANISATION)
        card = f"/organisations/{made.raise_for_status().json()['id']}"
        for number in range(CHANGES):
            await http.get(f"{door}{PREFIX}{card}")
            address = f"454000, Челябинск, улица Новая, {number}"
            (await http.put(catalog + card, headers=operator, json=ORGANISATION | {"address": address})).raise_for_status()
            began = time.perf_counter()
            while (await http.get(f"{door}{PREFIX}{card}")).json()["address"] != address:
                await asyncio.sleep(0.005)  # a guest asks again; the wait itself is what is measured
            waits.append(time.perf_counter() - began)
    await asking
    p95 = quantiles(waits, n=20)[-1]
    figures = {"ours": p95, "baseline": 0.0, "ratio": None, "unit": "s", "goal": 1.0, "goal_of": "ours, at most"}
    return {"bench": "a published change is seen by guests, p95", **figures}


ORGANISATION = {"code": "bench", "kind": "provider", "name": "Институт измерений", "short_name": "ИИ"}


if __name__ == "__main__":
    for line in run():
        print(line)
