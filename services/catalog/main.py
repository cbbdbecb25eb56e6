"""The public register: organisations, programmes, groups, and their search."""

from services.catalog.api import demand, dictionaries, groups, organisations, programmes, suggestions
from services.catalog.misses import Misses, counting
from services.catalog.settings import Settings
from services.catalog.subscribers import DUES, HEARS
from shared.service import service

app = service(
    "catalog",
    Settings,
    routes=[organisations.router, programmes.router, groups.router, suggestions.router, demand.router, dictionaries.router],
    hears=HEARS,
    dues=DUES,
    companions=[counting],
    title="Реестр: организации, программы, потоки",
)
app.state.misses = Misses()
