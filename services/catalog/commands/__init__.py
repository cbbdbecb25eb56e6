"""What changes the register, and what it tells the others."""

from services.catalog.commands import documents, events, files, groups, news, notices, organisations, programmes, versions, working_copies

__all__ = ["documents", "events", "files", "groups", "news", "notices", "organisations", "programmes", "versions", "working_copies"]
