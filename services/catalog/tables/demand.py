"""What people wait for, and what they looked for in vain."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.catalog.tables.registry import Base, moment, texts


class SavedSearch(Base, table=True):
    """A search that somebody waits at; who that is, only notify knows. `looked_at` is empty until the address is confirmed."""

    __tablename__ = "saved_search"
    __table_args__ = (
        CheckConstraint("looked_at >= saved_at", name="saved_search_looked_at_later"),
        Index("saved_search_waiting", "looked_at", postgresql_where=text("looked_at IS NOT NULL")),
    )
    subscription_id: UUID = Field(primary_key=True)
    wanted: dict[str, Any] = Field(sa_type=JSONB, nullable=False)
    saved_at: datetime = moment()
    looked_at: datetime | None = moment(default=None)
    revision: int = 0


class ToldItem(Base, table=True):
    """What a saved search was told of, so that nothing is told twice."""

    __tablename__ = "told_item"
    subscription_id: UUID = Field(primary_key=True, foreign_key="saved_search.subscription_id", ondelete="CASCADE")
    item_id: UUID = Field(primary_key=True)


class MissedSearch(Base, table=True):
    """How often something known was looked for in vain and not published yet: stems and codes of the register, never what was typed."""

    __tablename__ = "missed_search"
    __table_args__ = (
        CheckConstraint("count > 0", name="missed_search_counted"),
        CheckConstraint("octet_length(digest) = 32", name="missed_search_digest_whole"),
        CheckConstraint("since <= hour", name="missed_search_since_before"),
    )
    digest: bytes = Field(primary_key=True, sa_type=LargeBinary)
    miss_id: UUID = Field(default_factory=uuid4, unique=True)
    lexemes: list[str] = texts()
    facets: dict[str, list[str]] = Field(sa_type=JSONB, nullable=False)
    count: int
    since: datetime = moment()
    hour: datetime = moment()
