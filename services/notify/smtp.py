"""The postman: takes queued letters one by one and hands them to a real SMTP server.

A crash between the server's acceptance and our commit sends a letter again, under the same Message-ID, so that a mailbox can tell.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from uuid import UUID

import aiosmtplib
import structlog
from fastapi import FastAPI
from opentelemetry.trace import SpanKind
from pydantic import AnyUrl
from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.notify import commands
from services.notify.rules import deliveries
from services.notify.settings import Settings
from services.notify.tables import Delivery
from services.notify.writing import addressee_of, rendered
from shared import telemetry
from shared.contracts.notify import NotificationDelivered, NotificationFailed
from shared.database import Sessions
from shared.messaging.outbox import emit

log = structlog.get_logger()
IDLE_SECONDS = 0.3


class Postman:
    """One SMTP connection, opened when there is something to send and kept while it works."""

    def __init__(self, sessions: Sessions, settings: Settings, url: AnyUrl) -> None:
        self.sessions, self.settings = sessions, settings
        self.client = aiosmtplib.SMTP(
            hostname=url.host,
            port=url.port or 25,
            username=url.username,
            password=url.password,
            timeout=settings.smtp_timeout_seconds,
        )

    async def hand_over(self, message: EmailMessage) -> None:
        if not self.client.is_connected:
            await self.client.connect()
        await self.client.sendmail(self.settings.sender, [str(message["To"].addresses[0].addr_spec)], message.as_bytes())

    async def deliver_one(self) -> bool:
        """Deliver the oldest letter whose time has come; False when none waits."""
        async with self.sessions.begin() as session:
            now = session.info["clock"]()
            ripe = select(Delivery).where(col(Delivery.status) == "queued", col(Delivery.next_try_at) <= now)
            delivery = (await session.execute(ripe.order_by(col(Delivery.next_try_at)).limit(1).with_for_update(skip_locked=True))).scalar()
            if delivery is None:
                return False
            to = await addressee_of(session, delivery)
            if to is None:
                await self.without_address(session, delivery, now)
                return True
            parent = telemetry.remembered(delivery.traceparent)
            number = delivery.facts.get("number")
            with telemetry.span(f"send {delivery.rule}", parent=parent, kind=SpanKind.CLIENT, dpo__application__id=number):
                try:
                    await self.hand_over(rendered(delivery, to, self.settings))
                except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError) as refusal:
                    await self.refused(session, delivery, refusal, now)
                except (aiosmtplib.SMTPException, OSError, TimeoutError) as failure:
                    self.client.close()
                    await self.later(session, delivery, failure, now)
                else:
                    await self.sent(session, delivery, now)
            return True

    async def sent(self, session: AsyncSession, delivery: Delivery, now: datetime) -> None:
        delivery.status, delivery.sent_at, delivery.attempts = "sent", now, delivery.attempts + 1
        seconds = max((now - delivery.happened_at).total_seconds(), 0)
        fact = NotificationDelivered.model_validate({**about(delivery), "channel": "email", "seconds": seconds})
        await emit(session, fact, subject=delivery.delivery_id, revision=1)
        if delivery.rule == "consent_withdrawn" and delivery.person_id:
            await session.flush()
            request_id = UUID(delivery.facts["request_id"])
            await commands.erase(session, person_id=delivery.person_id, request_id=request_id, now=now)

    async def refused(self, session: AsyncSession, delivery: Delivery, refusal: Exception, now: datetime) -> None:
        """A refusal for good (5xx) ends a delivery; a temporary one (4xx) waits."""
        codes = [one.code for one in getattr(refusal, "recipients", [])] or [getattr(refusal, "code", 0)]
        if all(code >= 500 for code in codes):
            await self.failed(session, delivery, "address_refused")
        else:
            await self.later(session, delivery, refusal, now)

    async def later(self, session: AsyncSession, delivery: Delivery, failure: Exception, now: datetime) -> None:
        if deliveries.given_up(queued_at=delivery.queued_at, now=now):
            await self.failed(session, delivery, "too_old")
            return
        delivery.attempts += 1
        delivery.next_try_at = deliveries.next_try(attempts=delivery.attempts, now=now)
        log.warning("letter_later", delivery=str(delivery.delivery_id), attempts=delivery.attempts, error=type(failure).__name__)

    async def without_address(self, session: AsyncSession, delivery: Delivery, now: datetime) -> None:
        if deliveries.address_is_missing_for_good(queued_at=delivery.queued_at, now=now):
            await self.failed(session, delivery, "no_address")
        else:
            delivery.next_try_at = now + timedelta(seconds=5)

    async def failed(self, session: AsyncSession, delivery: Delivery, reason: str) -> None:
        delivery.status, delivery.reason, delivery.attempts = "failed", reason, delivery.attempts + 1
        fact = NotificationFailed.model_validate({**about(delivery), "channel": "email", "reason": reason})
        await emit(session, fact, subject=delivery.delivery_id, revision=1)

    async def work(self) -> None:
        """Deliver for ever; whatever fails is logged and tried again."""
        while True:
            try:
                while await self.deliver_one():
                    pass
            except (Exception, asyncio.CancelledError) as problem:
                if (task := asyncio.current_task()) and task.cancelling():
                    raise
                log.warning("postman_stumbled", error=type(problem).__name__, exc_info=problem)
                await asyncio.sleep(1)
            await asyncio.sleep(IDLE_SECONDS)


def about(delivery: Delivery) -> dict[str, UUID | str | None]:
    return {
        "delivery_id": delivery.delivery_id,
        "person_id": delivery.person_id,
        "rule": delivery.rule,
        "about_id": delivery.about_id,
    }


@asynccontextmanager
async def postman(app: FastAPI) -> AsyncIterator[None]:
    """The postman beside a running service; a letter under way is finished before the stop."""
    settings: Settings = app.state.settings
    worker = Postman(app.state.sessions, settings, settings.smtp_url)
    task = asyncio.create_task(worker.work())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    worker.client.close()
