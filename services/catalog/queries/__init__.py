"""What the register shows; nothing here changes anything."""

from services.catalog.queries import groups, labels, organisations, programmes, search

__all__ = ["groups", "labels", "organisations", "programmes", "search"]
