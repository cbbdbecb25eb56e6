"""`./dpo clock +40d`: moves the clock of the development mode forward; every process reads it within a second."""

import argparse
import asyncio
import re
from datetime import UTC, date, datetime, timedelta

from deploy.console import Refusal, say
from deploy.paths import CLOCK, write_whole
from shared.clock import READ_SECONDS, real_time, today

UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def main(arguments: argparse.Namespace) -> int:
    offset = moved(ahead(), arguments.move)
    if arguments.move != "show":
        CLOCK.parent.mkdir(parents=True, exist_ok=True)
        write_whole(CLOCK, str(offset.total_seconds()))
    say(
        f"Часы системы: {datetime.now(UTC) + offset:%d.%m.%Y %H:%M} UTC, впереди настоящих на {offset.days} дн. {offset.seconds // 3600} ч."
    )
    return 0


def ahead() -> timedelta:
    """By how much the clock is ahead now."""
    return timedelta(seconds=float(CLOCK.read_text().strip() or 0)) if CLOCK.exists() else timedelta(0)


def suite_day() -> date:
    """The day in the region by the suite's clock."""
    return today(real_time() + ahead())


async def stand(offset: timedelta) -> None:
    """Let the clock run ahead of real time, or behind it while a past is entered; returns when every process lives by it."""
    await asyncio.to_thread(write_whole, CLOCK, str(offset.total_seconds()))
    await asyncio.sleep(READ_SECONDS + 0.2)  # no process tells which time it lives in, but by then each has read the file


def moved(offset: timedelta, move: str) -> timedelta:
    """The offset after a move such as «+40d», «+2h30m» or «reset»; time never runs backwards but by a reset."""
    if move == "show":
        return offset
    if move == "reset":
        return timedelta(0)
    if not re.fullmatch(r"\+(\d{1,5}[dhms])+", move):
        raise Refusal(f"«{move}» — не сдвиг часов: укажите, например, +40d, +2h30m, reset или show.")
    return offset + sum((timedelta(**{UNITS[unit]: int(count)}) for count, unit in re.findall(r"(\d+)([dhms])", move)), timedelta(0))
