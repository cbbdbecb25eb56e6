"""The loop, played once for all tests of this folder, with another module of the state system listening."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from deploy.identity.personas import Persona, listed
from deploy.paths import ROOT
from tests.support.suite import Suite

HEARD = (
    "catalog.programme_published.v1",
    "enrollment.application_submitted.v1",
    "enrollment.order_signed.v1",
    "enrollment.seats_changed.v1",
    "enrollment.status_changed.v1",
    "enrollment.training_completed.v1",
    "routes.route_planned.v1",
)
"""What the other module was given: no results of persons, for it named no legal ground."""


@dataclass
class Loop:
    """What `./dpo demo --json` printed, the teacher it was about, and the address that the other module was given."""

    said: dict[str, Any]
    teacher: Persona
    subscriber: str


def dpo(suite: Suite, *arguments: str) -> str:
    """A command of the launcher on the test's suite; its output."""
    told = {**os.environ, "DPO_HOME": str(suite.home)}
    done = subprocess.run([sys.executable, "-m", "deploy", *arguments], cwd=ROOT, env=told, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def loop(suite: Suite) -> Loop:
    words = dpo(suite, "subscriber", "add", "journal", "--topics", ",".join(HEARD))
    address = next(line.split(" ", 1)[1] for line in words.splitlines() if line.startswith("Адрес: "))
    said = json.loads(dpo(suite, "demo", "--json"))
    email = said["mails"][0]["to"]
    return Loop(said, next(one for one in listed() if one.email == email), address)
