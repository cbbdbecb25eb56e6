"""The gateway: the only door. Who comes in, by which right, and to whom the call goes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import cast

import structlog
from fastapi import FastAPI

from gateway import docs, sign_in
from gateway.api import acknowledgements, grants, journal, operations, session, views
from gateway.commands.consents import CONSENT_ROUTES, consents_changed
from gateway.commands.contacts import hand_over_waiting
from gateway.commands.erasures import answer_erasures
from gateway.commands.grants import FirstOperatorThere, appoint_first_operator
from gateway.commands.sessions import forget_ended
from gateway.door import table
from gateway.door.answers import protecting
from gateway.door.app import Door
from gateway.door.gate import Gate
from gateway.door.limits import Buckets
from gateway.door.upstreams import Upstreams
from gateway.door.visitors import Visitors, opened
from gateway.issuers import Issuers
from gateway.portal.page import refusal
from gateway.portal.routers import ROUTERS
from gateway.rules import cookie_name
from gateway.settings import Settings
from gateway.subscribers import DUES, HEARS
from gateway.tokens import Mint
from shared.service import service

log = structlog.get_logger()
BEHIND_SECONDS, TIDY_SECONDS = 5.0, 300.0
ROUTES = [session.router, grants.router, journal.router, views.router, operations.router, acknowledgements.router]


@asynccontextmanager
async def gate_opened(app: FastAPI) -> AsyncIterator[None]:
    """The parts of the door, and the first operator when there has never been one."""
    settings: Settings = app.state.settings
    await first_operator(app, settings)
    pool = await opened(settings.database_url.unicode_string(), size=settings.identity_connections)
    known = table.Table(
        table.from_routes(route for router in ROUTES for route in router.routes) + table.from_document(table.read(settings.openapi_file))
    )
    addresses = settings.upstreams | ({"traces": settings.traces_url} if settings.traces_url else {})
    addresses |= {"sink": settings.sink_url} if settings.sink_url else {}
    gate = app.state.gate = Gate(
        settings=settings,
        table=known,
        visitors=Visitors(pool, app.state.clock, idle=timedelta(seconds=settings.idle_seconds)),
        issuers=Issuers(settings.issuers, development=settings.development),
        upstreams=Upstreams(addresses, seconds=settings.upstream_seconds, connections=settings.upstream_connections),
        mint=Mint(settings.signing_key.get_secret_value()),
        guests=Buckets(rate=settings.guest_rate, burst=settings.guest_burst),
        persons=Buckets(rate=settings.person_rate, burst=settings.person_burst),
        sign_ins=Buckets(rate=settings.sign_in_rate, burst=settings.sign_in_burst),
        subscribers=Buckets(rate=settings.subscribe_rate, burst=settings.subscribe_burst),
        inside=app,
        protection=protecting(https=settings.https),
        cookie=cookie_name(https=settings.https),
        after={route: consents_changed(app.state.sessions) for route in CONSENT_ROUTES},
        said_to_people=refusal,
    )
    tending = [asyncio.create_task(behind_goes_on(app, gate)), asyncio.create_task(sessions_end(app, settings))]
    yield
    for task in tending:
        task.cancel()
    await asyncio.gather(*tending, return_exceptions=True)
    await gate.upstreams.close()
    await gate.issuers.close()
    await pool.close()


async def first_operator(app: FastAPI, settings: Settings) -> None:
    if settings.first_operator is None:
        return
    issuer, _, subject = settings.first_operator.partition("|")
    with suppress(FirstOperatorThere):
        async with app.state.sessions.begin() as tx:
            await appoint_first_operator(tx, issuer=issuer.rstrip("/"), subject=subject, now=app.state.clock())
        log.info("first_operator_appointed")


async def behind_goes_on(app: FastAPI, gate: Gate) -> None:
    """Addresses that notify did not take at once go a little later; the traces and the mail sink answer erasures."""
    while True:
        await asyncio.sleep(BEHIND_SECONDS)
        try:
            await hand_over_waiting(gate, app.state.sessions)
            await answer_erasures(gate, app.state.sessions, now=app.state.clock())
        except Exception as problem:
            log.warning("behind_waits", error=type(problem).__name__)


async def sessions_end(app: FastAPI, settings: Settings) -> None:
    """Sessions that are over leave the table."""
    while True:
        try:
            async with app.state.sessions.begin() as tx:
                await forget_ended(tx, now=app.state.clock(), idle=timedelta(seconds=settings.idle_seconds))
        except Exception as problem:
            log.warning("sessions_stay", error=type(problem).__name__)
        await asyncio.sleep(TIDY_SECONDS)


app = cast(
    Door,
    service(
        "gateway",
        Settings,
        title="Шлюз: вход, роли, журнал, сводные виды",
        routes=ROUTES,
        hears=HEARS,
        dues=DUES,
        companions=[gate_opened],
        pages=[sign_in.router, docs.router, *ROUTERS],
        application=Door,
    ),
)
