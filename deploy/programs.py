"""Finds the programs of PostgreSQL and RabbitMQ: the system's own, or those unpacked into .dpo/sys; standard library only."""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from deploy.paths import SYS

OLDEST_POSTGRESQL = 15  # the first with ICU as a database's default collation


@dataclass(frozen=True)
class Programs:
    """A server's folder of programs, and the environment they need beside the usual one."""

    folder: Path
    environment: dict[str, str]


def postgresql(unpacked: Path = SYS) -> Programs | None:
    """The newest PostgreSQL with its contributed modules (pg_trgm), or None."""
    debian = [folder for top in (Path("/"), unpacked) for folder in top.glob("usr/lib/postgresql/*/bin")]
    debian.sort(
        key=lambda folder: (int(folder.parent.name) if folder.parent.name.isdigit() else 0, unpacked not in folder.parents), reverse=True
    )
    on_path = shutil.which("postgres")
    elsewhere = [Path(on_path).resolve().parent] if on_path else []
    for folder in [*debian, *elsewhere]:
        if all((folder / name).exists() for name in ("initdb", "postgres")) and _has_trigrams(folder):
            return Programs(folder, _environment(folder, unpacked))
    return None


def _has_trigrams(folder: Path) -> bool:
    """Whether the installation whose programs are in the folder is new enough and ships pg_trgm."""
    version = re.search(r"/postgresql/(\d+)/bin$", str(folder))
    if version:
        shared = folder.parents[3] / "share/postgresql" / version[1]
        return int(version[1]) >= OLDEST_POSTGRESQL and (shared / "extension/pg_trgm.control").exists()
    shared_folders = (folder.parent / "share/postgresql", folder.parent / "share", folder.parent / "share/pgsql")
    return any((shared / "extension/pg_trgm.control").exists() for shared in shared_folders)


def rabbitmq(unpacked: Path = SYS) -> Programs | None:
    """RabbitMQ's own scripts (Debian's wrappers in /usr/sbin refuse ordinary users), or None."""
    on_path = shutil.which("rabbitmq-server")
    folders = [Path("/usr/lib/rabbitmq/bin"), unpacked / "usr/lib/rabbitmq/bin"]
    if on_path and not on_path.startswith("/usr/sbin/"):
        folders.append(Path(on_path).resolve().parent)
    for folder in folders:
        environment = _environment(folder, unpacked)
        if (folder / "rabbitmq-server").exists() and shutil.which("erl", path=environment["PATH"]):
            return Programs(folder, environment)
    return None


def _environment(folder: Path, unpacked: Path) -> dict[str, str]:
    """PATH and, for unpacked programs, where their shared libraries lie."""
    path = os.environ.get("PATH") or "/usr/bin:/bin"
    if unpacked not in folder.parents:
        return {"PATH": f"{path}:/usr/bin:/bin"}
    libraries = [str(found) for pattern in ("usr/lib/*-linux-*", "lib/*-linux-*") for found in unpacked.glob(pattern)]
    return {"PATH": f"{unpacked}/usr/bin:{path}:/usr/bin:/bin", "LD_LIBRARY_PATH": ":".join(libraries)}
