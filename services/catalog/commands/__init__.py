"""What changes the register, and what it tells the others."""

from services.catalog.commands import groups, organisations, programmes, reviews

__all__ = ["groups", "organisations", "programmes", "reviews"]
