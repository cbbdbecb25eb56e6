"""`./dpo test [AREA] [pytest arguments]`: style, types and import contracts first, then the tests of an area; all but chaos by default."""

import argparse
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

from deploy.console import say, step
from deploy.paths import ROOT
from deploy.prepare import AREAS, areas_of

BY_DEFAULT = ("unit", "contract", "service", "e2e")
SOURCES = ("shared", "services", "gateway", "deploy", "tests")
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def main(arguments: argparse.Namespace) -> int:
    """Stop at the first of the checks that fails; the closing line is pytest's own."""
    if not areas_of(arguments.rest) and not all_checks_pass():
        return 1
    words = list(takewhile(AREAS.__contains__, arguments.rest))
    chosen = words if areas_of(arguments.rest) else [area for area in BY_DEFAULT if (ROOT / "tests" / area).exists()]
    command = [sys.executable, "-m", "pytest", *(f"tests/{area}" for area in chosen), *arguments.rest[len(words) :]]
    return subprocess.run(command, cwd=ROOT).returncode


def all_checks_pass() -> bool:
    """Whether ruff, mypy and the import contracts have nothing to say."""
    sources = [name for name in SOURCES if Path(ROOT, name).exists()]
    checks = {
        "Стиль (ruff)": ["-m", "ruff", "check", "--quiet", *sources],
        "Типы (mypy --strict)": ["-m", "mypy", "--strict", *sources],
        "Границы модулей (import-linter)": ["-c", LINT_IMPORTS],
    }
    return all(passes(title, command) for title, command in checks.items())


def passes(title: str, command: list[str]) -> bool:
    with step(title):
        done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        say(done.stdout + done.stderr)
    return done.returncode == 0
