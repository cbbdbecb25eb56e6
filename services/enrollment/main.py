"""Enrollment: learners and consents, applications, seats, orders, suggestions."""

from services.enrollment import subscribers
from services.enrollment.api import applications, learners, orders, suggestions
from services.enrollment.settings import Settings
from shared.service import service

app = service(
    "enrollment",
    Settings,
    routes=[learners.router, suggestions.router, applications.router, orders.router],
    hears=subscribers.HEARS,
    dues=subscribers.DUES,
    title="Заявки и обучение",
)
