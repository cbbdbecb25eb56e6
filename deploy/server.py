"""What any private server of ours has: a folder, a port, a process that is started, stopped, killed and frozen; never as root."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from deploy.console import Refusal, last_words
from deploy.ports import free_port
from deploy.processes import Process, ordinary_user, send, tied
from deploy.programs import Programs

ADMIN = "dpo_admin"  # the administrator of either server


class Server:
    """A server of our own: one process and all it starts, its data, its log and its process number in one folder."""

    title: str
    ending = signal.SIGTERM  # asks the server to stop in order
    patience = 30.0  # seconds a start or a stop may take

    def __init__(
        self, folder: Path, *, port: int | None, password: str, settings: Mapping[str, str] | None, found: Programs | None
    ) -> None:
        if found is None:
            raise Refusal(f"Программы {self.title} не найдены: запустите ./dpo up, он поставит их, или поставьте пакет сами.")
        self.folder = folder
        self.port = port or free_port()
        self.password = password
        self.settings = dict(settings or {})
        self.programs = found
        self.user = ordinary_user(folder)
        self.log = folder / "log"
        self.log_start = 0  # bytes written by earlier starts
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> Process | None:
        """The running server, also one that an earlier launcher left behind; None if there is none."""
        if self._child and self._child.poll() is not None:
            self._child = None  # reaps the dead child
        return self._recall("pid")

    @property
    def pid(self) -> int | None:
        return process.pid if (process := self.process) else None

    def start(self) -> None:
        """Start, or start again after a stop or a kill, and wait until it answers."""
        self.spawn()
        self.wait_ready()

    def spawn(self) -> None:
        """Start the server's process without waiting; from the main thread only, for it ends with the thread that started it."""
        if self.process:
            self.stop()  # left behind by a launcher that was killed: its ports and rights may differ
        self.prepare()
        self.log_start = self.log.stat().st_size
        self._child = self._launch(self.command(), "pid", end=self.ending)

    def wait_ready(self) -> None:
        """Wait until the server answers in its own protocol."""
        deadline = time.monotonic() + self.patience * 2
        while not self.answers():
            if not self.process:
                raise Refusal(f"{self.title} не запустился: {self.last_words()} (журнал: {self.log}).")
            if time.monotonic() > deadline:
                raise Refusal(f"{self.title} запущен, но не отвечает на порту {self.port} (журнал: {self.log}).")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop in order; by force if it does not listen."""
        if process := self.process:
            process.signal_all(signal.SIGCONT)
            send(process.pid, self.ending)
            if not self._gone(process):
                self.kill()

    def kill(self) -> None:
        """End the server and all it started at once, as a power cut would."""
        if process := self.process:
            process.signal_all(signal.SIGKILL)
            self._gone(process)

    def pause(self) -> None:
        """Freeze the server: connections stay open and nothing answers."""
        if process := self.process:
            process.signal_all(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a frozen server go on."""
        if process := self.process:
            process.signal_all(signal.SIGCONT)

    def last_words(self) -> str:
        """Why the server ended, as its log says."""
        return last_words(self.log, self.log_start)

    def prepare(self) -> None:
        """Make the server's folder and configuration, and start what must run before it."""
        raise NotImplementedError

    def command(self) -> list[str]:
        """The program and its arguments."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Whether the server speaks its protocol."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """The whole environment of the server; nothing of ours leaks into it."""
        return {"HOME": str(self.folder), "TZ": "UTC", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **self.programs.environment}

    def _gone(self, process: Process) -> bool:
        """Wait for the end of the server, reaping it if it is our child; whether it was in time."""
        deadline = time.monotonic() + self.patience
        while self.process == process:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        if self._child and self._child.pid == process.pid:
            self._child.wait()  # it may have died between the two looks of `process`
        return True

    def _launch(self, command: list[str], name: str, *, end: signal.Signals) -> subprocess.Popen[bytes]:
        """Start a program that the signal ends when we die, and keep its number in the named file."""
        with self.log.open("ab") as log:
            child = subprocess.Popen(
                tied(command, user=self.user, end=end.name.removeprefix("SIG")),
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if process := Process.of(child.pid):
            self._own(name).write_text(f"{process.pid} {process.started}")
        return child

    def _recall(self, name: str) -> Process | None:
        """The live process whose number the named file keeps."""
        try:
            pid, started = map(int, (self.folder / name).read_text().split())
        except (OSError, ValueError):
            return None
        known = Process(pid, started)
        return known if known.alive else None

    def _run(self, command: list[str], problem: str) -> str:
        """Run one of the server's tools to its end and return what it printed."""
        done = subprocess.run(
            tied(command, user=self.user), cwd=self.folder, env=self.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        if done.returncode:
            words = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
            raise Refusal(f"{problem}: {words[-1].strip() if words else f'код {done.returncode}'}.")
        return done.stdout

    def _may(self, right: str, folder: Path) -> bool:
        """Whether the server's user may enter ("x") or write to ("w") a folder."""
        return subprocess.run(tied(["test", f"-{right}", str(folder)], user=self.user), cwd="/").returncode == 0

    def _make_folder(self) -> None:
        """Make the folder for the server's user alone, and see that this user can reach it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.user:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
            if not self._may("x", self.folder):
                raise Refusal(
                    f"{self.title} работает от имени {self.user.pw_name}, а он не может войти в {self.folder}: переложите проект."
                )
        self.folder.chmod(0o700)
        self._own("log").touch()

    def _own(self, name: str) -> Path:
        """A file of the folder that belongs to the server's user."""
        path = self.folder / name
        path.touch(mode=0o600)
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)
        return path
