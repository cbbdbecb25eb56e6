"""Logs name what failed and where, never what it failed on."""

import asyncio
import logging

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from shared import errors, logs

SECRET = "ivanova@school.example"


async def test_an_unforeseen_failure_is_logged_without_its_message(capfd: pytest.CaptureFixture[str]) -> None:
    app = FastAPI()
    errors.install(app)

    @app.get("/")
    async def fails() -> None:
        raise KeyError(SECRET)

    server = uvicorn.Server(uvicorn.Config(app, port=0))
    logs.setup("probe")
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    async with httpx.AsyncClient() as http:
        answer = await http.get(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/")
    server.should_exit = True
    await serving
    said = "".join(capfd.readouterr())
    assert (answer.status_code, answer.json()["type"]) == (500, "failed")
    assert SECRET not in answer.text
    assert SECRET not in said
    assert said.count("test_logs.py") == said.count("KeyError") == 2  # ours and uvicorn's


def test_what_asyncio_says_of_a_lost_task_has_no_message(caplog: pytest.LogCaptureFixture) -> None:
    logs.setup("probe")
    logging.getLogger("asyncio").error("Task exception was never retrieved", exc_info=KeyError(SECRET))
    assert "KeyError" in caplog.text
    assert SECRET not in caplog.text
