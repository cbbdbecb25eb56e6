"""What the register shows; nothing here changes anything."""

from services.catalog.queries import (
    demand,
    documents,
    events,
    files,
    groups,
    labels,
    news,
    notices,
    organisations,
    programmes,
    readiness,
    search,
    search_everywhere,
    search_suggestions,
    versions,
    working_copies,
)

__all__ = [
    "demand",
    "documents",
    "events",
    "files",
    "groups",
    "labels",
    "news",
    "notices",
    "organisations",
    "programmes",
    "readiness",
    "search",
    "search_everywhere",
    "search_suggestions",
    "versions",
    "working_copies",
]
