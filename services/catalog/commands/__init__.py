"""What changes the register, and what it tells the others."""

from services.catalog.commands import events, groups, organisations, programmes

__all__ = ["events", "groups", "organisations", "programmes"]
