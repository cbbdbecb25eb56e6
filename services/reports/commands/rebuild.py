"""Every read model made anew from the archive: beside the live tables, in batches, then put in their place in one transaction.

The live consumer keeps going. Under the gate nothing it has heard so far may be missing from the new tables, or they are not swapped;
what it hears afterwards it adds to the new ones, and facts that are heard twice are kept once.
"""

import asyncio
from dataclasses import dataclass
from uuid import UUID, uuid4

import structlog
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.reports.commands import gate, people
from services.reports.commands.archive import Archive
from services.reports.commands.facts import ROWS, rows_of
from services.reports.commands.keeping import keep
from services.reports.tables import Base, read_models
from services.reports.tables.upkeep import REBUILD_LOCK, Rebuild
from shared.contracts import Envelope, Event
from shared.contracts.enrollment import ConsentWithdrawn, PersonMerged
from shared.errors import DomainError, is_transient
from shared.messaging.consumer import Permanent, understood

log = structlog.get_logger()
SHADOW = "rebuild"
BATCH, PATIENCE = 500, 12
SETTINGS = {"application_name": "reports rebuild", "lock_timeout": "30000", "idle_in_transaction_session_timeout": "60000", "jit": "off"}
MISSING = f"SELECT count(*) FROM public.inbox i WHERE NOT EXISTS (SELECT FROM {SHADOW}.seen s WHERE s.event_id = i.event_id)"
Told = tuple[Envelope, Event]


class RebuildRuns(DomainError):
    code, detail = "rebuild_runs", "Отчёты уже пересобираются. Дождитесь окончания."


class ArchiveBehind(DomainError):
    code, detail = "archive_behind", "В архиве нет событий, которые отчёты уже учли. Таблицы оставлены как были."


@dataclass
class Run:
    """A rebuild that has begun: one at a time, for as long as `held` lives."""

    rebuild_id: UUID
    engine: AsyncEngine
    shadow: AsyncEngine
    held: AsyncConnection
    events: int = 0
    skipped: int = 0

    async def note(self, **facts: object) -> None:
        """Write down how far it is."""
        counted = {"events": self.events, "skipped": self.skipped, **facts}
        await self.held.execute(update(Rebuild).where(col(Rebuild.rebuild_id) == self.rebuild_id).values(counted))

    async def end(self, state: str, problem: str | None = None) -> None:
        await self.note(state=state, problem=problem, ended_at=func.now())

    async def close(self) -> None:
        """Let the next one begin."""
        await self.held.close()
        await self.shadow.dispose()
        await self.engine.dispose()


async def rebuild(url: str, broker_url: str) -> Run:
    """Rebuild everything; raises `RebuildRuns` when another rebuild is at work, and leaves the live tables alone when it fails."""
    run = await begin(url)
    await finish(run, broker_url)
    return run


async def begin(url: str) -> Run:
    """Claim the rebuild and write down that it has begun."""
    engine, shadow = (
        create_async_engine(url, connect_args={"server_settings": {**SETTINGS, **more}}) for more in ({}, {"search_path": SHADOW})
    )
    held = await (await engine.connect()).execution_options(isolation_level="AUTOCOMMIT")
    run = Run(uuid4(), engine, shadow, held)
    if not await held.scalar(select(func.pg_try_advisory_lock(REBUILD_LOCK))):
        await run.close()
        raise RebuildRuns()
    cut = update(Rebuild).where(col(Rebuild.state) == "reading")
    await held.execute(cut.values(state="failed", problem="interrupted", ended_at=func.now()))
    await held.execute(insert(Rebuild).values(rebuild_id=run.rebuild_id, state="reading", started_at=func.now(), events=0, skipped=0))
    return run


async def finish(run: Run, broker_url: str) -> None:
    """Read the archive into new tables and swap them in; the run is noted as done or failed."""
    try:
        await clear(run)
        async with Archive(broker_url) as archive:
            await read(run, archive)
        await run.end("done")
    except (Exception, asyncio.CancelledError) as problem:
        log.warning("rebuild_failed", error=type(problem).__name__, exc_info=problem)
        await run.end("failed", problem.code if isinstance(problem, DomainError) else type(problem).__name__)
        raise
    finally:
        await run.close()


async def clear(run: Run) -> None:
    """Empty tables in a schema of their own, with a list of the events that are in them."""
    async with run.shadow.begin() as connection:
        await connection.execute(text(f"DROP SCHEMA IF EXISTS {SHADOW} CASCADE"))
        await connection.execute(text(f"CREATE SCHEMA {SHADOW}"))
        await connection.run_sync(Base.metadata.create_all, tables=read_models())
        await connection.execute(text(f"CREATE TABLE {SHADOW}.seen (event_id uuid PRIMARY KEY)"))


async def read(run: Run, archive: Archive) -> None:
    """Take the archive in, batch by batch, until the new tables are in place; raises `ArchiveBehind` when it lacks what was heard."""
    sessions = async_sessionmaker(run.shadow, class_=AsyncSession)
    refused = 0
    while refused < PATIENCE:
        batch = await archive.batch(BATCH)
        async with sessions.begin() as session:
            await take(session, run, batch)
        await run.note(**({"told_until": archive.told_until} if archive.told_until else {}))
        if len(batch) == BATCH:
            continue
        if await swap(sessions, run, archive):
            return
        refused += 1
    raise ArchiveBehind()


async def take(session: AsyncSession, run: Run, batch: list[bytes]) -> None:
    """Add a batch to the new tables. What no hearer can take is skipped, as it is parked by the live one."""
    told = []
    for body in batch:
        run.events += 1
        try:
            envelope, event = understood(body)
        except Permanent:
            run.skipped += 1
            continue
        if type(event) in ROWS or isinstance(event, ConsentWithdrawn | PersonMerged):
            told.append((envelope, event))
    if not told:
        return
    try:
        async with session.begin_nested():
            await add(session, told)
    except DBAPIError as problem:
        if is_transient(problem):
            raise
        for one in told:
            await add_or_skip(session, run, one)


async def add_or_skip(session: AsyncSession, run: Run, one: Told) -> None:
    try:
        async with session.begin_nested():
            await add(session, [one])
    except DBAPIError as problem:
        if is_transient(problem):
            raise
        run.skipped += 1
        log.warning("rebuild_skipped", topic=one[0].type, event_id=str(one[0].id), error=type(problem).__name__)


async def add(session: AsyncSession, told: list[Told]) -> None:
    """What the subscribers do, but many at a time and without an answer to anybody."""
    await keep(session, [row for envelope, event in told if type(event) in ROWS for row in rows_of(event, envelope)])
    for _, event in told:
        if isinstance(event, PersonMerged):
            await people.unite(session, {event.from_person_id, event.into_person_id})
        elif isinstance(event, ConsentWithdrawn) and event.erase:
            await people.erase(session, event)
    ids = [{"id": envelope.id} for envelope, _ in told]
    await session.execute(text(f"INSERT INTO {SHADOW}.seen VALUES (:id) ON CONFLICT DO NOTHING"), ids)


async def swap(sessions: async_sessionmaker[AsyncSession], run: Run, archive: Archive) -> bool:
    """Put the new tables in the place of the live ones, unless something is missing that those have heard; return whether it was done."""
    names = [table.name for table in read_models()]
    async with sessions.begin() as session:
        if await session.scalar(text(f"{MISSING} AND handled_at < now() - interval '5 seconds'")):
            return False  # not worth shutting the gate for
        for name in names:
            await session.execute(text(f"ANALYZE {SHADOW}.{name}"))
        await gate.shut(session)
        for _ in range(PATIENCE):
            if not await session.scalar(text(MISSING)):
                break
            await take(session, run, await archive.batch(BATCH, seconds=0.2))  # told a moment ago, and on its way into the stream
        else:
            return False
        await session.execute(text("DROP TABLE " + ", ".join(f"public.{name}" for name in names)))
        for name in names:
            await session.execute(text(f"ALTER TABLE {SHADOW}.{name} SET SCHEMA public"))
        await session.execute(text(f"DROP SCHEMA {SHADOW} CASCADE"))
    return True
