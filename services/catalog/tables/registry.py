"""The registry that every table of this service is on, and the column shapes they share."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, DateTime, Index, or_, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import registry
from sqlalchemy.types import Text
from sqlmodel import Field, SQLModel, col


class Base(SQLModel, registry=registry()):
    """This service's own metadata, so no other service's tables leak in."""


def moment(**kwargs: Any) -> Any:
    """A column of an instant."""
    return Field(sa_type=DateTime(timezone=True), **kwargs)


def texts() -> Any:
    """A column of several codes, empty by default."""
    return Field(default_factory=list, sa_type=ARRAY(Text), nullable=False)


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """The column holds one of these values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def dated(table: str, *key: str) -> tuple[CheckConstraint | Index, ...]:
    """Rows are valid from a day on, until another or for good; of one key one row at most is valid for good."""
    return (
        CheckConstraint("valid_to > valid_from", name=f"{table}_valid_for_a_while"),
        Index(f"{table}_in_force", *key, unique=True, postgresql_where=text("valid_to IS NULL")),
    )


def announced(table: str) -> tuple[CheckConstraint, ...]:
    """What is drafted, published at a moment and cancelled with a reason, revision by revision; its link is secure."""
    return (
        one_of("status", ("draft", "published", "cancelled")),
        CheckConstraint("link ~ '^https://[^[:space:]]+$'", name=f"{table}_link_secure"),
        CheckConstraint("(status = 'draft') = (published_at IS NULL)", name=f"{table}_published_once"),
        CheckConstraint("(status = 'cancelled') = (cancellation_reason IS NOT NULL)", name=f"{table}_cancelled_with_a_reason"),
        CheckConstraint("revision > 0", name=f"{table}_revision_counted"),
    )


def in_force(table: Any, day: date) -> ColumnElement[bool]:
    """The rows that are valid on a day, of a table with `valid_from` and `valid_to`."""
    valid: ColumnElement[bool] = (col(table.valid_from) <= day) & or_(col(table.valid_to).is_(None), col(table.valid_to) > day)
    return valid
