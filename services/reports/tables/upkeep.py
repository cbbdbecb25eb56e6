"""Rebuilds, as the operator follows them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from services.reports.tables.base import Base, moment, number

REBUILD_LOCK = 0x_D90_0004
"""The advisory lock of whoever rebuilds."""


class Rebuild(Base, table=True):
    """One rebuild of the read models from the archive; `told_until` is the time of the newest event read so far."""

    __table_args__ = (
        CheckConstraint("state IN ('reading', 'done', 'failed')", name="rebuild_state_known"),
        CheckConstraint("(state = 'reading') = (ended_at IS NULL)", name="rebuild_ends_once"),
        CheckConstraint("events >= 0 AND skipped >= 0", name="rebuild_counted"),
    )
    rebuild_id: UUID = Field(primary_key=True)
    state: str = Field(max_length=10)
    started_at: datetime = moment()
    ended_at: datetime | None = moment(default=None)
    told_until: datetime | None = moment(default=None)
    events: int = number(default=0)
    skipped: int = number(default=0)
    problem: str | None = Field(default=None, max_length=200)
