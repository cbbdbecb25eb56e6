"""What changes the register, and what it tells the others."""

from services.catalog.commands import dictionaries, groups, missed, municipalities, organisations, programmes, saved

__all__ = ["dictionaries", "groups", "missed", "municipalities", "organisations", "programmes", "saved"]
