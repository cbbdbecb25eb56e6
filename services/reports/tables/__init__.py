"""What reports keeps: facts without names, copies of what codes are called, whose facts belong together, and its rebuilds."""

from sqlalchemy import Table

from services.reports.tables import copies, facts, people, upkeep
from services.reports.tables.base import Base

UNTOUCHED = {"answer", "rebuild"}
"""Tables that a rebuild leaves alone."""


def read_models() -> list[Table]:
    """The tables that are a function of the events heard, in the order of their names."""
    return [table for name, table in sorted(Base.metadata.tables.items()) if name not in UNTOUCHED]


__all__ = ["Base", "copies", "facts", "people", "read_models", "upkeep"]
