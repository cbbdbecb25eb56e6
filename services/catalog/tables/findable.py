"""What the search over all kinds looks through; programmes are searched in their own table."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKeyConstraint, Index
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field

from services.catalog.tables.registry import Base, one_of

KINDS = ("organisation", "event", "news", "document", "procedure")


class Findable(Base, table=True):
    """A public thing as a search result, and its words for full-text search; gone when the thing is public no more."""

    __tablename__ = "findable"
    __table_args__ = (one_of("kind", KINDS), Index("findable_document", "document", postgresql_using="gin"))
    kind: str = Field(primary_key=True)
    item_id: UUID = Field(primary_key=True)
    title: str
    summary: str
    day: date | None = None
    document: Any = Field(sa_column=Column(TSVECTOR, nullable=False))


class FindableWord(Base, table=True):
    """A word of a findable thing: what a misspelt query is corrected to."""

    __tablename__ = "findable_word"
    __table_args__ = (
        ForeignKeyConstraint(["kind", "item_id"], ["findable.kind", "findable.item_id"], name="findable_word_of", ondelete="CASCADE"),
        Index("findable_word_alike", "word", postgresql_using="gin", postgresql_ops={"word": "gin_trgm_ops"}),
    )
    kind: str = Field(primary_key=True)
    item_id: UUID = Field(primary_key=True)
    word: str = Field(primary_key=True)
