"""Logs name what failed and where, never what it failed on."""

import asyncio
import logging
import subprocess
import sys

import httpx
import uvicorn
from fastapi import FastAPI

from deploy.paths import ROOT
from shared import errors, logs
from tests.support.stage import eventually

SECRET = "ivanova@school.example"


async def failing() -> None:
    """An application that fails unforeseen, asked once; a task that nobody waits for fails, too."""
    app = FastAPI()
    errors.install(app)

    @app.get("/")
    async def fails() -> None:
        raise KeyError(SECRET)

    server = uvicorn.Server(uvicorn.Config(app, port=0))
    logs.setup("probe")
    serving = asyncio.create_task(server.serve())

    async def started() -> bool:
        return server.started

    await eventually(started)
    async with httpx.AsyncClient() as http:
        answer = await http.get(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/")
    assert (answer.status_code, answer.json()["type"]) == (500, "failed")
    assert SECRET not in answer.text
    server.should_exit = True
    await serving
    logging.getLogger("asyncio").error("Task exception was never retrieved", exc_info=ValueError(SECRET))


def test_what_fails_is_logged_without_its_message_by_us_by_uvicorn_and_by_asyncio() -> None:
    """In a process of its own: whoever has logged once keeps its stream."""
    done = subprocess.run([sys.executable, "-m", __name__], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    said = done.stdout + done.stderr
    assert SECRET not in said
    assert (said.count("KeyError"), said.count("ValueError")) == (2, 1)
    assert "test_logs.py" in done.stdout
    assert "test_logs.py" in done.stderr


if __name__ == "__main__":
    asyncio.run(failing())
