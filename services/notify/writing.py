"""A letter as it is sent: to whom, in which words, with which headers."""

from dataclasses import dataclass
from datetime import UTC
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlmodel.ext.asyncio.session import AsyncSession

from services.notify import queries
from services.notify.rules import letters, subscription_letters, support_letters
from services.notify.rules.subscriptions import PURPOSES, token_of
from services.notify.settings import Settings
from services.notify.tables import Contact, Delivery, Subscription, SupportRequest

templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=select_autoescape(["html"]), undefined=StrictUndefined
)

RULES = letters.RULES | subscription_letters.RULES | support_letters.RULES


class Folded(EmailPolicy):
    """The SMTP policy, but for one thing: CPython's folding drops the space between two encoded words of a long subject."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name.lower() != "subject":
            return super().fold_binary(name, value)
        return f"{name}: {Header(str(value), 'utf-8', header_name=name).encode(linesep=self.linesep)}{self.linesep}".encode("ascii")


@dataclass(frozen=True)
class Addressee:
    """Where a letter goes, how it greets, of what, and where its reader stops or chooses letters; `end` is the one press that ends all."""

    email: str
    salutation: str
    facts: dict[str, Any]
    choose: tuple[str, str] = ("Настроить письма", "/cabinet/notifications")
    end: str | None = None


async def addressee_of(session: AsyncSession, delivery: Delivery) -> Addressee | None:
    """Who a letter is for; None while nobody's address is known, or may be used only for the last letter."""
    if delivery.request_id:
        asked = await session.get(SupportRequest, delivery.request_id)
        return asker(asked) if asked else None
    if delivery.person_id is None:
        found = await session.get(Subscription, delivery.subscription_id)
        return subscriber(delivery, found) if found else None
    if delivery.rule != "consent_withdrawn" and await queries.wants_no_letters(session, delivery.person_id):
        return None
    contact = await session.get(Contact, delivery.person_id)
    return Addressee(contact.email, contact.salutation, delivery.facts) if contact else None


def asker(asked: SupportRequest) -> Addressee:
    facts = {"number": asked.number, "words": asked.words, "answer": asked.answer}
    return Addressee(asked.email, "", facts, ("Написать ещё раз", "/support"))


def subscriber(delivery: Delivery, found: Subscription) -> Addressee:
    """Links are signed when a letter is written, so that none of them waits in a table."""
    links = {purpose: f"/subscriptions/{token_of(found.subscription_id, found.secret, purpose)}" for purpose in PURPOSES}
    facts = {**delivery.facts, "title": found.title, "path": found.path, "confirm": links["confirm"]}
    end = f"{links['end']}/end"
    return Addressee(found.email, "", facts, ("Отписаться", end), end)


def rendered(delivery: Delivery, to: Addressee, settings: Settings) -> EmailMessage:
    """The whole message: text and HTML of the same words; headers can not be injected into."""
    letter = RULES[delivery.rule](to.facts)
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
