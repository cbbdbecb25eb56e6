"""Uploaded tables as their author sees them: what was chosen, what each row would do or did."""

from typing import Any
from uuid import UUID

from sqlalchemy import case, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.rules.import_columns import COLUMNS, Kind, kind_named
from services.catalog.tables import ImportRow, ImportRun
from shared.access import Caller
from shared.database import within
from shared.errors import NotFound

LISTED = 50
FIRST = case({"error": 0, "changed": 1, "new": 2}, value=col(ImportRow.outcome), else_=3)


async def runs_listed(session: AsyncSession, *, kind: Kind | None, caller: Caller) -> list[dict[str, Any]]:
    """The newest uploads of the caller's organisation."""
    listed = select(ImportRun).where(within(caller, provider=col(ImportRun.provider_id)))
    if kind:
        listed = listed.where(col(ImportRun.kind) == kind)
    return [
        shown(run) for run in await session.scalars(listed.order_by(col(ImportRun.uploaded_at).desc(), col(ImportRun.id)).limit(LISTED))
    ]


async def run_shown(session: AsyncSession, run_id: UUID, *, fields: list[str | None], caller: Caller) -> dict[str, Any]:
    """One upload with its rows, those with errors first; `fields` are those chosen or suggested."""
    mine = within(caller, provider=col(ImportRun.provider_id))
    run = await session.scalar(select(ImportRun).where(col(ImportRun.id) == run_id, mine))
    if run is None:
        raise NotFound("Такой загрузки нет.")
    rows = await session.scalars(select(ImportRow).where(col(ImportRow.run_id) == run_id).order_by(FIRST, col(ImportRow.number)))
    lines = [row.model_dump(include=set(LINE)) for row in rows]
    columns = [
        {"field": one.field, "title": one.title, "hint": one.hint, "required": one.required} for one in COLUMNS[kind_named(run.kind)]
    ]
    sample = min(lines, key=lambda line: line["number"])["cells"]
    for line in lines:
        del line["cells"]
    return {**shown(run), "headings": run.headings, "sample": sample, "fields": fields, "columns": columns, "lines": lines}


LINE = ("number", "cells", "outcome", "title", "object_id", "changes", "errors", "left_revision", "undo", "note")


def shown(run: ImportRun) -> dict[str, Any]:
    whose = run.model_dump(include={"id", "kind", "provider_id", "name", "uploaded_at", "status", "applied_at", "undone_at"})
    counts = {"rows": run.rows, "new": run.added, "changed": run.changed, "same": run.same, "errors": run.wrong}
    return {**whose, "counts": counts}
