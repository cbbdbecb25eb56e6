"""The suite's one clock: real time, which development mode may move forward."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

REGION = ZoneInfo("Asia/Yekaterinburg")
READ_SECONDS = 1.0  # how often at most a movable clock looks into its file
Clock = Callable[[], datetime]


def real_time() -> datetime:
    return datetime.now(UTC)


def movable(offset_file: Path) -> Clock:
    """A clock that runs ahead by the seconds written in a file, which it reads again after `READ_SECONDS`."""
    offset, read_at = timedelta(0), -1.0

    def now() -> datetime:
        nonlocal offset, read_at
        if (tick := time.monotonic()) - read_at >= READ_SECONDS:
            read_at = tick
            written = offset_file.read_text().strip() if offset_file.exists() else ""
            offset = timedelta(seconds=float(written or 0))
        return datetime.now(UTC) + offset

    return now


def clock_of(*, development: bool, offset_file: Path | None) -> Clock:
    """The clock of a process; outside development mode it can not be moved."""
    return movable(offset_file) if development and offset_file else real_time


def today(now: datetime) -> date:
    """The day in the region, on which deadlines and orders are dated."""
    return now.astimezone(REGION).date()
