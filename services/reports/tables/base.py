"""The registry of this service's tables, and the two ways in which facts are kept."""

from typing import Any, ClassVar

from sqlalchemy import BigInteger, DateTime
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Base(SQLModel, registry=registry()):
    """reports' own metadata."""


class Fact(Base):
    """A fact: inserted once under its aggregate and revision, never changed but for whose it is."""

    personal: ClassVar[bool] = False


class Current(Base):
    """How something stands now: the newest revision heard so far, whatever the order of arrival."""

    personal: ClassVar[bool] = False


def moment(**kwargs: Any) -> Any:
    """A column of an instant."""
    return Field(sa_type=DateTime(timezone=True), **kwargs)


def number(**kwargs: Any) -> Any:
    """A column of a whole number, as large as an envelope's revision may be."""
    return Field(sa_type=BigInteger, **kwargs)


def revision(*, key: bool = False) -> Any:
    """The aggregate's revision; part of the key where every revision is a fact of its own."""
    return number(primary_key=key, sa_column_kwargs={"autoincrement": False})
