"""Puts missing system packages in place: through apt-get as root, else unpacked into .dpo/sys; standard library only."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.console import Refusal, step
from deploy.paths import LOGS, SYS, TOOLS

POLICY = Path("/usr/sbin/policy-rc.d")
NO_CLUSTER = Path("/etc/postgresql-common/createcluster.conf")


def install(packages: list[str]) -> None:
    """Install Debian packages with their daemons off; needs root."""
    command = [
        "apt-get",
        "install",
        "-y",
        "-q",
        "--no-install-recommends",
        "-o",
        "Dpkg::Use-Pty=0",
        "-o",
        "DPkg::Lock::Timeout=120",
        "-o",
        "Dpkg::Options::=--force-confold",
        *packages,
    ]
    with step(f"Ставлю системные пакеты (apt-get): {', '.join(packages)}"), _daemons_off():
        if not _run(command):
            _run(["apt-get", "update", "-q"])  # a fresh machine has no package lists yet
            if not _run(command):
                raise Refusal(f"apt-get не смог поставить {', '.join(packages)}: посмотрите {LOGS / 'packages.log'} и поставьте их сами.")


@contextmanager
def _daemons_off() -> Iterator[None]:
    """Keep the packages from starting daemons and from making a cluster; what was there before stays as it was."""
    placed = not POLICY.exists()
    if placed:
        POLICY.write_text("#!/bin/sh\nexit 101\n")
        POLICY.chmod(0o755)
    if not NO_CLUSTER.exists():
        NO_CLUSTER.parent.mkdir(parents=True, exist_ok=True)
        NO_CLUSTER.write_text("create_main_cluster = false\n")
    try:
        yield
    finally:
        if placed:
            POLICY.unlink(missing_ok=True)


def unpack(packages: list[str]) -> None:
    """Download Debian packages with what they depend on and unpack them into .dpo/sys; needs no root."""
    if " " in str(SYS):
        raise Refusal(
            f"RabbitMQ не работает из папки с пробелом в имени: переложите {SYS.parent.parent} или поставьте {' '.join(packages)}."
        )
    with step(f"Распаковываю в .dpo/sys без прав администратора: {', '.join(packages)}"):
        debs = TOOLS / "apt/debs"
        shutil.rmtree(debs, ignore_errors=True)
        for folder in (SYS, debs, TOOLS / "apt/lists/partial", TOOLS / "apt/cache/archives/partial"):
            folder.mkdir(parents=True, exist_ok=True)
        # the lists fetched for an earlier package may do, and may be out of date
        fetched = _download(packages, debs) or (_run([*_apt(), "update"]) and _download(packages, debs))
        if not fetched or not all(_run(["dpkg", "-x", str(archive), str(SYS)]) for archive in sorted(debs.glob("*.deb"))):
            log = LOGS / "packages.log"
            raise Refusal(f"Поставьте пакеты {' '.join(packages)} от имени администратора: скачать их не удалось, подробности в {log}.")
        shutil.rmtree(debs)
        _relocate_erlang()


def _apt() -> list[str]:
    """apt-get with lists and caches of our own, which an ordinary user may write."""
    apt = TOOLS / "apt"
    return ["apt-get", "-q", "-o", f"Dir::State::lists={apt}/lists", "-o", f"Dir::Cache={apt}/cache", "-o", "Debug::NoLocking=1"]


def _download(packages: list[str], folder: Path) -> bool:
    """Download the packages and what they need beyond the installed ones; whether all of it is there."""
    command = [*_apt(), "install", "-s", "--no-install-recommends", *packages]
    plan = subprocess.run(command, capture_output=True, text=True, env=_quiet())
    names = [line.split()[1] for line in plan.stdout.splitlines() if line.startswith("Inst ")]
    return plan.returncode == 0 and bool(names) and _run([*_apt(), "download", *names], cwd=folder)


def _relocate_erlang() -> None:
    """Make `erl` find its own files from where it lies: Debian writes the absolute folder into the script."""
    script = SYS / "usr/lib/erlang/bin/erl"
    if script.exists():
        here = '"$(dirname "$(dirname "$(readlink -f "$0")")")"'
        script.write_text(script.read_text().replace("ROOTDIR=/usr/lib/erlang", f"ROOTDIR={here}"))


def _run(command: list[str], cwd: Path | None = None) -> bool:
    """Run a command into .dpo/logs/packages.log; whether it succeeded."""
    LOGS.mkdir(parents=True, exist_ok=True)
    with (LOGS / "packages.log").open("a") as log:
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=cwd, env=_quiet()).returncode == 0


def _quiet() -> dict[str, str]:
    """The environment in which apt-get asks nothing and speaks the language its output is parsed in."""
    return {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
