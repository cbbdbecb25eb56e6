"""What the register shows; nothing here changes anything."""

from services.catalog.queries import events, groups, labels, organisations, programmes, search, search_suggestions

__all__ = ["events", "groups", "labels", "organisations", "programmes", "search", "search_suggestions"]
