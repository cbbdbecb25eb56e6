"""`./dpo reports rebuild`: rebuild every read model from the archive stream."""

import argparse
import os
import subprocess
import sys

from deploy import launch
from deploy.paths import ROOT


def main(arguments: argparse.Namespace) -> int:
    launch.running()
    places = launch.places()
    environment = {"REPORTS_DATABASE_URL": places.database("reports"), "REPORTS_BROKER_URL": places.broker_url("reports")}
    return subprocess.run([sys.executable, "-m", "services.reports.rebuild"], cwd=ROOT, env={**os.environ, **environment}).returncode
