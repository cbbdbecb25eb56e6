"""What changes the register, and what it tells the others."""

from services.catalog.commands import (
    dictionaries,
    documents,
    events,
    files,
    groups,
    imports,
    missed,
    municipalities,
    news,
    notices,
    organisations,
    programmes,
    reviews,
    saved,
    versions,
    working_copies,
)

__all__ = [
    "dictionaries",
    "documents",
    "events",
    "files",
    "groups",
    "imports",
    "missed",
    "municipalities",
    "news",
    "notices",
    "organisations",
    "programmes",
    "reviews",
    "saved",
    "versions",
    "working_copies",
]
