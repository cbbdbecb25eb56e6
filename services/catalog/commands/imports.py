"""Tables of the catalogue: uploaded, checked, applied, undone, forgotten."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands import import_rows
from services.catalog.commands.import_task import Task
from services.catalog.commands.import_words import words_for
from services.catalog.rules import imports as rules
from services.catalog.rules.import_columns import Kind, folded, kind_named
from services.catalog.rules.import_mapping import guessed, mapping_faults
from services.catalog.rules.import_values import all_of
from services.catalog.rules.organisations import PROVIDING
from services.catalog.rules.sheets import Sheet
from services.catalog.tables import ImportMapping, ImportRow, ImportRun, Organisation
from shared.access import Caller
from shared.database import within
from shared.errors import Forbidden, NotFound, Wrong, demand_none
from shared.messaging.due import schedule

OLD, KEPT = "import_run_old", timedelta(days=90)
REGION = "region"
COUNTS = {"new": "added", "changed": "changed", "same": "same", "error": "wrong"}


async def upload(
    session: AsyncSession, kind: Kind, sheet: Sheet, *, name: str, provider_id: UUID | None, caller: Caller, now: datetime
) -> UUID:
    """Keep an uploaded table; return its id."""
    holder = await holder_of(session, kind, provider_id, caller)
    run = ImportRun(
        kind=kind, provider_id=holder, name=name, author=caller.subject, uploaded_at=now, headings=sheet.headings, rows=len(sheet.rows)
    )
    session.add(run)
    await session.flush()
    empty: dict[str, Any] = {"run_id": run.id, "title": "", "changes": [], "errors": []}
    lines = [{**empty, "number": number, "cells": cells} for number, cells in zip(sheet.numbers, sheet.rows, strict=True)]
    await session.execute(insert(ImportRow), lines)
    await schedule(session, OLD, run.id, at=now + KEPT)
    return run.id


async def holder_of(session: AsyncSession, kind: Kind, provider_id: UUID | None, caller: Caller) -> UUID | None:
    """The organisation whose table it is; None for the whole region. Raises `Wrong` for a foreign one."""
    if kind == "organisations":
        if not caller.everywhere:
            raise Forbidden("Организации загружает оператор.")
        return None
    if provider_id is None and not caller.everywhere:
        mine = caller.scopes("provider")
        if len(mine) != 1:
            raise Wrong({"provider": "Укажите, чья это таблица."})
        return UUID(str(mine[0]))
    theirs = (col(Organisation.id) == provider_id) & col(Organisation.kind).in_(PROVIDING) & within(caller, provider=col(Organisation.id))
    if provider_id and await session.scalar(select(col(Organisation.id)).where(theirs)) is None:
        raise Wrong({"provider": "Такой организации ДПО нет."})
    return provider_id


async def own_run(session: AsyncSession, run_id: UUID, caller: Caller, *, locked: bool = True) -> ImportRun:
    """The caller's table; raises `NotFound` for an unknown or foreign one."""
    mine = within(caller, provider=col(ImportRun.provider_id))
    row = select(ImportRun).where(col(ImportRun.id) == run_id, mine)
    found: ImportRun | None = await session.scalar(row.with_for_update() if locked else row)
    if found is None:
        raise NotFound("Такой загрузки нет.")
    return found


async def suggested(session: AsyncSession, run: ImportRun) -> list[str | None]:
    """The fields for the headings of a table: chosen, chosen the last time, or guessed."""
    if run.fields is not None:
        return run.fields
    kept = await session.get(ImportMapping, (str(run.provider_id or REGION), run.kind, print_of(run.headings)))
    return kept.fields if kept else guessed(kind_of(run), run.headings)


def print_of(headings: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(folded(one) for one in headings).encode()).hexdigest()


async def check(session: AsyncSession, run_id: UUID, fields: list[str | None], *, caller: Caller, now: datetime) -> None:
    """Choose the fields of the columns and try every row; nothing but the outcome stays."""
    run = await own_run(session, run_id, caller)
    if run.status in ("applied", "undone"):
        raise rules.AlreadyApplied() if run.status == "applied" else rules.AlreadyUndone()
    demand_none(mapping_faults(kind_of(run), run.headings, fields))
    rows = await rows_of(session, run_id)
    task = await task_for(session, run, fields, rows, caller=caller, now=now)
    trial = await session.begin_nested()
    try:
        outcomes = await import_rows.tried(session, kind_of(run), fields, rows, task)
    finally:
        await trial.rollback()
    for row in rows:
        noted(row, outcomes[row.number]._replace(left=None))
    run.fields, run.status = fields, "checked"
    recount(run, rows)
    await keep_mapping(session, run, now)


async def apply(session: AsyncSession, run_id: UUID, *, caller: Caller, now: datetime) -> None:
    """Do what the check promised, row by row; a row that can not be done any more says why. Applying twice is not an error."""
    run = await own_run(session, run_id, caller)
    if run.status == "applied":
        return
    if run.status != "checked" or run.fields is None:
        raise rules.AlreadyUndone() if run.status == "undone" else rules.NotChecked()
    rows = await rows_of(session, run_id)
    task = await task_for(session, run, run.fields, rows, caller=caller, now=now)
    promised = [row for row in rows if row.outcome in ("new", "changed")]
    outcomes = await import_rows.tried(session, kind_of(run), run.fields, promised, task, promised=True)
    for row in promised:
        noted(row, outcomes[row.number])
    run.status, run.applied_at = "applied", now
    recount(run, rows)


async def undo(session: AsyncSession, run_id: UUID, *, caller: Caller, now: datetime) -> None:
    """Take back what nobody has touched since, the last row first; the rest stays and says why. Undoing twice is not an error."""
    run = await own_run(session, run_id, caller)
    if run.status == "undone":
        return
    if run.status != "applied":
        raise rules.NotApplied()
    rows = [row for row in await rows_of(session, run_id) if row.left_revision is not None]
    for row in reversed(rows):
        row.note = await import_rows.taken_back(session, kind_of(run), row, Task(run.provider_id, caller, now))
        row.undo = "kept" if row.note else "undone"
        await session.flush()
    run.status, run.undone_at = "undone", now


async def forget_old(session: AsyncSession, run_id: UUID, facts: dict[str, Any], now: datetime) -> None:
    """A table is forgotten with its rows; what it brought stays."""
    await session.execute(delete(ImportRun).where(col(ImportRun.id) == run_id))


async def rows_of(session: AsyncSession, run_id: UUID) -> list[ImportRow]:
    return list(await session.scalars(select(ImportRow).where(col(ImportRow.run_id) == run_id).order_by(col(ImportRow.number))))


async def task_for(
    session: AsyncSession, run: ImportRun, fields: Sequence[str | None], rows: Sequence[ImportRow], *, caller: Caller, now: datetime
) -> Task:
    """Everything that the rows need to be understood."""
    chosen = [place for place, field in enumerate(fields) if field in ("programme", "prerequisites")]
    mentioned = all_of(row.cells[place] for row in rows for place in chosen)
    words = await words_for(session, kind_of(run), mentioned=mentioned, provider_id=run.provider_id, caller=caller, now=now)
    return Task(run.provider_id, caller, now, words)


def noted(row: ImportRow, outcome: rules.Outcome) -> None:
    row.outcome, row.title, row.object_id, row.seen_revision = outcome.outcome, outcome.title, outcome.object_id, outcome.seen
    row.changes, row.errors = list(map(dict, outcome.changes)), list(map(dict, outcome.errors))
    row.before, row.left_revision = outcome.before, outcome.left


def recount(run: ImportRun, rows: Sequence[ImportRow]) -> None:
    for outcome, column in COUNTS.items():
        setattr(run, column, sum(row.outcome == outcome for row in rows))


async def keep_mapping(session: AsyncSession, run: ImportRun, now: datetime) -> None:
    """Remember what was chosen for these headings."""
    key = {"holder": str(run.provider_id or REGION), "kind": run.kind, "headings": print_of(run.headings)}
    chosen = {"fields": run.fields, "saved_at": now}
    stored = upsert(ImportMapping).values(**key, **chosen)
    await session.execute(stored.on_conflict_do_update(index_elements=list(key), set_=chosen))


def kind_of(run: ImportRun) -> Kind:
    return kind_named(run.kind)
