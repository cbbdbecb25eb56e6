"""What notify is told by its environment."""

from pydantic import AnyUrl, PositiveInt

from shared.addresses import Email
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """`NOTIFY_SMTP_URL` is `smtp://user:password@host:port`; `portal_url` is where a letter's button leads."""

    smtp_url: AnyUrl
    portal_url: AnyUrl = AnyUrl("http://127.0.0.1:8080")
    sender: Email = "dpo@example.test"
    smtp_timeout_seconds: PositiveInt = 10
