"""The public register: organisations, programmes, groups, and their search."""

from services.catalog.api import (
    documents,
    drafts,
    events,
    everywhere,
    files,
    groups,
    news,
    notices,
    organisations,
    programmes,
    suggestions,
    versions,
)
from services.catalog.settings import Settings
from services.catalog.subscribers import DUES, HEARS
from shared.service import service

app = service(
    "catalog",
    Settings,
    routes=[
        organisations.router,
        programmes.router,
        versions.router,
        files.router,
        groups.router,
        drafts.router,
        suggestions.router,
        events.router,
        news.router,
        notices.router,
        documents.router,
        documents.files,
        everywhere.router,
    ],
    hears=HEARS,
    dues=DUES,
    title="Реестр: организации, программы, потоки",
)
