"""What every service answers when a person is erased, each under a topic of its own."""

from datetime import date
from typing import Literal
from uuid import UUID

from shared.contracts.base import Code, Event, Part, Text


class Kept(Part):
    """Rows that a law keeps, on which ground and until when."""

    what: Code
    count: int
    ground: Text
    until: date | None = None


class PersonErased(Event):
    """One service's answer to an erasure request."""

    request_id: UUID
    service: Literal["catalog", "assessment", "routes", "enrollment", "notify", "reports", "gateway", "traces", "mail_sink"]
    person_id: UUID
    erased: dict[Code, int]
    kept: list[Kept] = []


class CatalogPersonErased(PersonErased, topic="catalog.person_erased.v1"):
    """catalog's answer: review rights and authorship."""


class AssessmentPersonErased(PersonErased, topic="assessment.person_erased.v1"):
    """assessment's answer: attempts and results."""


class RoutesPersonErased(PersonErased, topic="routes.person_erased.v1"):
    """routes' answer: routes and copies of deficits."""


class EnrollmentPersonErased(PersonErased, topic="enrollment.person_erased.v1"):
    """enrollment's own part of the work."""


class NotifyPersonErased(PersonErased, topic="notify.person_erased.v1"):
    """notify's answer: the address, after the last mail."""


class ReportsPersonErased(PersonErased, topic="reports.person_erased.v1"):
    """reports' answer: rows made anonymous."""


class GatewayPersonErased(PersonErased, topic="gateway.person_erased.v1"):
    """gateway's answers: its accounts and sessions, and under names of their own the traces and the mail sink behind it."""
