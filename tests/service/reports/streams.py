"""Streams of events: the golden story, and stories of several people that random numbers write."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from services.reports.subscribers import HEARS
from shared.contracts import CATALOGUE, Envelope, Event
from shared.contracts.assessment import AssessmentCompleted, FrameworkPublished
from shared.contracts.catalog import GroupAnnounced, GroupCancelled, GroupChanged, OrganisationChanged, ProgrammePublished
from shared.contracts.enrollment import (
    ApplicationSubmitted,
    ConsentWithdrawn,
    LearnerChanged,
    PersonMerged,
    SeatsChanged,
    StatusChanged,
    TrainingCompleted,
)
from shared.contracts.notify import NotificationDelivered, NotificationFailed
from shared.contracts.routes import RouteAccepted, RouteCompleted, RoutePlanned, RouteStudied
from tests.contract.flows.event_map import SUBJECT
from tests.contract.flows.wire import GOLDEN, golden, like
from tests.support.service import envelope_of

CHELYABINSK, MIASS = "75701000", "75742000"
OKTMOS = (CHELYABINSK, MIASS, "75503000")
BEGIN = datetime(2026, 9, 1, 6, tzinfo=UTC)
LIFE = ("school_review", "municipality_review", "provider_review", "accepted", "enrolled", "completed")
HOLDERS = ("school", "municipality", "provider", "provider", "learner", "nobody")


def golden_story() -> list[Envelope]:
    """Every golden example that reports hears, in the order of time."""
    told = [Envelope.read((GOLDEN / f"{topic}.json").read_bytes()) for topic in sorted(CATALOGUE)]
    return sorted((one for one in told if CATALOGUE[one.type] in HEARS), key=lambda one: one.time)


def said(kind: type[Event], /, *, revision: int = 1, at: datetime | None = None, **changes: Any) -> Envelope:
    """A golden event with changes, in an envelope of its own."""
    event = like(kind, **changes)
    return envelope_of(event, subject=getattr(event, SUBJECT[kind]), revision=revision, at=at or BEGIN)


class Story:
    """A few people whose lives random numbers write."""

    def __init__(self, numbers: random.Random) -> None:
        self.numbers = numbers
        self.now = BEGIN
        self.people = [self.uuid() for _ in range(4)]
        self.school, self.programme, self.group = (self.uuid() for _ in range(3))

    def uuid(self) -> UUID:
        return UUID(int=self.numbers.getrandbits(128), version=4)

    def later(self) -> datetime:
        self.now += timedelta(hours=self.numbers.randrange(1, 60))
        return self.now

    def told(self) -> list[Envelope]:
        """The story, oldest first."""
        chapters = [self.register(), *(self.life(person) for person in self.people), self.merges(), self.erasures()]
        return [envelope for chapter in chapters for envelope in chapter]

    def register(self) -> Iterator[Envelope]:
        for number, oktmo in enumerate(OKTMOS, 1):
            authority: dict[str, Any] = {"organisation_id": self.uuid(), "kind": "municipal_authority", "oktmo": oktmo}
            for revision in (1, 2):
                yield said(OrganisationChanged, revision=revision, short_name=f"Управление, МО {number}.{revision}", **authority)
        for revision in (1, 2, 3):
            yield said(ProgrammePublished, revision=revision, programme_id=self.programme, title=f"Программа {revision}")
        dates: dict[str, Any] = {"group_id": self.group, "programme_id": self.programme}
        yield said(GroupAnnounced, revision=1, **dates)
        yield said(GroupChanged, revision=2, starts=date(2026, 10, 7), **dates)
        for revision in range(3, 3 + self.numbers.randrange(4)):
            yield said(SeatsChanged, revision=revision, taken=revision, **dates)
        if self.numbers.random() < 0.3:
            yield said(GroupCancelled, revision=3, **dates)
        for revision in (1, 2):
            yield said(FrameworkPublished, revision=revision, competences=self.competences(revision))

    def competences(self, revision: int) -> list[dict[str, Any]]:
        codes = ("М.1", "М.2", "М.3")[: 4 - revision]
        return [{"code": code, "title": f"{code}, {revision}", "group": "М", "labour_functions": []} for code in codes]

    def life(self, person: UUID) -> Iterator[Envelope]:
        for revision in range(1, self.numbers.randrange(2, 5)):
            oktmo = self.numbers.choice([*OKTMOS, None])
            yield said(LearnerChanged, revision=revision, at=self.later(), person_id=person, oktmo=oktmo)
        for _ in range(self.numbers.randrange(3)):
            yield from self.measurement(person)
        if self.numbers.random() < 0.7:
            yield from self.route(person)
        for _ in range(self.numbers.randrange(3)):
            yield from self.application(person)

    def measurement(self, person: UUID) -> Iterator[Envelope]:
        attempt, at = self.uuid(), self.later()
        result = golden(AssessmentCompleted).results[0].model_dump()
        for revision in range(1, self.numbers.randrange(2, 4)):
            verdicts = self.numbers.choices(("deficit", "borderline", "none", "insufficient"), k=2)
            results = [{**result, "competence": code, "verdict": verdict} for code, verdict in zip(("М.2", "М.3"), verdicts, strict=True)]
            ids: dict[str, Any] = {"attempt_id": attempt, "person_id": person, "purpose": self.numbers.choice(("entry", "exit"))}
            yield said(AssessmentCompleted, revision=revision, at=at, completed_at=at, results=results, **ids)

    def route(self, person: UUID) -> Iterator[Envelope]:
        ids: dict[str, Any] = {"route_id": self.uuid(), "person_id": person}
        facts: list[partial[Envelope]] = [
            partial(said, RoutePlanned),
            partial(said, RoutePlanned, hours=72, status="accepted"),
            partial(said, RouteAccepted),
            partial(said, RouteStudied),
            partial(said, RouteCompleted),
        ]
        for revision, fact in enumerate(facts[: self.numbers.randrange(1, 6)], 1):
            yield fact(revision=revision, at=self.later(), **ids)

    def application(self, person: UUID) -> Iterator[Envelope]:
        ids: dict[str, Any] = {"application_id": self.uuid(), "person_id": person, "programme_id": self.programme}
        ids |= {"organisation_id": self.school, "oktmo": self.numbers.choice(OKTMOS)}
        yield said(ApplicationSubmitted, at=self.later(), **ids)
        reached = self.numbers.randrange(1, 7)
        for revision, (status, holder) in enumerate(zip(LIFE[:reached], HOLDERS, strict=False), 1):
            at = self.later()
            yield said(StatusChanged, revision=revision, at=at, to_status=status, holder={"role": holder}, changed_at=at, **ids)
        if reached == 6:
            yield said(TrainingCompleted, revision=6, at=self.now, **ids)
        outcome = self.numbers.choice((NotificationDelivered, NotificationFailed))
        yield said(outcome, at=self.later(), delivery_id=self.uuid(), person_id=person)

    def merges(self) -> Iterator[Envelope]:
        for _ in range(self.numbers.randrange(3)):
            one, other = self.numbers.sample(self.people, 2)
            yield said(PersonMerged, at=self.later(), from_person_id=one, into_person_id=other)

    def erasures(self) -> Iterator[Envelope]:
        for person in self.numbers.sample(self.people, self.numbers.randrange(3)):
            for consent in range(2):
                ids: dict[str, Any] = {"request_id": self.uuid(), "consent_id": self.uuid()}
                yield said(ConsentWithdrawn, revision=2, at=self.later(), person_id=person, erase=consent == 0, **ids)
