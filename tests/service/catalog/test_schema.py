"""The register's API against its own OpenAPI: Schemathesis invents good and bad requests, and every answer is one that is described."""

import asyncio
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from deploy.paths import ROOT
from deploy.ports import free_port
from tests.service.catalog.conftest import Register
from tests.support.service import Person

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,negative_data_rejection"
ELSEWHERE = ("upload_table", "upload_file", "save_draft")
"""Bodies that Schemathesis can not make (a workbook, a PDF), and one so large that FastAPI refuses it before we can say so in words: the
gateway, which everybody outside meets first, does."""
LARGE = (*ELSEWHERE, "draft_document", "write_version")
"""Random bodies are too large for FastAPI here, too."""
OPTIONS = ["--exclude-path-regex=^/operations", "--max-examples=8", "--seed=7", "--warnings=off", "--no-color"]


@asynccontextmanager
async def listening(register: Register, who: Person) -> AsyncIterator[str]:
    """The running service on a port, every request made by somebody; an internal token is too short-lived to be given once."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(name.encode(), value.encode()) for name, value in who.headers.items()]
        kept = [(name, value) for name, value in scope["headers"] if name != b"authorization"]
        await register.service.app({**scope, "headers": [*kept, *headers]}, receive, send)

    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, lifespan="off", log_level="critical"))
    serving = asyncio.create_task(server.serve())
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await serving


@pytest.mark.parametrize(("phases", "elsewhere"), [("coverage,stateful", ELSEWHERE), ("fuzzing", LARGE)], ids=["derived", "random"])
async def test_no_request_that_schemathesis_invents_is_answered_otherwise_than_described(
    register: Register, tmp_path: Path, phases: str, elsewhere: tuple[str, ...]
) -> None:
    await register.group(await register.published())
    document = str(ROOT / "services/catalog/openapi.json")
    async with listening(register, register.operator) as url:
        left = [f"--exclude-operation-id={one}" for one in elsewhere]
        command = [
            sys.executable,
            "-m",
            "schemathesis.cli",
            "run",
            document,
            f"--url={url}",
            f"--checks={CHECKS}",
            f"--phases={phases}",
            *left,
            *OPTIONS,
        ]
        process = await asyncio.create_subprocess_exec(*command, cwd=tmp_path, stdout=PIPE, stderr=STDOUT)
        said, _ = await process.communicate()
    assert process.returncode == 0, "\n".join(line[:300] for line in said.decode().splitlines())
