"""The checksum and the rebuilds."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from services.reports.api.shapes.figures import Figures


class TableOut(BaseModel):
    table: str
    rows: int
    checksum: str


class ChecksumOut(Figures):
    checksum: str
    tables: list[TableOut]


class BegunOut(BaseModel):
    rebuild_id: UUID


class RebuildOut(BaseModel):
    """A rebuild; `told_until` is the time of the newest event that it has read."""

    rebuild_id: UUID
    state: Literal["reading", "done", "failed"]
    started_at: AwareDatetime
    ended_at: AwareDatetime | None
    told_until: AwareDatetime | None
    events: int
    skipped: int
    problem: str | None
