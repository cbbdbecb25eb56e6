"""Servers and processes of one measurement: private, in a temporary folder, with fsync on; gone afterwards."""

import asyncio
import json
import os
import subprocess
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from deploy.console import last_words
from deploy.health import health
from deploy.paths import ROOT
from deploy.ports import free_port
from deploy.processes import tied
from deploy.suite import uvicorn
from tests.support.servers import Servers, private, server_folder
from tests.support.service import PUBLIC_KEYS
from tests.support.stage import declare_all

START_SECONDS = 60.0


@dataclass
class Stand:
    """Both servers, and the processes that run before them."""

    servers: Servers
    folder: Path
    stack: ExitStack
    ports: dict[str, int] = field(default_factory=dict)
    databases: dict[str, str] = field(default_factory=dict)

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    async def serve(self, name: str, module: str, environment: Mapping[str, str] | None = None, *, attribute: str = "app") -> str:
        """Start a process of uvicorn and wait until it is ready; return its address."""
        self.ports[name] = free_port(set(self.ports.values()))
        log = self.folder / f"{name}.log"
        told = {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}
        with log.open("wb") as output:
            command = [part.replace(f"{module}:app", f"{module}:{attribute}") for part in uvicorn(module, self.ports[name])]
            process = subprocess.Popen(tied(command), cwd=ROOT, env=told, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        self.stack.callback(process.wait)
        self.stack.callback(process.terminate)
        deadline = time.monotonic() + START_SECONDS
        while not ((answer := await asyncio.to_thread(health, self.ports[name])) and answer.ready):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{name} does not start: {last_words(log)} {answer.wrong if answer else ''}")
            await asyncio.sleep(0.1)
        return self.url(name)

    async def service(self, name: str, module: str, environment: Mapping[str, str] | None = None, *, attribute: str = "app") -> str:
        """Start a service of ours on a fresh database, its consumers running; what it traces goes to the process `traces`."""
        prefix = name.upper()
        self.databases[name] = await self.servers.database(name)
        told = {
            f"{prefix}_DATABASE_URL": self.databases[name],
            f"{prefix}_BROKER_URL": self.servers.service_broker_url(name),
            "DPO_TOKEN_PUBLIC_KEYS": json.dumps(PUBLIC_KEYS),
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.url("traces"),
        }
        return await self.serve(name, module, told | dict(environment or {}), attribute=attribute)

    @asynccontextmanager
    async def database(self, service: str) -> AsyncIterator[asyncpg.Connection]:
        """A connection to a service's database."""
        connection = await asyncpg.connect(self.databases[service].replace("+asyncpg", ""))
        try:
            yield connection
        finally:
            await connection.close()


@asynccontextmanager
async def stand() -> AsyncIterator[Stand]:
    """Servers with everything declared on the broker, and the receiver of traces."""
    with ExitStack() as stack:
        servers = private(stack)
        await declare_all(servers.broker_url)
        made = Stand(servers, stack.enter_context(server_folder()), stack)
        await made.serve("traces", "tests.bench.upstream")
        yield made
