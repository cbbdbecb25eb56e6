"""The wire between the paper services: real envelopes, any order, any number of times."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

from shared.contracts import CATALOGUE, Envelope, Event
from shared.contracts.enrollment import ConsentWithdrawn
from tests.contract.flows.event_map import SUBJECT, owner

GOLDEN = Path(__file__).parents[3] / "shared" / "contracts" / "golden"

E = TypeVar("E", bound=Event)
K = TypeVar("K")
V = TypeVar("V")


def golden(event: type[E]) -> E:
    """The event of the golden story."""
    told = Envelope.read((GOLDEN / f"{event.topic}.json").read_bytes()).event()
    assert isinstance(told, event)
    return told


def like(event: type[E], **changes: Any) -> E:
    """The event of the golden story with some fields changed, validated again."""
    return event.model_validate(golden(event).model_dump() | changes)


@dataclass(frozen=True)
class Fact(Generic[E]):
    """What a handler is given: the event and what its envelope says."""

    event: E
    subject: UUID
    revision: int
    at: datetime

    @property
    def key(self) -> tuple[str, UUID, int]:
        """What makes a fact the same fact."""
        return self.event.topic, self.subject, self.revision


class Latest(dict[K, V]):
    """Current state: the value of the newest revision of each key, whatever the order of arrival."""

    def __init__(self) -> None:
        super().__init__()
        self.revisions: dict[K, int] = {}

    def take(self, key: K, revision: int, value: V) -> bool:
        """Keep the value unless a newer one is known; says whether it was kept."""
        if self.revisions.get(key, -1) >= revision:
            return False
        self.revisions[key] = revision
        self[key] = value
        return True


@dataclass
class Clock:
    """The one clock of a flow."""

    now: datetime = datetime(2026, 9, 1, 6, tzinfo=UTC)

    @property
    def today(self) -> date:
        return (self.now + timedelta(hours=5)).date()

    def pass_days(self, days: int) -> None:
        self.now += timedelta(days=days)


@dataclass
class Paper:
    """What every paper service has: an outbox, revisions of its aggregates, and what it heard about people."""

    name: str
    clock: Clock
    outbox: list[bytes] = field(default_factory=list)
    revisions: Counter[UUID] = field(default_factory=Counter)
    answered: set[UUID] = field(default_factory=set)
    alias: dict[UUID, UUID] = field(default_factory=dict)
    erased: set[UUID] = field(default_factory=set)

    def say(self, event: Event) -> None:
        """Put a complete envelope into the outbox; only the owner may."""
        assert owner(type(event)) == self.name, f"{self.name} may not say {event.topic}"
        subject: UUID = getattr(event, SUBJECT[type(event)])
        self.revisions[subject] += 1
        envelope = Envelope(
            id=uuid4(),
            source=f"/dpo/{self.name}",
            type=event.topic,
            subject=subject,
            time=self.clock.now,
            dporevision=self.revisions[subject],
            data=event.model_dump(mode="json"),
        )
        self.outbox.append(envelope.model_dump_json().encode())

    def person(self, person_id: UUID) -> UUID:
        """The person behind an id, after any merges."""
        while person_id in self.alias:
            person_id = self.alias[person_id]
        return person_id

    def gone(self, person_id: UUID) -> bool:
        """Whether the person was erased, under this id or under one it was merged with."""
        return self.person(person_id) in {self.person(one) for one in self.erased}

    def erase(self, request: ConsentWithdrawn) -> bool:
        """Note that a person is to be erased; says whether this request still has to be answered."""
        if not request.erase or request.request_id in self.answered:
            return False
        self.erased.add(request.person_id)
        self.answered.add(request.request_id)
        return True


Handler = Callable[[Any, Fact[Any]], None]
Hears = dict[type[Event], Handler]


class Wire:
    """Carries what the services say to those who hear it, in an order of its own."""

    def __init__(self, services: dict[str, tuple[Paper, Hears]], *, seed: int) -> None:
        self.services = services
        self.random = Random(seed)
        self.archive: list[bytes] = []

    def run(self) -> None:
        """Deliver until nobody has anything to say: shuffled, and some of it twice."""
        waiting: list[tuple[str, bytes]] = []
        while True:
            for paper, _ in self.services.values():
                for body in paper.outbox:
                    self.archive.append(body)
                    waiting += [(name, body) for name in self.hearers(body) for _ in range(self.random.choice((1, 1, 2)))]
                paper.outbox.clear()
            if not waiting:
                return
            name, body = waiting.pop(self.random.randrange(len(waiting)))
            self.deliver(name, body)

    def hearers(self, body: bytes) -> Iterable[str]:
        """The services whose table has this event."""
        event = CATALOGUE[Envelope.read(body).type]
        return [name for name, (_, hears) in self.services.items() if event in hears]

    def deliver(self, name: str, body: bytes) -> None:
        """One delivery, straight to the handler: no inbox hides that it is not safe to repeat."""
        envelope = Envelope.read(body)
        paper, hears = self.services[name]
        event = envelope.event()
        hears[type(event)](paper, Fact(event, envelope.subject, envelope.dporevision, envelope.time))
