"""What the register shows; nothing here changes anything."""

from services.catalog.queries import (
    exports,
    files,
    groups,
    imports,
    labels,
    organisations,
    programmes,
    readiness,
    search,
    search_suggestions,
    versions,
    working_copies,
)

__all__ = [
    "exports",
    "files",
    "groups",
    "imports",
    "labels",
    "organisations",
    "programmes",
    "readiness",
    "search",
    "search_suggestions",
    "versions",
    "working_copies",
]
