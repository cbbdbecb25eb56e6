"""routes: individual educational routes, their progress and their closure."""

from services.routes import api, subscribers
from services.routes.settings import Settings
from shared.service import service

app = service(
    "routes",
    Settings,
    title="Маршруты",
    routes=[api.router],
    hears=subscribers.HEARS,
    dues=subscribers.DUES,
)
