"""A complete private suite for tests: own servers, ports and home in a temporary folder, demonstration data loaded, faults on demand."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import aio_pika
import aiohttp
import asyncpg
import pytest
import pytest_asyncio

from deploy import databases
from deploy.commands.clock import moved
from deploy.demo.door import Door
from deploy.health import health
from deploy.keys import Keys
from deploy.paths import ROOT, TOOLS, write_whole
from deploy.ports import free_port
from deploy.processes import Process, tied
from deploy.servers import PostgreSQL, RabbitMQ
from deploy.suite import DATABASES, HEARING, VHOST
from tests.support.servers import server_folder

START_SECONDS, STOP_SECONDS, RECOVER_SECONDS = 300.0, 60.0, 120.0
RETRY_SECONDS = "[2,4,8]"
KEPT_LOGS = TOOLS / "suite-logs"


@dataclass
class Suite:
    """A running suite. Whatever a test kills, the suite's own supervisor starts again."""

    home: Path
    launcher: "subprocess.Popen[bytes]"

    @property
    def told(self) -> dict[str, Any]:
        """What the supervisor says of the launch: state, processes and servers with pids, ports and restarts."""
        found: dict[str, Any] = json.loads((self.home / "status.json").read_text())
        return found

    @cached_property
    def ports(self) -> Mapping[str, int]:
        found: dict[str, int] = json.loads((self.home / "ports.json").read_text())
        return found

    @cached_property
    def keys(self) -> Keys:
        return Keys(self.home / "secrets.json")

    @cached_property
    def database(self) -> PostgreSQL:
        """The suite's PostgreSQL, to be paused, resumed and killed."""
        return PostgreSQL(self.home / "postgresql", port=self.ports["postgresql"], password=self.keys.password("postgresql"))

    @cached_property
    def broker(self) -> RabbitMQ:
        """The suite's RabbitMQ, to be paused, resumed, killed and asked by `control`."""
        return RabbitMQ(
            self.home / "rabbitmq",
            port=self.ports["rabbitmq"],
            distribution_port=self.ports["rabbitmq_distribution"],
            epmd_port=self.ports["epmd"],
            management_port=self.ports["rabbitmq_management"],
            password=self.keys.password("rabbitmq"),
        )

    # where people and tests go

    @property
    def portal(self) -> str:
        """The address a browser opens."""
        return f"http://127.0.0.1:{self.ports['portal']}"

    @property
    def issuer(self) -> str:
        """The development issuer, which knows the listed people and any `teacher-0001`."""
        return f"http://127.0.0.1:{self.ports['identity']}"

    @property
    def sink(self) -> str:
        """The mail sink's API; its letters are the `.eml` files of `mails`."""
        return f"http://127.0.0.1:{self.ports['mail']}"

    @property
    def mails(self) -> Path:
        return self.home / "mail"

    @asynccontextmanager
    async def door(self) -> AsyncIterator[Door]:
        """The public API: `person = await door.person("sokolova")`."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http:
            yield Door(self.portal, self.issuer, http)

    def move_clock(self, move: str) -> None:
        """Move the suite's clock, such as `+40d`; processes read it once a second."""
        file = self.home / "clock"
        ahead = timedelta(seconds=float(file.read_text() or 0)) if file.exists() else timedelta(0)
        write_whole(file, str(moved(ahead, move).total_seconds()))

    # what is stored

    def database_url(self, name: str) -> str:
        """A database as its owner sees it: a service's, or `traces`."""
        return databases.address(self.database.url(), name, user=name, password=self.keys.password(name))

    async def sql(self, name: str, statement: str, *values: Any) -> list[asyncpg.Record]:
        """The rows of a statement in a service's database; as the administrator in `postgres`."""
        url = self.database_url(name) if name in DATABASES else self.database.url(name)
        connection = await asyncpg.connect(url, timeout=10, command_timeout=60)
        try:
            found: list[asyncpg.Record] = await connection.fetch(statement, *values)
            return found
        finally:
            await connection.close()

    async def value(self, name: str, statement: str, *values: Any) -> Any:
        """The first column of the first row; None without one."""
        rows = await self.sql(name, statement, *values)
        return rows[0][0] if rows else None

    async def depths(self) -> dict[str, int]:
        """Waiting messages by queue, parking places and retry ladders included; passive declarations do not lie."""
        from deploy.topology import of_the_suite  # imports every service

        found = {}
        async with await aio_pika.connect(self.broker.url(VHOST), timeout=10) as connection:
            channel = await connection.channel()
            for name, arguments in of_the_suite({"DPO_RETRY_SECONDS": RETRY_SECONDS}).queues.items():
                if arguments["x-queue-type"] != "stream":
                    queue = await channel.declare_queue(name, passive=True)
                    found[name] = queue.declaration_result.message_count or 0
        return found

    # faults

    def process(self, name: str) -> Process | None:
        """A process of the suite: `enrollment`, `gateway`, `development`…; None while it is down."""
        pid = self.told["processes"][name]["pid"]
        return Process.of(pid) if pid else None

    def kill(self, name: str) -> bool:
        """Kill −9 a process of the suite; whether there was one to kill."""
        process = self.process(name)
        if process:
            process.signal_all(signal.SIGKILL)
        return process is not None

    def restart(self, name: str) -> bool:
        """Ask a process of the suite to end, and its supervisor starts it again; whether there was one."""
        process = self.process(name)
        if process:
            os.kill(process.pid, signal.SIGTERM)
        return process is not None

    def kill_broker(self) -> bool:
        """Kill −9 RabbitMQ; whether it was running."""
        running = self.broker.process is not None
        self.broker.kill()
        return running

    @contextmanager
    def unattended(self) -> Iterator[None]:
        """The supervisor stands still: what dies stays dead until the end of the block."""
        self.launcher.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.launcher.send_signal(signal.SIGCONT)

    def pause_database(self) -> None:
        """Freeze PostgreSQL with all its backends: connections stay open and nothing answers."""
        self.database.pause()

    def resume_database(self) -> None:
        self.database.resume()

    async def cut_connections(self) -> tuple[int, int]:
        """Cut the services' connections to the database and to the broker; return how many of each."""
        terminate = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ANY($1)"
        backends = await self.sql("postgres", terminate, list(HEARING))
        users = (await asyncio.to_thread(self.broker.control, "list_connections", "user")).split()
        await asyncio.to_thread(self.broker.control, "close_all_connections", "--vhost", VHOST, "cut by a test")
        return len(backends), sum(user in HEARING for user in users)

    @property
    def failpoints(self) -> Path:
        return self.home / "failpoints"

    def arm(self, failpoint: str) -> None:
        """Let the process that next comes to a failpoint (`shared.messaging.failpoint`) die there, once."""
        (self.failpoints / failpoint).touch()

    def sprung(self, failpoint: str) -> bool:
        """Whether somebody died at an armed failpoint."""
        return not (self.failpoints / failpoint).exists()

    # waiting

    async def recovered(self, *, within: float = RECOVER_SECONDS) -> float:
        """Wait until both servers answer and every process says that it is ready; return the seconds that took."""
        began = time.monotonic()

        async def unready() -> Any:
            silent = [server.title for server in (self.database, self.broker) if not await asyncio.to_thread(server.answers)]
            answers = {name: await asyncio.to_thread(health, one["port"]) for name, one in self.told["processes"].items()}
            return silent + [f"{name}: {answer and answer.wrong}" for name, answer in answers.items() if not (answer and answer.ready)]

        await nothing(unready, within=within, what="not ready")
        return time.monotonic() - began

    async def quiet(self, *, within: float = RECOVER_SECONDS) -> float:
        """Wait until nothing is under way: no event unsent, message waiting, work due or letter queued; return the seconds that took."""
        began = time.monotonic()

        async def busy() -> Any:
            unsent = {name: await self.value(name, "SELECT count(*) FROM outbox WHERE sent_at IS NULL") for name in HEARING}
            ripe = {
                f"due of {name}": await self.value(name, "SELECT count(*) FROM due WHERE attempts > 0 OR at <= now()") for name in HEARING
            }
            letters = await self.value("notify", "SELECT count(*) FROM delivery WHERE status = 'queued'")
            waiting = {name: count for name, count in (await self.depths()).items() if not name.endswith(".parked")}
            return {name: count for name, count in {**unsent, **ripe, "letters": letters, **waiting}.items() if count}

        async def busy_twice() -> Any:
            return await busy() or await busy()  # what a handler holds unacknowledged is in no count, but soon in another

        await nothing(busy_twice, within=within, what="still under way")
        return time.monotonic() - began

    def stop(self) -> None:
        """End everything in order, or by force when that takes too long."""
        self.resume_database()
        servers = [process for server in (self.broker, self.database) if (process := server.process)]
        self.launcher.send_signal(signal.SIGTERM)
        try:
            self.launcher.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            if process := Process.of(self.launcher.pid):
                process.signal_all(signal.SIGKILL)
            self.launcher.wait()
        for process in servers:
            process.signal_all(signal.SIGKILL)


async def nothing(ask: Callable[[], Awaitable[Any]], *, within: float, what: str) -> None:
    """Wait until a question for what is wrong is answered by nothing; a server that is away counts as an answer."""
    deadline = time.monotonic() + within
    while True:
        try:
            found = await ask()
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, aio_pika.exceptions.AMQPError) as away:
            found = f"{type(away).__name__}: {away}"
        if not found:
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} after {within:.0f} s: {found}")
        await asyncio.sleep(0.5)


def launched(home: Path) -> Suite:
    """Start a suite in an empty folder that other users may enter, and wait until its demonstration data stand."""
    (home / "failpoints").mkdir()
    told = {name: value for name, value in os.environ.items() if not name.startswith(("DPO_", "TEST_", "OTEL_"))}
    told |= {
        "DPO_HOME": str(home),
        "DPO_PORT": str(free_port()),
        "DPO_FAILPOINTS": str(home / "failpoints"),
        "DPO_RETRY_SECONDS": RETRY_SECONDS,
        "PYTHONUNBUFFERED": "1",
    }
    log = home / "launcher.log"
    with log.open("wb") as output:
        command = tied([sys.executable, "-m", "deploy", "up"], end="TERM")
        launcher = subprocess.Popen(
            command, cwd=ROOT, env=told, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    suite, deadline = Suite(home, launcher), time.monotonic() + START_SECONDS
    while not ((home / "status.json").exists() and suite.told["state"] == "ready"):
        if launcher.poll() is not None or time.monotonic() > deadline:
            keep_logs(home)
            if process := Process.of(launcher.pid):
                process.signal_all(signal.SIGKILL)  # its servers end with it
            launcher.wait()
            raise AssertionError(f"the suite did not start; its logs are in {KEPT_LOGS}\n{log.read_text()}")
        time.sleep(0.2)
    return suite


def keep_logs(home: Path) -> None:
    """Keep what a suite wrote where a person finds it."""
    shutil.rmtree(KEPT_LOGS, ignore_errors=True)
    shutil.copytree(home / "logs", KEPT_LOGS)
    for log in (home / "launcher.log", home / "postgresql/log", home / "rabbitmq/log"):
        if log.exists():
            shutil.copyfile(log, KEPT_LOGS / f"{log.parent.name if log.name == 'log' else log.stem}.log")


@pytest.fixture(scope="session")
def suite(request: pytest.FixtureRequest) -> Iterator[Suite]:
    """The session's suite, started on first use (about a minute) and gone after it; its logs stay when a test failed."""
    with server_folder() as home:
        made = launched(home)
        try:
            yield made
        finally:
            if request.session.testsfailed:
                keep_logs(home)
            made.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def door(suite: Suite) -> AsyncIterator[Door]:
    """The suite's public API."""
    async with suite.door() as opened:
        yield opened
