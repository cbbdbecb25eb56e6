"""The public register: organisations, programmes, groups, and their search."""

from services.catalog.api import (
    demand,
    dictionaries,
    documents,
    drafts,
    events,
    everywhere,
    exports,
    files,
    groups,
    imports,
    news,
    notices,
    organisations,
    programmes,
    reviews,
    suggestions,
    versions,
)
from services.catalog.misses import Misses, counting
from services.catalog.settings import Settings
from services.catalog.subscribers import DUES, HEARS
from shared.service import service

app = service(
    "catalog",
    Settings,
    routes=[
        programmes.router,  # asked for the most, so looked at first
        exports.router,
        organisations.router,
        versions.router,
        files.router,
        groups.router,
        drafts.router,
        imports.router,
        suggestions.router,
        events.router,
        news.router,
        notices.router,
        documents.router,
        documents.files,
        everywhere.router,
        demand.router,
        dictionaries.router,
        reviews.router,
    ],
    hears=HEARS,
    dues=DUES,
    companions=[counting],
    title="Реестр: организации, программы, потоки",
)
app.state.misses = Misses()
