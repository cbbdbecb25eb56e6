"""The public register: organisations, programmes, groups, and their search."""

from services.catalog.api import drafts, exports, files, groups, imports, organisations, programmes, suggestions, versions
from services.catalog.settings import Settings
from services.catalog.subscribers import DUES, HEARS
from shared.service import service

app = service(
    "catalog",
    Settings,
    routes=[
        exports.router,
        organisations.router,
        programmes.router,
        versions.router,
        files.router,
        groups.router,
        drafts.router,
        imports.router,
        suggestions.router,
    ],
    hears=HEARS,
    dues=DUES,
    title="Реестр: организации, программы, потоки",
)
