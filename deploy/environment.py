"""Makes .dpo/venv from requirements.lock by a pinned uv that pip brings; standard library only."""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from deploy import packages
from deploy.console import Refusal, step
from deploy.paths import LOGS, ROOT, SYS, TOOLS, VENV

LOCK = ROOT / "requirements.lock"
UV_LOCK = ROOT / "deploy/uv.txt"  # uv itself, pinned with hashes
UV = TOOLS / "uv"
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
PYTHON = VENV / "bin/python"


def stamp(version: str) -> str:
    """What an environment of this Python version is made from."""
    return hashlib.sha256(LOCK.read_bytes() + version.encode()).hexdigest()


def ensure() -> None:
    """Bring .dpo/venv to the lock; does nothing when its stamp says it is there already."""
    mark = VENV / ".stamp"
    version = _version()
    if version and mark.exists() and mark.read_text() == stamp(version):
        return
    pip = _pip()
    with step("Готовлю окружение Python по requirements.lock"):
        if not version:
            shutil.rmtree(VENV, ignore_errors=True)
            venv.create(VENV, with_pip=False, symlinks=True)
        if not (
            _uv(pip)
            and _run([str(UV / "bin/uv"), "pip", "sync", "-q", "--require-hashes", "--python", str(PYTHON), str(LOCK)], _uv_settings(pip))
        ):
            # an index that only pip can reach (its own settings, a proxy, extra indexes) still works, only slower
            _run_or_refuse([*pip, "--python", str(PYTHON), "install", "-q", "--require-hashes", "-r", str(LOCK)])
        mark.write_text(stamp(_version() or ""))


def _version() -> str | None:
    """The version of the environment's Python, or None if there is none that starts (a Python removed or upgraded since)."""
    try:
        found = subprocess.run([PYTHON, "-c", "import sys; print(sys.version)"], capture_output=True, text=True)
    except OSError:
        return None
    return found.stdout.strip() if found.returncode == 0 else None


def _pip() -> list[str]:
    """The command of some pip: this Python's, or the wheel that Debian and ensurepip keep beside it."""
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode == 0:
        return [sys.executable, "-m", "pip"]
    if not (wheel := _pip_wheel()):
        if not shutil.which("apt-get"):
            raise Refusal("У Python нет pip: поставьте пакет pip вашей системы и повторите команду.")
        (packages.install if os.geteuid() == 0 else packages.unpack)(["python3-pip-whl"])
        wheel = _pip_wheel()
    if not wheel:
        raise Refusal("У Python нет pip: поставьте пакет python3-pip-whl и повторите команду.")
    return [sys.executable, f"{wheel}/pip"]


def _pip_wheel() -> Path | None:
    folders = (Path("/usr/share/python-wheels"), SYS / "usr/share/python-wheels", Path(os.__file__).parent / "ensurepip/_bundled")
    return next((wheel for folder in folders for wheel in sorted(folder.glob("pip-*.whl"))), None)


def _uv(pip: list[str]) -> bool:
    """Whether the pinned uv is in .dpo/uv, brought by pip if it was not."""
    mark = UV / ".stamp"
    pinned = hashlib.sha256(UV_LOCK.read_bytes()).hexdigest()
    if not (mark.exists() and mark.read_text() == pinned):
        shutil.rmtree(UV, ignore_errors=True)
        if not _run([*pip, "install", "-q", "--no-deps", "--require-hashes", "--target", str(UV), "-r", str(UV_LOCK)]):
            return False
        mark.write_text(pinned)
    return True


def _uv_settings(pip: list[str]) -> dict[str, str]:
    """uv's environment: compiled bytecode, the index and certificates that pip is set to."""
    settings = {"UV_COMPILE_BYTECODE": "1", "UV_PYTHON_DOWNLOADS": "never", "UV_SYSTEM_CERTS": "1" if SYSTEM_CERTIFICATES.exists() else "0"}
    index, certificates = _pip_settings(pip)
    if index and not {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & os.environ.keys():
        settings["UV_DEFAULT_INDEX"] = index
    if certificates and "SSL_CERT_FILE" not in os.environ:
        settings["SSL_CERT_FILE"] = certificates
    return settings


def _pip_settings(pip: list[str]) -> tuple[str | None, str | None]:
    """The index address and the certificates that pip's environment or files set, which uv does not read."""
    listed = subprocess.run([*pip, "config", "list"], capture_output=True, text=True).stdout
    found = dict(line.split("=", 1) for line in listed.splitlines() if "=" in line)

    def first(name: str) -> str | None:
        value = found.get(f":env:.{name}") or found.get(f"install.{name}") or found.get(f"global.{name}")
        return value.strip("'\"") if value else None

    return first("index-url"), first("cert")


def _run(command: list[str], settings: dict[str, str] | None = None) -> bool:
    """Run a command into .dpo/logs/environment.log; whether it succeeded."""
    LOGS.mkdir(parents=True, exist_ok=True)
    with (LOGS / "environment.log").open("a") as log:
        return (
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **(settings or {})}).returncode
            == 0
        )


def _run_or_refuse(command: list[str]) -> None:
    if not _run(command):
        raise Refusal(f"Пакеты Python не поставлены: проверьте, что индекс пакетов доступен; подробности в {LOGS / 'environment.log'}.")
