"""What the register shows; nothing here changes anything."""

from services.catalog.queries import (
    files,
    groups,
    labels,
    organisations,
    own_programmes,
    programmes,
    readiness,
    search,
    search_suggestions,
    versions,
    working_copies,
)

__all__ = [
    "files",
    "groups",
    "labels",
    "organisations",
    "own_programmes",
    "programmes",
    "readiness",
    "search",
    "search_suggestions",
    "versions",
    "working_copies",
]
