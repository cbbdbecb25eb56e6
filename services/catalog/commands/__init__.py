"""What changes the register, and what it tells the others."""

from services.catalog.commands import documents, events, groups, news, notices, organisations, programmes

__all__ = ["documents", "events", "groups", "news", "notices", "organisations", "programmes"]
