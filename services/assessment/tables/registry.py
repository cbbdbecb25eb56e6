"""The registry that every table of this service is on, and the column shapes they share."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Base(SQLModel, registry=registry()):
    """This service's own metadata, so no other service's tables leak in."""


def texts(**kwargs: Any) -> Any:
    """A column of several texts, in their order."""
    return Field(sa_type=ARRAY(Text), nullable=False, **kwargs)


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """The column holds one of these values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")
