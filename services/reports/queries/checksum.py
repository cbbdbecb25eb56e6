"""A hash of everything in the read models, the same for the same facts whatever their order."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.reports.tables import read_models

HASHED = "SELECT count(*) AS rows, coalesce(sum(hashtextextended(ROW({columns})::text, 0)), 0)::text AS sum FROM {table}"
"""A sum of the rows' hashes needs no order of rows, and the columns are named, so that theirs is the model's."""


async def checksum(session: AsyncSession, *, now: datetime) -> dict[str, Any]:
    """The hash of all tables, and of each with its number of rows."""
    await session.execute(text("SET LOCAL timezone = 'UTC'"))
    tables = []
    for table in read_models():
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        row = (await session.execute(text(HASHED.format(columns=columns, table=table.name)))).one()
        tables.append({"table": table.name, "rows": row.rows, "checksum": hashlib.sha256(row.sum.encode()).hexdigest()[:16]})
    said = "\n".join(f"{one['table']} {one['rows']} {one['checksum']}" for one in tables)
    return {"as_of": now, "checksum": hashlib.sha256(said.encode()).hexdigest(), "tables": tables}
