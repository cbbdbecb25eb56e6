"""The registry of this service's tables, and the column shapes they share."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Base(SQLModel, registry=registry()):
    """This service's own metadata, so no other service's tables leak in."""


def moment(**kwargs: Any) -> Any:
    """A column of an instant."""
    return Field(sa_type=DateTime(timezone=True), **kwargs)


def codes() -> Any:
    """A column of several codes, empty by default."""
    return Field(default_factory=list, sa_type=ARRAY(Text), nullable=False)


def ids() -> Any:
    """A column of several ids, in their order, empty by default."""
    return Field(default_factory=list, sa_type=ARRAY(Uuid), nullable=False)


def listed(values: Iterable[str]) -> str:
    """SQL: the values in brackets, in a fixed order."""
    return "(" + ", ".join(f"'{value}'" for value in sorted(values)) + ")"


def one_of(table: str, column: str, values: Iterable[str]) -> CheckConstraint:
    """The column holds one of these values."""
    return CheckConstraint(f"{column} IN {listed(values)}", name=f"{table}_{column}_known")
