"""A hash of everything in the read models, the same for the same facts whatever their order."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.reports.tables import read_models

HASHED = """
SELECT count(*) AS rows, coalesce(sum(('x' || left(hash, 16))::bit(64)::bigint::numeric), 0)::text AS sum
FROM (SELECT md5(to_jsonb(t)::text) AS hash FROM {table} t) AS hashed
"""  # jsonb names its keys in an order of its own, and a sum has none: neither columns nor rows need to be sorted


async def checksum(session: AsyncSession, *, now: datetime) -> dict[str, Any]:
    """The hash of all tables, and of each with its number of rows."""
    await session.execute(text("SET LOCAL timezone = 'UTC'"))
    tables = []
    for table in read_models():
        row = (await session.execute(text(HASHED.format(table=table.name)))).one()
        tables.append({"table": table.name, "rows": row.rows, "checksum": hashlib.sha256(row.sum.encode()).hexdigest()[:16]})
    said = "\n".join(f"{one['table']} {one['rows']} {one['checksum']}" for one in tables)
    return {"as_of": now, "checksum": hashlib.sha256(said.encode()).hexdigest(), "tables": tables}
