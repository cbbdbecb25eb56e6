"""Keeps the suite's processes and private servers running: starts what dies again, with back-off, and counts it."""

import asyncio
import json
import os
import shutil
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from deploy.console import Refusal, last_words
from deploy.health import health
from deploy.paths import write_whole
from deploy.processes import send, tied
from deploy.server import Server
from deploy.suite import Process

GRACE_SECONDS = 25  # running requests may take 10 of them, running handlers then 12, a letter under way 2
LOG_BYTES = 10_000_000
CALM_SECONDS = 60  # a process that lived this long starts afresh with the shortest pause
LONGEST_PAUSE = 30.0


def pause_before_restart(*, failures: int) -> float:
    """Seconds to wait before the next start after this many deaths in a row."""
    return float(min(0.5 * 2 ** max(failures - 1, 0), LONGEST_PAUSE))


class Child:
    """One process of the suite, started again whenever it ends unasked."""

    def __init__(self, process: Process, log: Path, changed: asyncio.Event) -> None:
        self.process, self.log, self.changed = process, log, changed
        self.running: asyncio.subprocess.Process | None = None
        self.restarts = 0
        self.since = 0.0
        self.log_start = log.stat().st_size if log.exists() else 0  # earlier launches wrote there too
        self.task: asyncio.Task[None] | None = None

    async def keep(self) -> None:
        """Start the process again and again until cancelled."""
        failures = 0
        while True:
            self.since = time.time()
            with suppress(OSError):  # no memory or room for one more: tried again like a death
                self.running = await self.begun()
                self.changed.set()
                await self.running.wait()
            failures = 1 if time.time() - self.since > CALM_SECONDS else failures + 1
            self.restarts += 1
            self.changed.set()
            await asyncio.sleep(pause_before_restart(failures=failures))

    async def begun(self) -> asyncio.subprocess.Process:
        with self.log.open("ab") as log:
            command = tied(list(self.process.command))
            return await asyncio.create_subprocess_exec(
                *command, env=self.process.environment, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    async def ready(self, launch_id: str, *, within: float) -> None:
        """Wait until the process answers as one of this launch: another program on its port does not count."""
        deadline = time.monotonic() + within
        while True:
            answer = await asyncio.to_thread(health, self.process.port)
            if answer and answer.ready and answer.launch_id == launch_id:
                return
            if self.restarts >= 3:
                raise Refusal(f"{self.process.name} не запускается: {last_words(self.log, self.log_start)} (журнал: {self.log}).")
            if time.monotonic() > deadline:
                stranger = f"на порту {self.process.port} отвечает другая программа"
                reason = "; ".join(answer.wrong) or stranger if answer else "не отвечает"
                raise Refusal(f"{self.process.name} не готов за {within:.0f} с: {reason} (журнал: {self.log}).")
            await asyncio.sleep(0.1)

    async def stop(self) -> None:
        """Ask the process to end, and end it if it has not after its grace."""
        if self.task:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
        if not self.running or self.running.returncode is not None:
            return
        send(self.running.pid, signal.SIGTERM)
        try:
            async with asyncio.timeout(GRACE_SECONDS):
                await self.running.wait()
        except TimeoutError:
            send(self.running.pid, signal.SIGKILL)
            await self.running.wait()

    def told(self) -> dict[str, Any]:
        """What the status file says of the process."""
        pid = self.running.pid if self.running and self.running.returncode is None else None
        return {"pid": pid, "port": self.process.port, "restarts": self.restarts, "since": self.since, "log": str(self.log)}


class Supervisor:
    """All that runs in one launch, and the file that tells others about it."""

    def __init__(self, status: Path, logs: Path, facts: dict[str, Any]) -> None:
        self.status, self.logs, self.facts = status, logs, facts
        self.changed = asyncio.Event()
        self.children: dict[str, Child] = {}
        self.servers: dict[str, Server] = {}
        self.server_restarts: dict[str, int] = {}
        self.watchers: list[asyncio.Task[None]] = []
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, processes: Iterable[Process]) -> None:
        """Start processes and keep them running."""
        for process in processes:
            child = Child(process, self.logs / f"{process.name}.log", self.changed)
            child.task = asyncio.create_task(child.keep())
            self.children[process.name] = child

    async def ready(self, names: Iterable[str], *, within: float) -> None:
        """Wait until each of the processes is ready; raises a `Refusal` for the first that is not going to be."""
        launch_id = self.facts["launch_id"]
        await asyncio.gather(*(self.children[name].ready(launch_id, within=within) for name in names))

    def own(self, servers: Iterable[Server]) -> None:
        """Take responsibility for stopping private servers."""
        for server in servers:
            self.servers[server.title] = server
            self.server_restarts[server.title] = 0

    def watch(self) -> None:
        """Keep the private servers running from now on, the logs short and the status file true."""
        keepers = [self._keep(server) for server in self.servers.values()]
        self.watchers += [asyncio.create_task(work) for work in (*keepers, self._write_changes(), self._rotate())]

    def tell(self, state: str) -> None:
        """Write the status file: the launch, its state, processes and servers."""
        told = {
            **self.facts,
            "state": state,
            "supervisor": os.getpid(),
            "processes": {name: child.told() for name, child in self.children.items()},
            "servers": {
                title: {"pid": server.pid, "port": server.port, "restarts": self.server_restarts[title], "log": str(server.log)}
                for title, server in self.servers.items()
            },
        }
        self.facts["state"] = state
        write_whole(self.status, json.dumps(told, ensure_ascii=False, indent=2))

    async def stop(self, order: Iterable[Iterable[str]]) -> None:
        """Stop everything: processes in the given ranks, then the servers."""
        self.tell("stopping")
        for watcher in self.watchers:
            watcher.cancel()
        await asyncio.gather(*self.watchers, return_exceptions=True)
        for rank in order:
            await asyncio.gather(*(self.children[name].stop() for name in rank if name in self.children))
        await asyncio.gather(*(asyncio.to_thread(server.stop) for server in self.servers.values()))
        self.status.unlink(missing_ok=True)

    async def _keep(self, server: Server) -> None:
        """Start a server again when it dies; a start that fails is tried again with back-off."""
        failures = 0
        while True:
            await asyncio.sleep(0.5)
            if server.process:
                continue
            failures += 1
            self.server_restarts[server.title] += 1
            await asyncio.sleep(pause_before_restart(failures=failures))
            try:
                server.spawn()
                await asyncio.to_thread(server.wait_ready)
                failures = 0
            except (Refusal, OSError):
                pass  # its own log says why; the next attempt comes later
            self.changed.set()

    async def _write_changes(self) -> None:
        while True:
            await self.changed.wait()
            self.changed.clear()
            with suppress(OSError):  # a full disk: the next change is written when there is room
                self.tell(self.facts["state"])

    async def _rotate(self) -> None:
        """Keep one old generation of every log that has grown too long; its writer appends, so it may be cut under its hands."""
        while True:
            for log in [*self.logs.glob("*.log"), *(server.log for server in self.servers.values())]:
                if log.exists() and log.stat().st_size > LOG_BYTES:
                    with suppress(OSError):  # no room for the old generation, which is what makes some
                        shutil.copyfile(log, log.with_name(log.name + ".1"))
                    os.truncate(log, 0)
            await asyncio.sleep(5)
