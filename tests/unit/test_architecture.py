"""Every import contract is seen to bark: each is broken on purpose in a copy of the tree."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OFFENCES = {
    "Services never import each other": ("services/notify/rules/offence.py", "import services.routes.rules"),
    "Inside a service, imports point down": ("services/notify/commands.py", "from services.notify import api"),
    "Rules are pure": ("services/catalog/rules/offence.py", "import sqlalchemy"),
    "Contracts are plain pydantic": ("shared/contracts/offence.py", "import fastapi"),
    "Shared knows nobody": ("shared/offence.py", "import gateway.tokens"),
    "The gateway knows services by HTTP only": ("gateway/offence.py", "import services.notify.tables"),
    "Services know nothing of deployment": ("services/notify/offence.py", "import deploy.ports"),
}


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What import-linter says of a tree with one offence against each contract."""
    copy = tmp_path_factory.mktemp("tree")
    for package in ("services", "shared", "gateway", "deploy"):
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__", "*.json", "*.html"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    for path, line in OFFENCES.values():
        with (copy / path).open("a") as file:
            file.write(f"\n{line}\n")
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"]
    return subprocess.run(command, cwd=copy, capture_output=True, text=True, env={"PYTHONPATH": str(copy), "PATH": "/usr/bin:/bin"}).stdout


@pytest.mark.parametrize("contract", OFFENCES)
def test_a_broken_import_contract_is_caught(verdicts: str, contract: str) -> None:
    assert f"{contract} BROKEN" in verdicts, verdicts[-3000:]
