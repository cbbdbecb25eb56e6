"""The postman: takes queued letters one by one and hands them to a real SMTP server.

A crash between the server's acceptance and our commit sends a letter again, under the same Message-ID, so that a mailbox can tell.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

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
from services.notify.writing import Addressee, addressee_of, rendered
from shared import telemetry
from shared.database import Sessions

log = structlog.get_logger()
IDLE_SECONDS = 0.3
FINISH_SECONDS = 2.0  # what requests and handlers leave of the time for a stop


class Postman:
    """One SMTP connection, opened when there is something to send and kept while it works."""

    def __init__(self, sessions: Sessions, settings: Settings, url: AnyUrl) -> None:
        self.sessions, self.settings, self.stopping = sessions, settings, False
        self.client = aiosmtplib.SMTP(
            hostname=url.host,
            port=url.port or 25,
            username=url.username,
            password=url.password,
            timeout=settings.smtp_timeout_seconds,
        )

    async def hand_over(self, email: str, message: bytes) -> None:
        if not self.client.is_connected:
            await self.client.connect()
        await self.client.sendmail(self.settings.sender, [email], message)

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
            parent = telemetry.context_of(delivery.traceparent)
            number = delivery.facts.get("number")
            with telemetry.span(f"send {delivery.rule}", parent=parent, kind=SpanKind.CLIENT, dpo__application__id=number):
                await self.deliver(session, delivery, to, now)
            return True

    async def deliver(self, session: AsyncSession, delivery: Delivery, to: Addressee, now: datetime) -> None:
        """Write a letter and hand it over. Whatever happens to it, the next one's turn comes."""
        try:
            message = rendered(delivery, to, self.settings).as_bytes()
        except Exception as fault:  # its own, so that another attempt would end alike
            log.error("letter_unfit", delivery=str(delivery.delivery_id), rule=delivery.rule, exc_info=fault)
            await commands.failed(session, delivery, "server_refused", now=now)
            return
        try:
            await self.hand_over(to.email, message)
        except aiosmtplib.SMTPRecipientsRefused as refusal:
            await self.refused(session, delivery, "address_refused", refusal.recipients[0], now)
        except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError) as refusal:
            await self.refused(session, delivery, "server_refused", refusal, now)
        except Exception as failure:
            self.client.close()
            await self.later(session, delivery, failure, now)
        else:
            await commands.sent(session, delivery, now=now)

    async def refused(
        self, session: AsyncSession, delivery: Delivery, reason: str, refusal: aiosmtplib.SMTPResponseException, now: datetime
    ) -> None:
        """A refusal for good (5xx) ends a delivery; a temporary one (4xx) waits."""
        if refusal.code >= 500:
            await commands.failed(session, delivery, reason, now=now)
        else:
            await self.later(session, delivery, refusal, now)

    async def later(self, session: AsyncSession, delivery: Delivery, failure: Exception, now: datetime) -> None:
        if deliveries.given_up(queued_at=delivery.queued_at, now=now):
            await commands.failed(session, delivery, "too_old", now=now)
            return
        delivery.attempts += 1
        delivery.next_try_at = deliveries.next_try(attempts=delivery.attempts, now=now)
        log.warning("letter_later", delivery=str(delivery.delivery_id), attempts=delivery.attempts, error=type(failure).__name__)

    async def without_address(self, session: AsyncSession, delivery: Delivery, now: datetime) -> None:
        if deliveries.address_is_missing_for_good(queued_at=delivery.queued_at, now=now):
            await commands.failed(session, delivery, "no_address", now=now)
        else:
            delivery.next_try_at = now + timedelta(seconds=5)

    async def work(self) -> None:
        """Deliver until the stop; whatever fails is logged and tried again."""
        while not self.stopping:
            try:
                while not self.stopping and await self.deliver_one():
                    pass
            except (Exception, asyncio.CancelledError) as problem:
                if (task := asyncio.current_task()) and task.cancelling():
                    raise
                log.warning("postman_stumbled", error=type(problem).__name__, exc_info=problem)
                await asyncio.sleep(1)
            await asyncio.sleep(IDLE_SECONDS)


@asynccontextmanager
async def postman(app: FastAPI) -> AsyncIterator[None]:
    """The postman beside a running service; at the stop a letter under way has `FINISH_SECONDS` to be finished."""
    settings: Settings = app.state.settings
    worker = Postman(app.state.sessions, settings, settings.smtp_url)
    task = asyncio.create_task(worker.work())
    yield
    worker.stopping = True
    await asyncio.wait({task}, timeout=FINISH_SECONDS)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    worker.client.close()
