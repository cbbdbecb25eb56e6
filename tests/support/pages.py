"""Lighthouse on pages of the portal, with the machine's Node and Chromium; installed into `.dpo` by its lock when it is first needed."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deploy.paths import TOOLS

LOCKED = Path(__file__).parent / "lighthouse"
FILES = ("package.json", "package-lock.json", "scores.mjs")
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
TRIES = 2
"""A page is measured again when it fell short: a browser that was late is no fault of the page."""


def chromium() -> str:
    """The browser's path."""
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    assert path, "the portal's tests need Chromium (Debian: apt-get install chromium)"
    return path


def installed() -> Path:
    """The folder of Lighthouse as the lock says, made when it is not there."""
    folder = TOOLS / "lighthouse"
    done = folder / "installed"
    lock = (LOCKED / "package-lock.json").read_bytes()
    if not done.exists() or done.read_bytes() != lock:
        folder.mkdir(parents=True, exist_ok=True)
        done.unlink(missing_ok=True)
        for name in FILES:
            shutil.copy(LOCKED / name, folder)
        assert shutil.which("npm"), "Lighthouse needs Node (Debian: apt-get install nodejs npm)"
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True)
        done.write_bytes(lock)
    shutil.copy(LOCKED / "scores.mjs", folder)
    return folder


async def scores(urls: Sequence[str], *, categories: Sequence[str]) -> list[dict[str, Any]]:
    """Per page its `scores` from 0 to 1 by category and the titles of what is `failing`."""
    folder = await asyncio.to_thread(installed)
    command = ["node", "scores.mjs", chromium(), ",".join(categories), *urls]
    process = await asyncio.create_subprocess_exec(*command, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    said, problems = await process.communicate()
    assert process.returncode == 0, problems.decode()
    return [json.loads(line) for line in said.splitlines()]


async def short_of(least: float, urls: Sequence[str], *, categories: Sequence[str]) -> list[dict[str, Any]]:
    """The pages that stay below a score, measured again before they are blamed."""
    for _ in range(TRIES):
        found = await scores(urls, categories=categories)
        short = [one for one in found if one["error"] or min(one["scores"].values()) < least]
        urls = [one["url"] for one in short]
        if not urls:
            return []
    return short
