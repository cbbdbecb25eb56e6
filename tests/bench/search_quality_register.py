"""The demonstration register on a PostgreSQL of its own, filled by the catalog's own commands, on one fixed day."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from deploy import databases
from deploy.paths import ROOT
from deploy.servers import PostgreSQL
from services.catalog import commands
from services.catalog.commands.frameworks import adopt_framework
from services.catalog.rules.groups import GroupFacts
from services.catalog.rules.organisations import OrganisationFacts
from services.catalog.rules.programmes import ProgrammeFacts
from shared import migrations
from shared.access import Caller, Grant
from shared.clock import today
from shared.database import Sessions, engine_of
from shared.messaging.outbox import sessions_of
from tests.support.servers import server_folder

NOW = datetime(2026, 11, 24, 7, tzinfo=UTC)
"""The moment of the judgements: the groups start so many days after it, whenever the measurement runs."""
DAY = today(NOW)
DATES = ("starts", "ends", "enrolment_opens", "enrolment_closes")
OPERATOR = Caller("operator", grants=(Grant("operator"),))
READER = Caller("reader", grants=(Grant("operator"),))


def read(name: str) -> Any:
    return json.loads((ROOT / "deploy/demo" / name).read_text("utf-8"))


@asynccontextmanager
async def register() -> AsyncIterator[Sessions]:
    """A private PostgreSQL with the register in it; gone afterwards."""
    with server_folder() as folder:
        server = PostgreSQL(folder / "postgresql", password=secrets.token_urlsafe(12))
        await asyncio.to_thread(server.start)
        try:
            password = secrets.token_urlsafe(12)
            await databases.create(server.url(), {"catalog": password})
            url = databases.for_sqlalchemy(databases.address(server.url(), "catalog", user="catalog", password=password))
            await migrations.upgrade("catalog", url)
            async with filled(url) as sessions:
                yield sessions
        finally:
            server.kill()


@asynccontextmanager
async def filled(url: str) -> AsyncIterator[Sessions]:
    """Sessions on a migrated database of the catalog, filled with the demonstration."""
    engine = engine_of(url, pool_size=2, name="search-quality")
    try:
        sessions = sessions_of(engine, service="catalog", clock=lambda: NOW, wake=asyncio.Event())
        async with sessions.begin() as session:
            await fill(session)
        yield sessions
    finally:
        await engine.dispose()


async def fill(session: AsyncSession) -> None:
    """Every provider, the framework, and every programme with its groups."""
    ids: dict[str, UUID] = {}
    for said in read("catalog/organisations.json"):
        if said["kind"] in ("provider", "operator", "assessment_centre"):
            facts = {name: value for name, value in said.items() if name in OrganisationFacts.model_fields}
            ids[said["code"]] = await commands.organisations.enter_organisation(session, OrganisationFacts(**facts), now=NOW)
    await adopt_framework(session, uuid4(), 1, read("assessment/framework.json")["competences"])
    waiting, made = read("catalog/programmes.json"), dict[str, UUID]()
    while waiting:
        said = next(one for one in waiting if all(code in made for code in one.get("prerequisites", [])))
        made[said["code"]] = await publish(session, said, ids, made)
        waiting.remove(said)


async def publish(session: AsyncSession, said: dict[str, Any], ids: dict[str, UUID], made: dict[str, UUID]) -> UUID:
    facts = {name: value for name, value in said.items() if name in ProgrammeFacts.model_fields}
    facts |= {"provider_id": ids[said["provider"]], "prerequisites": [made[code] for code in said.get("prerequisites", [])]}
    programme = await commands.programmes.draft_programme(session, ProgrammeFacts(**facts), caller=OPERATOR, now=NOW)
    number = await commands.versions.submit_programme(session, programme, caller=OPERATOR, now=NOW)
    await commands.versions.publish_version(session, programme, number, caller=READER, now=NOW)
    for group in said["groups"]:
        dated = {name: DAY + timedelta(days=value) for name, value in group.items() if name in DATES}
        await commands.groups.announce_group(session, programme, GroupFacts(**(group | dated)), caller=OPERATOR, now=NOW)
    return programme
