"""What the register shows; nothing here changes anything."""

from services.catalog.queries import (
    documents,
    events,
    groups,
    labels,
    news,
    notices,
    organisations,
    programmes,
    search,
    search_everywhere,
    search_suggestions,
)

__all__ = [
    "documents",
    "events",
    "groups",
    "labels",
    "news",
    "notices",
    "organisations",
    "programmes",
    "search",
    "search_everywhere",
    "search_suggestions",
]
