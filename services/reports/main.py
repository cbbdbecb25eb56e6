"""reports: read models made of everybody's events."""

from services.reports import subscribers
from services.reports.api import figures, upkeep
from services.reports.rebuild import rebuilder
from services.reports.settings import Settings
from shared.service import service

app = service(
    "reports",
    Settings,
    title="Отчёты",
    routes=[figures.router, upkeep.router],
    hears=subscribers.HEARS,
    companions=[rebuilder],
)
