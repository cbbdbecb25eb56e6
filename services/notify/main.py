"""notify: contacts, letters by real SMTP, the in-app inbox."""

from services.notify import api, subscribers, subscriptions_api, support_api
from services.notify.settings import Settings
from services.notify.smtp import postman
from shared.service import service

app = service(
    "notify",
    Settings,
    title="Уведомления",
    routes=[api.router, subscriptions_api.router, support_api.router],
    hears=subscribers.HEARS,
    dues=subscribers.DUES,
    companions=[postman],
)
