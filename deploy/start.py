"""The steps from nothing to a running suite."""

import asyncio
import os
import sys
from collections.abc import Mapping

from deploy import databases
from deploy.console import Refusal, last_words, step
from deploy.given import GivenBroker
from deploy.paths import LOGS, ROOT
from deploy.processes import tied
from deploy.rights import definitions
from deploy.servers import PostgreSQL, RabbitMQ
from deploy.suite import DATABASES, HEARING, Places, processes, service_passwords, where
from deploy.supervisor import Supervisor

READY_SECONDS = 120


async def start(supervisor: Supervisor, places: Places, postgresql: PostgreSQL | None) -> None:
    """Bring everything up in order; raises `Refusal`. The broker boots, and its topology is made ready, beside the first steps."""
    if isinstance(places.broker, RabbitMQ):
        places.broker.spawn()
    declared = asyncio.create_task(run("deploy.topology", environment={"TOPOLOGY_BROKER_URL": places.broker.url(places.vhost)}))
    try:
        if postgresql:
            with step("PostgreSQL"):
                postgresql.spawn()
                await asyncio.to_thread(postgresql.wait_ready)
        with step(f"Роли и базы данных ({where(places.postgres_url)})"):
            await databases.create(places.postgres_url, {name: places.keys.password(name) for name in DATABASES})
        with step("Схемы баз"):
            await run(
                "shared.migrations", *HEARING, environment={f"{name.upper()}_DATABASE_URL": places.database(name) for name in HEARING}
            )
        with step(f"RabbitMQ ({where(places.broker.url(places.vhost))})"):
            await asyncio.to_thread(broker_ready, places)
        with step("Очереди и привязки"):
            await declared
    finally:
        declared.cancel()
        await asyncio.gather(declared, return_exceptions=True)
    supervisor.start(processes(places))
    with step(f"Процессы: {', '.join(supervisor.children)}"):
        await supervisor.ready(supervisor.children, within=READY_SECONDS)


def broker_ready(places: Places) -> None:
    """Wait for our own broker, or tell a given one which users there are and what they may do."""
    if isinstance(places.broker, GivenBroker):
        places.broker.import_definitions(definitions(places.vhost, service_passwords(places.keys)))
    else:
        places.broker.wait_ready()


async def run(module: str, *arguments: str, environment: Mapping[str, str]) -> None:
    """Run one of our modules to its end; raises `Refusal` with its last words."""
    log = LOGS / f"{module}.log"
    with log.open("wb") as output:
        child = await asyncio.create_subprocess_exec(
            *tied([sys.executable, "-m", module, *arguments]),
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        try:
            code = await child.wait()
        except asyncio.CancelledError:
            child.kill()
            await child.wait()
            raise
    if code:
        raise Refusal(f"{module} не выполнен: {last_words(log)} (журнал: {log}).")
