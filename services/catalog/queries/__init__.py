"""What the register shows; nothing here changes anything."""

from services.catalog.queries import demand, groups, labels, organisations, programmes, search, search_suggestions

__all__ = ["demand", "groups", "labels", "organisations", "programmes", "search", "search_suggestions"]
