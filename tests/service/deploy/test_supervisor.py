"""The supervisor on real processes: it starts again what dies, counts it, and leaves nothing behind."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from deploy.console import Refusal
from deploy.ports import free_port
from deploy.processes import Process as Running
from deploy.suite import Process
from deploy.supervisor import Supervisor
from tests.support.stage import eventually

READY = """
import http.server, os, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header("x-launch-id", os.environ["LAUNCH"]); self.end_headers()
    def log_message(self, *words): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""


def answering(name: str, *, launch: str = "now") -> Process:
    """A process that is ready as soon as it runs."""
    port = free_port()
    return Process(name, (sys.executable, "-c", READY, str(port)), port, {"LAUNCH": launch, "PATH": os.environ["PATH"]})


@pytest_asyncio.fixture
async def supervisor(tmp_path: Path) -> AsyncIterator[Supervisor]:
    made = Supervisor(tmp_path / "status.json", tmp_path / "logs", {"launch_id": "now", "state": "starting"})
    yield made
    await made.stop([list(made.children)])


def told(supervisor: Supervisor) -> Any:
    return json.loads(supervisor.status.read_text())["processes"]


async def test_a_killed_process_is_started_again_and_counted(supervisor: Supervisor) -> None:
    supervisor.start([answering("one"), answering("two")])
    supervisor.watch()
    await supervisor.ready(["one", "two"], within=30)
    supervisor.tell("ready")
    first = told(supervisor)
    os.kill(first["one"]["pid"], signal.SIGKILL)

    async def again() -> bool:
        now = told(supervisor)["one"]
        return bool(now["restarts"] == 1 and now["pid"] not in (None, first["one"]["pid"]))

    await eventually(again)
    await supervisor.ready(["one"], within=30)
    assert told(supervisor)["two"] == first["two"]


async def test_another_program_on_the_port_is_not_taken_for_ours(supervisor: Supervisor) -> None:
    supervisor.start([answering("stranger", launch="yesterday")])
    with pytest.raises(Refusal, match="stranger не готов"):
        await supervisor.ready(["stranger"], within=2)


async def test_a_process_that_can_not_start_is_named_with_its_last_words(supervisor: Supervisor) -> None:
    command = (sys.executable, "-c", "raise SystemExit('no settings')")
    supervisor.start([Process("broken", command, free_port(), {"PATH": os.environ["PATH"]})])
    with pytest.raises(Refusal, match=r"broken не запускается: no settings"):
        await supervisor.ready(["broken"], within=30)


async def test_a_process_that_ignores_a_request_to_end_is_ended(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.supervisor.GRACE_SECONDS", 0.2)
    stubborn = answering("stubborn")
    ignoring = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + READY
    supervisor.start([Process("stubborn", (sys.executable, "-c", ignoring, str(stubborn.port)), stubborn.port, stubborn.environment)])
    await supervisor.ready(["stubborn"], within=30)
    running = supervisor.children["stubborn"].running
    assert running
    await supervisor.children["stubborn"].stop()
    assert running.returncode == -signal.SIGKILL


async def test_a_killed_supervisor_leaves_no_process_behind(tmp_path: Path) -> None:
    program = """
import asyncio, sys
from pathlib import Path
from tests.service.deploy.test_supervisor import Supervisor, answering
async def main():
    made = Supervisor(Path(sys.argv[1]) / "status.json", Path(sys.argv[1]), {"launch_id": "now", "state": "starting"})
    made.start([answering("one")])
    await made.ready(["one"], within=30)
    made.tell("ready")
    await asyncio.Event().wait()
asyncio.run(main())
"""
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", program, str(tmp_path))
    status = tmp_path / "status.json"

    async def ready() -> bool:
        return status.exists()

    await eventually(ready, within=30)
    orphan = Running.of(json.loads(status.read_text())["processes"]["one"]["pid"])
    parent.kill()
    await parent.wait()
    assert orphan
    assert await asyncio.to_thread(orphan.ended_within, 10)
