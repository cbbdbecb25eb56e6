"""The flows of the design walked on paper: seven services in memory, real envelopes, any order, some facts twice.

A handler knows only what it heard; a field that no event carries would show here as a letter never sent or a route never planned.
"""

from typing import Any
from uuid import UUID

from shared.contracts import Envelope, Event
from shared.contracts.catalog import GroupAnnounced, GroupCancelled, OrganisationChanged, ProgrammePublished
from shared.contracts.enrollment import LearnerChanged
from tests.contract.flows import assessment, catalog, enrollment, enrollment_hears, gateway, notify, reports, routes
from tests.contract.flows.enrollment import Application
from tests.contract.flows.wire import Clock, Hears, Paper, Wire, golden, like

TEACHER = golden(LearnerChanged).person_id
SCHOOL = golden(OrganisationChanged).organisation_id
OKTMO = "75742000"
PROGRAMME = golden(ProgrammePublished)
PROVIDER = PROGRAMME.provider_id
GROUP = golden(GroupAnnounced).group_id
SECOND_GROUP = golden(GroupCancelled).group_id
PROVIDER_NAME = "Центр развития педагогов"


class Suite:
    """The seven services, which have heard nothing yet, and the wire between them."""

    def __init__(self, seed: int) -> None:
        self.clock = Clock()
        self.catalog = catalog.Catalog("catalog", self.clock)
        self.enrollment = enrollment.Enrollment("enrollment", self.clock)
        self.assessment = assessment.Assessment("assessment", self.clock)
        self.routes = routes.Routes("routes", self.clock)
        self.notify = notify.Notify("notify", self.clock)
        self.reports = reports.Reports("reports", self.clock)
        self.gateway = gateway.Gateway("gateway", self.clock)
        services: dict[str, tuple[Paper, Hears]] = {
            "catalog": (self.catalog, catalog.HEARS),
            "enrollment": (self.enrollment, enrollment_hears.HEARS),
            "assessment": (self.assessment, assessment.HEARS),
            "routes": (self.routes, routes.HEARS),
            "notify": (self.notify, notify.HEARS),
            "reports": (self.reports, reports.HEARS),
            "gateway": (self.gateway, gateway.HEARS),
        }
        self.wire = Wire(services, seed=seed)

    def said(self, kind: type[Any]) -> list[Any]:
        """Everything of one kind that was ever said, oldest first."""
        return [event for body in self.wire.archive if isinstance(event := read(body), kind)]


def read(body: bytes) -> Event:
    """The event in a message."""
    return Envelope.read(body).event()


def sign_up(suite: Suite, person: UUID, *, organisation: UUID = SCHOOL) -> None:
    """A person consents; the gateway hands the codes to enrollment and the address to notify."""
    enrollment.consent(suite.enrollment, person)
    enrollment.learn(suite.enrollment, like(LearnerChanged, person_id=person, organisation_id=organisation))
    suite.notify.addresses[f"person:{person}"] = f"{person}@inbox"
    suite.gateway.accounts[f"issuer|{person}"] = person


def diagnose(suite: Suite) -> UUID:
    """The teacher finishes the entry diagnosis; returns the route that it led to."""
    assessment.finish_attempt(suite.assessment, TEACHER)
    suite.wire.run()
    (route,) = suite.routes.plans
    return route


def apply(suite: Suite, person: UUID = TEACHER, *, groups: list[UUID] | None = None) -> Application:
    """Apply from the portal and let everybody hear it."""
    application = enrollment.submit(suite.enrollment, person, groups=groups or [GROUP])
    suite.wire.run()
    return application


def bring(suite: Suite, application: Application, *statuses: Any) -> None:
    """Move an application through statuses, a day each."""
    for status in statuses:
        suite.clock.pass_days(1)
        enrollment.move(suite.enrollment, application, status, actor="somebody")
    suite.wire.run()


def said_body(suite: Suite, topic: str) -> bytes:
    """The message of a topic as it was sent."""
    return next(body for body in suite.wire.archive if f'"{topic}"'.encode() in body)
