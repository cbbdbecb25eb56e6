"""`./dpo down` stops the suite; `./dpo reset` also deletes its data."""

import argparse
import os
import shutil
import signal
import sys
import time

from deploy import launch
from deploy.commands.up import LOADED
from deploy.console import Refusal, say, step
from deploy.paths import CLOCK, HOME, SUBSCRIBERS, servers_home
from deploy.processes import Process, send

PATIENCE_SECONDS = 90


def main(arguments: argparse.Namespace) -> int:
    if arguments.command == "reset":
        return reset(arguments.yes)
    if not stop():
        say("Система не запущена.")
    return 0


def stop() -> bool:
    """Stop the suite if it runs, and servers that a killed launcher left behind; whether there was anything to stop."""
    told = launch.status()
    if told is None:
        if launch.is_running():
            raise Refusal("Система запускается или останавливается: повторите команду через несколько секунд.")
        return end_leftovers()
    supervisor = Process.of(told["supervisor"])
    with step("Останавливаю систему"):
        send(told["supervisor"], signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while launch.is_running():
            if time.monotonic() > deadline:
                if supervisor:
                    supervisor.signal_all(signal.SIGKILL)
                end_leftovers()
                break
            time.sleep(0.05)
    return True


def end_leftovers() -> bool:
    """Stop private servers without a supervisor; whether there were any."""
    left = launch.leftovers()
    for server in left:
        with step(f"Останавливаю {server.title}, оставшийся без присмотра"):
            server.stop()
    return bool(left)


def reset(agreed: bool) -> int:
    """Stop the suite and delete its databases, queues, mail and moved clock; servers given by address are not touched."""
    if given := [name for name in ("DPO_POSTGRES_URL", "DPO_BROKER_URL") if os.environ.get(name)]:
        raise Refusal(f"Серверы заданы в {', '.join(given)}: их данные удалите сами, ./dpo reset удаляет только собственные.")
    if not agreed and sys.stdin.isatty() and not confirmed():
        say("Ничего не удалено.")
        return 1
    stop()
    with step("Удаляю данные"):
        for folder in (servers_home() / "postgresql", servers_home() / "rabbitmq", HOME / "mail"):
            shutil.rmtree(folder, ignore_errors=True)
        for file in (LOADED, CLOCK, SUBSCRIBERS):
            file.unlink(missing_ok=True)
    return 0


def confirmed() -> bool:
    """Whether the person at the terminal says yes."""
    return input("Удалить все данные системы в этой папке? [да/нет] ").strip().lower() in ("да", "д", "yes", "y")
