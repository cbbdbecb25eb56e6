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
    "assessment.assessment_completed.v1",
    "assessment.reassessment_due.v1",
    "catalog.programme_published.v1",
    "catalog.review_due.v1",
    "enrollment.application_submitted.v1",
    "enrollment.learner_changed.v1",
    "enrollment.order_signed.v1",
    "enrollment.seats_changed.v1",
    "enrollment.status_changed.v1",
    "enrollment.suggestion_offered.v1",
    "enrollment.training_completed.v1",
    "gateway.role_granted.v1",
    "notify.notification_delivered.v1",
    "routes.route_accepted.v1",
    "routes.route_completed.v1",
    "routes.route_planned.v1",
    "routes.route_step_completed.v1",
    "routes.route_studied.v1",
)
"""What the other module was given: every event of the loop but the consents."""
GROUND = "соглашение об обмене данными № 7"


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
    words = dpo(suite, "subscriber", "add", "journal", "--topics", ",".join(HEARD), "--ground", GROUND)
    address = next(line.split(" ", 1)[1] for line in words.splitlines() if line.startswith("Адрес: "))
    said = json.loads(dpo(suite, "demo", "--json"))
    email = said["mails"][0]["to"]
    return Loop(said, next(one for one in listed() if one.email == email), address)
