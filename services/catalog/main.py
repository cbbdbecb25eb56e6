"""The public register: organisations, programmes, groups, and their search."""

from services.catalog.api import groups, organisations, programmes, reviews, suggestions
from services.catalog.settings import Settings
from services.catalog.subscribers import DUES, HEARS
from shared.service import service

app = service(
    "catalog",
    Settings,
    routes=[organisations.router, programmes.router, groups.router, suggestions.router, reviews.router],
    hears=HEARS,
    dues=DUES,
    title="Реестр: организации, программы, потоки",
)
