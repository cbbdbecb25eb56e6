"""What the register shows; nothing here changes anything."""

from services.catalog.queries import groups, labels, organisations, programmes, reviews, search, search_suggestions

__all__ = ["groups", "labels", "organisations", "programmes", "reviews", "search", "search_suggestions"]
