"""What changes the register, and what it tells the others."""

from services.catalog.commands import groups, missed, organisations, programmes, saved

__all__ = ["groups", "missed", "organisations", "programmes", "saved"]
