"""The reckoning: the ledger against the owners' tables, the owners' events against everybody who hears them, seats against people."""

import email
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email import policy
from importlib import import_module
from typing import Any

from deploy.suite import HEARING, VHOST
from shared.contracts import Envelope
from shared.contracts.enrollment import StatusChanged
from shared.messaging.archive import archived
from shared.messaging.topology import queue_of
from tests.chaos.ledger import Ledger
from tests.support.suite import Suite

MOVES = ("submit", "clarify", "answer", "approve", "accept", "waitlist", "withdraw", "take")
"""Commands that are one line of an application's history each."""


@dataclass
class Reckoning:
    """What was wrong, in words, under the promise it breaks; the figures beside it."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    ghosts: list[str] = field(default_factory=list)
    oversold: list[str] = field(default_factory=list)
    apart: list[str] = field(default_factory=list)
    """Copies that differ from their owner's state."""
    figures: dict[str, int] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        return not any((self.lost, self.doubled, self.stuck, self.ghosts, self.oversold, self.apart))

    def balance(self, what: str, expected: Counter[Any], found: Counter[Any]) -> None:
        """Compare accepted commands with their effects: missing ones are lost, surplus ones doubled, unknown ones ghosts."""
        for key in expected.keys() | found.keys():
            if found[key] < expected[key]:
                self.lost.append(f"{what} {key}: {found[key]} of {expected[key]}")
            elif found[key] > expected[key]:
                (self.doubled if expected[key] else self.ghosts).append(f"{what} {key}: {found[key]} instead of {expected[key]}")

    def same(self, what: str, owner: Iterable[Any], copy: Iterable[Any]) -> None:
        """Compare a copy with its owner's rows."""
        mine, theirs = set(owner), set(copy)
        self.apart += [f"{what}: {row} is not heard" for row in mine - theirs] + [f"{what}: {row} is nobody's" for row in theirs - mine]


async def reckon(suite: Suite, ledger: Ledger, names: list[str]) -> Reckoning:
    """Everything, on a suite that has fallen quiet; `names` are the teachers of the story."""
    found = Reckoning()
    await commands(found, suite, ledger, names)
    await events(found, suite)
    await seats(found, suite)
    await copies(found, suite)
    await letters(found, suite)
    await leftovers(found, suite)
    return found


async def commands(found: Reckoning, suite: Suite, ledger: Ledger, names: list[str]) -> None:
    """G1, G2, G3b: each accepted command has its effect at its owner once, and nothing else has."""
    mine = [entry.answered for entry in ledger.of("submit")]
    history = "SELECT application_id::text, action FROM transition WHERE actor_role <> 'system' AND application_id = ANY($1::uuid[])"
    moves = Counter((row[0], row[1]) for row in await suite.sql("enrollment", history, mine))
    expected = Counter((entry.answered, entry.kind) for entry in ledger.entries if entry.kind in MOVES)
    expected.update((application, "enrol") for entry in ledger.of("order") for application in entry.about.split())
    found.balance("step", expected, moves)

    people = "SELECT subject, person_id::text FROM identity WHERE subject = ANY($1)"
    learners = Counter((row[0], row[1]) for row in await suite.sql("enrollment", people, names))
    found.balance("learner", Counter((entry.about, entry.answered) for entry in ledger.of("register")), learners)
    accounts = Counter((row[0], row[1]) for row in await suite.sql("gateway", people.replace("identity", "account"), names))
    found.balance("account", learners, accounts)
    applicants = "SELECT i.subject FROM application JOIN identity i USING (person_id) WHERE i.subject = ANY($1)"
    applied = Counter(row[0] for row in await suite.sql("enrollment", applicants, names))
    found.balance("application of", Counter(entry.about for entry in ledger.of("submit")), applied)

    orders = "SELECT id::text FROM signed_order WHERE number LIKE $1"
    signed = await suite.sql("enrollment", orders, f"Х-{ledger.seed}-%")
    found.balance("order", Counter(entry.answered for entry in ledger.of("order")), Counter(row[0] for row in signed))
    attempts = [entry.answered for entry in ledger.of("attempt")]
    answers = "SELECT attempt_id || ':' || item_id FROM attempt_item WHERE answer IS NOT NULL AND attempt_id = ANY($1::uuid[])"
    given = await suite.sql("assessment", answers, attempts)
    found.balance("answer", Counter(entry.about for entry in ledger.of("item")), Counter(row[0] for row in given))
    measured = "SELECT attempt_id::text FROM attempt WHERE status = 'completed' AND attempt_id = ANY($1::uuid[])"
    completed = await suite.sql("assessment", measured, attempts)
    found.balance("attempt", Counter(entry.answered for entry in ledger.of("measure")), Counter(row[0] for row in completed))


async def events(found: Reckoning, suite: Suite) -> None:
    """G1, G2, G3: what owners have said was published and reached everybody who hears it; nothing else was published."""
    said: dict[str, str] = {}
    for service in HEARING:
        said |= {str(row[0]): row[1] for row in await suite.sql(service, "SELECT event_id, topic FROM outbox")}
    published = Counter([str(Envelope.read(body).id) async for _, body in archived(suite.broker.url(VHOST))])
    found.lost += [f"{said[one]} {one} was never published" for one in said.keys() - published.keys()]
    found.ghosts += [f"{one} was published and belongs to no commit" for one in published.keys() - said.keys()]
    deliveries = 0
    for service in HEARING:
        package = "gateway" if service == "gateway" else f"services.{service}"
        topics = {event.topic for event in import_module(f"{package}.subscribers").HEARS}
        due = Counter((queue_of(service, topic), one) for one, topic in said.items() if topic in topics)
        heard = Counter((row[0], str(row[1])) for row in await suite.sql(service, "SELECT handler, event_id FROM inbox"))
        found.balance("heard", due, heard)
        deliveries += due.total()
    found.figures |= {"events": len(said), "published_again": published.total() - len(published), "hearings": deliveries}


async def seats(found: Reckoning, suite: Suite) -> None:
    """G5: counters are what a recount of the people gives, and never above the capacity."""
    recount = """
        SELECT s.group_id::text, s.capacity, s.held, s.taken, s.waiting,
            count(*) FILTER (WHERE a.status IN ('seat_offered', 'accepted'))::int,
            count(*) FILTER (WHERE a.status IN ('enrolled', 'completed', 'not_completed'))::int,
            count(*) FILTER (WHERE a.status = 'waiting_list')::int
        FROM seats s LEFT JOIN application a ON a.seat_group_id = s.group_id GROUP BY 1, 2, 3, 4, 5"""
    for group, capacity, held, taken, waiting, *counted in await suite.sql("enrollment", recount):
        if held + taken > capacity or [held, taken, waiting] != counted:
            found.oversold.append(f"group {group}: {held} + {taken} of {capacity}, {waiting} waiting; recounted {counted}")
    found.figures["seats"] = await suite.value("enrollment", "SELECT sum(held + taken)::int FROM seats")


async def copies(found: Reckoning, suite: Suite) -> None:
    """G4: what others show is what the owners have."""
    steps = "SELECT application_id, revision, to_status FROM transition"
    shown = "SELECT application_id, revision, status FROM step"
    found.same("history in reports", await rows(suite, "enrollment", steps), await rows(suite, "reports", shown))
    stands = "SELECT {key}, status, revision FROM application"
    owner = await rows(suite, "enrollment", stands.format(key="id"))
    for service in ("reports", "routes"):
        found.same(f"applications in {service}", owner, await rows(suite, service, stands.format(key="application_id")))
    counters = "SELECT group_id, capacity, held, taken, waiting FROM {table}"
    owner = await rows(suite, "enrollment", counters.format(table="seats"))
    for service, table in (("catalog", "seat_count"), ("reports", "seats")):
        found.same(f"seats in {service}", owner, await rows(suite, service, counters.format(table=table)))
    consents = "SELECT DISTINCT person_id, purpose FROM consent WHERE {active}"
    owner = await rows(suite, "enrollment", consents.format(active="withdrawn_at IS NULL"))
    found.same("consents in the gateway", owner, await rows(suite, "gateway", consents.format(active="active")))


async def letters(found: Reckoning, suite: Suite) -> None:
    """One letter per change of a status and person who wants letters, told apart by Message-ID; a repeated one carries the same."""
    said = [Envelope.read(row[0]) for row in await suite.sql("enrollment", "SELECT body FROM outbox WHERE topic = $1", StatusChanged.topic)]
    changes = Counter(str(one.id) for one in said if one.data["from_status"] != one.data["to_status"])
    queued = await suite.sql("notify", "SELECT event_id FROM delivery WHERE rule = 'application_status'")
    found.balance("letter about", changes, Counter(str(row[0]) for row in queued))
    sent = await suite.sql("notify", "SELECT delivery_id FROM delivery WHERE status = 'sent'")
    arrived = Counter(message_id(file.read_bytes()) for file in suite.mails.glob("*.eml"))
    found.lost += [f"letter {row[0]} was marked sent and never arrived" for row in sent if str(row[0]) not in arrived]
    known = {str(row[0]) for row in await suite.sql("notify", "SELECT delivery_id FROM delivery")}
    found.ghosts += [f"letter {one} has no delivery" for one in arrived.keys() - known]
    found.figures |= {"letters": len(arrived), "letters_again": arrived.total() - len(arrived)}


def message_id(letter: bytes) -> str:
    """The part of a letter's Message-ID that is the delivery's id."""
    return str(email.message_from_bytes(letter, policy=policy.default)["Message-ID"]).strip("<>").partition("@")[0]


async def leftovers(found: Reckoning, suite: Suite) -> None:
    """Nothing waits: no event, no message, no work that is due and was put off, no letter."""
    for service in HEARING:
        if unsent := await suite.value(service, "SELECT count(*) FROM outbox WHERE sent_at IS NULL"):
            found.stuck.append(f"{unsent} events of {service} are not sent")
        if failing := await suite.value(service, "SELECT count(*) FROM due WHERE attempts > 0"):
            found.stuck.append(f"{failing} pieces of due work of {service} keep failing")
    found.stuck += [f"{count} messages in {queue}" for queue, count in (await suite.depths()).items() if count]
    letters = await suite.sql("notify", "SELECT status, count(*) FROM delivery WHERE status <> 'sent' GROUP BY 1")
    found.stuck += [f"{count} letters are {status}" for status, count in letters]


async def rows(suite: Suite, service: str, statement: str) -> list[Mapping[str, Any]]:
    return [tuple(str(value) for value in row.values()) for row in await suite.sql(service, statement)]  # type: ignore[misc]
