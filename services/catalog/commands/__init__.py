"""What changes the register, and what it tells the others."""

from services.catalog.commands import files, groups, imports, organisations, programmes, versions, working_copies

__all__ = ["files", "groups", "imports", "organisations", "programmes", "versions", "working_copies"]
