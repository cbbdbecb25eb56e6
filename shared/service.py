"""Service defaults in one call: settings, sessions, errors, health, logs, traces, relay, consumers, due work, graceful stop."""

import asyncio
import gc
import os
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from sqlalchemy import text

from shared import errors, logs, telemetry
from shared.access import Tokens, declared
from shared.clock import clock_of
from shared.database import engine_of, reads_of
from shared.edge import Edge
from shared.messaging.consumer import Consumer, Hears
from shared.messaging.due import Dues, serve
from shared.messaging.hearing import Hearing
from shared.messaging.outbox import oldest_unsent, sessions_of
from shared.messaging.relay import relay
from shared.messaging.wire import Wire
from shared.operations import router as operations
from shared.settings import ServiceSettings

log = structlog.get_logger()
MAX_BODY = 1_000_000
WATCH_SECONDS = 15.0
GC_ALLOCATIONS = 5_000  # objects born before the young ones are looked through; Python waits for 700
Companion = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def service(
    name: str,
    settings: type[ServiceSettings],
    *,
    routes: Iterable[APIRouter],
    hears: Hears,
    dues: Dues | None = None,
    companions: Iterable[Companion] = (),
    title: str = "",
    pages: Iterable[APIRouter] = (),
    application: type[FastAPI] = FastAPI,
) -> FastAPI:
    """A complete service: what it serves, what it hears, what it does later; `companions` run beside it, such as an SMTP connection.

    Only the gateway has `pages`, which declare no permission because they ask as their visitor, and an `application` of its own.

    Raises `RuntimeError` when a route declares no permission.
    """
    app = application(
        title=title or name,
        version="1.0.0",
        openapi_url=None,
        lifespan=lifespan_of(name, settings, hears, dues or {}, list(companions)),
        telemetry={"tracing": False, "metrics": False, "logs": False},  # `Traced` tells no query strings, and costs less
        max_body_size=MAX_BODY,
        separate_input_output_schemas=False,
        generate_unique_id_function=lambda route: route.name,
    )
    errors.install(app)
    app.add_middleware(telemetry.Traced)
    app.include_router(health)
    for router in (served := [*routes, operations]):
        app.include_router(router)
    for router in pages:
        app.include_router(router, include_in_schema=False)
    app.state.routes = demand_permissions(route for router in served for route in router.routes)
    return app


def demand_permissions(routes: Iterable[Any]) -> list[Edge]:
    """Refuse to start with an undeclared route, and write each declaration into the OpenAPI document."""
    open_routes: list[Edge] = []
    for route in routes:
        if not isinstance(route, Edge) or (allowed := declared(route)) is None:
            raise RuntimeError(f"route {getattr(route, 'path', route)} declares no permission")
        route.openapi_extra = {
            **(route.openapi_extra or {}),
            "x-permission": allowed.permission,
            "x-roles": list(allowed.roles) or ["guest"],
            "x-scope": allowed.scope,
            "x-public": not allowed.internal,
        }
        open_routes.append(route)
    return open_routes


def settled(name: str, settings: type[ServiceSettings]) -> ServiceSettings:
    """The settings from the environment; ends the process with the names of what is missing or wrong."""
    try:
        return settings(_env_prefix=f"{name.upper()}_")  # type: ignore[call-arg]
    except ValidationError as error:
        wrong = ", ".join(".".join(str(part) for part in one["loc"]) + f" ({one['msg']})" for one in error.errors())
        raise SystemExit(f"{name}: the environment lacks or misstates {wrong}; variables are named {name.upper()}_… or DPO_…") from None


def lifespan_of(
    name: str, kind: type[ServiceSettings], hears: Hears, dues: Dues, companions: list[Companion]
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        settings = settled(name, kind)
        logs.setup(name)
        provider = telemetry.setup(name, read_share=settings.read_sample, endpoint=os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"))
        clock = clock_of(development=settings.development, offset_file=settings.clock_file)
        url, broker = settings.database_url.unicode_string(), settings.broker_url.unicode_string()
        engine = engine_of(url, pool_size=settings.pool_size, name=name)
        telemetry.watch_statements(engine)
        wake = asyncio.Event()
        sessions = sessions_of(engine, service=name, clock=clock, wake=wake)
        consumer = Consumer(
            name,
            hears,
            sessions,
            url=broker,
            prefetch=settings.prefetch,
            handlers=settings.handlers,
            retry_seconds=settings.retry_seconds,
        )
        state = app.state
        state.name, state.settings, state.clock, state.engine, state.sessions = name, settings, clock, engine, sessions
        state.reads = reads_of(engine, service=name, clock=clock)
        state.consumer, state.tokens = consumer, Tokens(settings.token_public_keys, name)
        state.hearing = Hearing(consumer, str(settings.broker_management_url) if settings.broker_management_url else None)
        wire = Wire(broker)
        ears = asyncio.create_task(consumer.start())
        work = [watched(relay(engine, wire, wake)), watched(serve(sessions, dues, clock)), watched(watch(app, ears))]
        async with composed(app, companions):
            log.info("started")
            spare_the_collector()
            yield
            log.info("stopping")
            ears.cancel()
            await asyncio.wait({ears})
            await consumer.stop()  # running handlers finish first; what they told goes out next
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
        await wire.drop()
        await engine.dispose()
        await asyncio.to_thread(provider.shutdown)

    return lifespan


def spare_the_collector() -> None:
    """What stands after the start stays, so that the garbage collector need not walk it again with every few hundred requests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_ALLOCATIONS)


@asynccontextmanager
async def composed(app: FastAPI, companions: list[Companion]) -> AsyncIterator[None]:
    if not companions:
        yield
        return
    async with companions[0](app), composed(app, companions[1:]):
        yield


def watched(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """A task whose end is the end of the process: the supervisor starts a fresh one."""
    task = asyncio.create_task(work)

    def ended(done: asyncio.Task[None]) -> None:
        if not done.cancelled():
            log.error("background_work_ended", error=type(done.exception()).__name__)
            os.kill(os.getpid(), signal.SIGTERM)

    task.add_done_callback(ended)
    return task


async def watch(app: FastAPI, ears: asyncio.Task[None]) -> None:
    """Look at the own queues now and then; a process that stays deaf on a living broker ends itself."""
    strikes = 0
    await ears
    while True:
        deaf = (await app.state.hearing.look()).deaf
        if deaf is not None:  # otherwise the broker can not be asked; reconnecting is the consumer's work
            strikes = strikes + 1 if deaf else 0
        if strikes >= 3:
            log.error("deaf", queues=deaf)
            os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(WATCH_SECONDS if deaf == [] else 2)


health = APIRouter(include_in_schema=False)


@health.get("/livez")
async def livez() -> Response:
    return Response(status_code=204)


@health.get("/readyz")
async def readyz(request: Request) -> JSONResponse:
    """Ready when the database answers, the outbox moves, and every queue is heard and bound, as far as bindings can be seen."""
    state, wrong = request.app.state, []
    age = 0.0
    try:
        async with state.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
        age = await oldest_unsent(state.engine)
    except Exception as error:
        wrong.append(f"database: {type(error).__name__}")
    if age > state.settings.outbox_budget_seconds:
        wrong.append(f"outbox: {age:.0f} s old")
    heard = await state.hearing.look()
    if heard.deaf is None:
        wrong.append("broker: not connected")
    elif heard.deaf:
        wrong.append("queues without a consumer: " + ", ".join(heard.deaf))
    if heard.unbound:
        wrong.append("bindings gone: " + ", ".join(heard.unbound))
    body = {
        "service": state.name,
        "ready": not wrong,
        "wrong": wrong,
        "outbox_age_seconds": round(age, 3),
        "bindings_seen": heard.unbound is not None,
    }
    return JSONResponse(body, 503 if wrong else 200, {"x-launch-id": state.settings.launch_id})
