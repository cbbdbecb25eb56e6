"""A rebuild in the background of the service, and `python -m services.reports.rebuild` for the launcher."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

from fastapi import FastAPI

from services.reports.commands.archive import ArchiveIncomplete
from services.reports.commands.rebuild import ArchiveBehind, RebuildRuns, begin, finish, rebuild
from shared import logs
from shared.settings import ServiceSettings


@asynccontextmanager
async def rebuilder(app: FastAPI) -> AsyncIterator[None]:
    """Holds the rebuild that a call has begun, and gives it up with the process: the live tables stay as they are."""
    app.state.rebuilding = None
    yield
    if app.state.rebuilding:
        app.state.rebuilding.cancel()
        with suppress(Exception, asyncio.CancelledError):
            await app.state.rebuilding


async def begin_rebuild(app: FastAPI) -> UUID:
    """Begin a rebuild and return at once; raises `RebuildRuns` when one is at work."""
    settings: ServiceSettings = app.state.settings
    run = await begin(settings.database_url.unicode_string())
    app.state.rebuilding = asyncio.create_task(finish(run, settings.broker_url.unicode_string()))
    app.state.rebuilding.add_done_callback(lambda task: task.cancelled() or task.exception())  # it is written in its row
    return run.rebuild_id


def main() -> int:
    logs.setup("reports")
    try:
        run = asyncio.run(rebuild(os.environ["REPORTS_DATABASE_URL"], os.environ["REPORTS_BROKER_URL"]))
    except (RebuildRuns, ArchiveBehind, ArchiveIncomplete) as refused:
        print(refused.detail, file=sys.stderr)
        return 1
    skipped = f", пропущено непонятых: {run.skipped}" if run.skipped else ""
    print(f"Отчёты пересобраны: прочитано событий {run.events}{skipped}.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
