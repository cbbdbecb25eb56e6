"""The postman: takes queued letters one by one, renders them and hands them to a real SMTP server.

A crash between the server's acceptance and our commit sends a letter again, under the same Message-ID, so that a mailbox can tell.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import aiosmtplib
import structlog
from fastapi import FastAPI
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from opentelemetry.trace import SpanKind
from pydantic import AnyUrl
from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.notify import commands
from services.notify.rules import deliveries, letters, subscription_letters
from services.notify.rules.subscriptions import PURPOSES, token_of
from services.notify.settings import Settings
from services.notify.tables import Contact, Delivery, Subscription
from shared import telemetry
from shared.contracts.notify import NotificationDelivered, NotificationFailed
from shared.database import Sessions
from shared.messaging.outbox import emit

log = structlog.get_logger()
IDLE_SECONDS = 0.3
templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=select_autoescape(["html"]), undefined=StrictUndefined
)


class Folded(EmailPolicy):
    """The SMTP policy, but for one thing: CPython's folding drops the space between two encoded words of a long subject."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name.lower() != "subject":
            return super().fold_binary(name, value)
        return f"{name}: {Header(str(value), 'utf-8', header_name=name).encode(linesep=self.linesep)}{self.linesep}".encode("ascii")


@dataclass(frozen=True)
class Addressee:
    """Where a letter goes, how it greets, and where its reader stops or chooses letters; `end` is the one press that ends all."""

    email: str
    salutation: str
    letter: letters.Letter
    choose: tuple[str, str] = ("Настроить письма", "/cabinet/notifications")
    end: str | None = None


async def addressee_of(session: AsyncSession, delivery: Delivery) -> Addressee | None:
    """Who a letter is for, in the words of now; None while nobody's address is known."""
    if delivery.subscription_id:
        found = await session.get(Subscription, delivery.subscription_id)
        return subscriber(delivery, found) if found else None
    contact = await session.get(Contact, delivery.person_id)
    return Addressee(contact.email, contact.salutation, letters.RULES[delivery.rule](delivery.facts)) if contact else None


def subscriber(delivery: Delivery, found: Subscription) -> Addressee:
    """Links are signed when a letter is written, so that none of them waits in a table."""
    links = {purpose: f"/subscriptions/{token_of(found.subscription_id, found.secret, purpose)}" for purpose in PURPOSES}
    facts = {**delivery.facts, "title": found.title, "path": found.path, "confirm": links["confirm"]}
    letter, end = subscription_letters.RULES[delivery.rule](facts), f"{links['end']}/end"
    return Addressee(found.email, "", letter, ("Отписаться", end), end)


def rendered(delivery: Delivery, to: Addressee, settings: Settings) -> EmailMessage:
    """The whole message: text and HTML of the same words; headers can not be injected into."""
    letter = to.letter
    portal = str(settings.portal_url).rstrip("/")
    greeting = f"{to.salutation}, здравствуйте!" if to.salutation else "Здравствуйте!"
    facts = {"letter": letter, "greeting": greeting, "portal": portal, "link": portal + letter.path, "choose": to.choose}
    message = EmailMessage(policy=Folded(linesep="\r\n", cte_type="7bit"))
    name, _, domain = settings.sender.rpartition("@")
    message["Subject"] = letter.title
    message["From"] = Address("Организация ДПО", name, domain)
    message["To"] = Address(addr_spec=to.email)
    message["Date"] = format_datetime(delivery.happened_at.astimezone(UTC))
    message["Message-ID"] = f"<{delivery.delivery_id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Dpo-Rule"] = delivery.rule
    if delivery.person_id:
        message["X-Dpo-Person"] = str(delivery.person_id)  # lets a mail sink forget an erased person
    if to.end:
        message["List-Unsubscribe"] = f"<{portal}{to.end}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    message.set_content(templates.get_template("letter.txt").render(facts))
    message.add_alternative(templates.get_template("letter.html").render(facts), subtype="html")
    return message


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
