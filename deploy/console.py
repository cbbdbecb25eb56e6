"""What the launcher says: steps with their seconds, notices, and the one sentence of a refusal."""

import argparse
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn


class Refusal(Exception):
    """One sentence for the user: what is wrong and what to do about it; ends the command with exit code 1."""


class Parser(argparse.ArgumentParser):
    """Says in Russian that it did not understand; argparse's own words are English."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"Не понимаю «{' '.join(sys.argv[1:])}». Подсказка: {self.prog} --help\n")


def say(text: str) -> None:
    """Print a line at once, also into a pipe."""
    print(text, flush=True)


def warn(text: str) -> None:
    """Print a line on the error stream at once."""
    print(text, file=sys.stderr, flush=True)


def seconds(elapsed: float) -> str:
    """Elapsed seconds in Russian notation: «0,4 с»."""
    return f"{elapsed:.1f} с".replace(".", ",")


@contextmanager
def step(title: str) -> Iterator[None]:
    """Announce a step and say, when it is over, how long it took."""
    started = time.monotonic()
    print(f"· {title} … ", end="", flush=True)
    try:
        yield
    except BaseException as problem:
        say("не удалось" if isinstance(problem, Exception) else "прервано")
        raise
    say(seconds(time.monotonic() - started))


def written_since(log: Path, start: int) -> str:
    """What a log has got since it had this many bytes, at most the last 50,000; all of it if it was cut meanwhile."""
    if not log.exists():
        return ""
    size = log.stat().st_size
    with log.open("rb") as file:
        file.seek(max(start if start <= size else 0, size - 50_000))
        return file.read().decode(errors="replace")


def last_words(log: Path, start: int = 0) -> str:
    """The line of a log, from a byte on, that says why its writer ended: the last exception, else the last line."""
    lines = [line.strip() for line in written_since(log, start).splitlines() if line.strip()]
    raised = [line for line in lines if re.match(r"[A-Za-z_][\w.]*(Error|Exception|Refusal|Exit|Entity)\b", line)]
    return (raised or lines or ["журнал пуст"])[-1][:300]
