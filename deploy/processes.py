"""Processes of the operating system: whose they are, whether they live, and signals to all that a process started."""

import os
import pwd
import shutil
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.console import Refusal


@dataclass(frozen=True)
class Process:
    """A process told apart from a later one with the same number by the moment it started (clock ticks since boot)."""

    pid: int
    started: int

    @classmethod
    def of(cls, pid: int) -> "Process | None":
        """The live process of this number, or None; a zombie is dead."""
        fields = _stat(pid)
        return cls(pid, int(fields[19])) if fields and fields[0] != "Z" else None

    @property
    def alive(self) -> bool:
        return Process.of(self.pid) == self

    def tree(self) -> list[int]:
        """The process and everything it started, parents first."""
        children: dict[int, list[int]] = {}
        for entry in os.listdir("/proc"):
            if entry.isdigit() and (fields := _stat(int(entry))):
                children.setdefault(int(fields[1]), []).append(int(entry))
        found = [self.pid]
        for pid in found:
            found += children.get(pid, [])
        return found

    def signal_all(self, number: signal.Signals) -> None:
        """Signal the process first, then everything it started."""
        if self.alive:
            for pid in self.tree():
                send(pid, number)

    def ended_within(self, seconds: float) -> bool:
        """Wait until the process is gone; whether it was in time."""
        deadline = time.monotonic() + seconds
        while self.alive:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True


def send(pid: int, number: signal.Signals) -> None:
    """Signal a process that may be gone already."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat after the program's name (state first), or None."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def ordinary_user(folder: Path) -> pwd.struct_passwd | None:
    """Who runs the servers when we are root: the owner of the folder, else `postgres`, else `nobody`; None when we are not root."""
    if os.geteuid() != 0:
        try:
            pwd.getpwuid(os.geteuid())
        except KeyError:
            raise Refusal("У вашего пользователя нет записи в /etc/passwd, а PostgreSQL без неё не создаёт данные: добавьте её.") from None
        return None
    known = {entry.pw_uid: entry for entry in pwd.getpwall()}
    names = {entry.pw_name: entry for entry in known.values()}
    uid = next(place for place in (folder, *folder.parents) if place.exists()).stat().st_uid
    user = known.get(uid) if uid else names.get("postgres") or names.get("nobody")
    if user is None:
        raise Refusal("PostgreSQL не работает от имени root, а другого пользователя нет: создайте его командой useradd.")
    return user


def tied(command: list[str], *, user: pwd.struct_passwd | None = None, end: str = "KILL") -> list[str]:
    """The command run as the user and ended by the signal when the process that started it dies."""
    setpriv = shutil.which("setpriv", path=f"{os.environ.get('PATH', '')}:/usr/bin")
    if not setpriv:
        if user:
            raise Refusal("Нет программы setpriv (пакет util-linux): без неё серверы не запустить от имени обычного пользователя.")
        return command
    identity = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--init-groups"] if user else []
    return [setpriv, *identity, f"--pdeathsig={end}", "--", *command]
