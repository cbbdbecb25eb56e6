"""What the register shows; nothing here changes anything."""

from services.catalog.queries import groups, labels, organisations, programmes, search, search_suggestions

__all__ = ["groups", "labels", "organisations", "programmes", "search", "search_suggestions"]
