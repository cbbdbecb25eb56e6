"""Assessment: the framework, the item bank, procedures, attempts and their results."""

from services.assessment.api import attempts, bank, results
from services.assessment.settings import Settings
from services.assessment.subscribers import DUES, HEARS
from shared.service import service

app = service(
    "assessment",
    Settings,
    routes=[bank.router, attempts.router, results.router],
    hears=HEARS,
    dues=DUES,
    title="Оценка компетенций: диагностика и дефициты",
)
