"""Whoever takes back the consent to letters gets none, and the address goes; a newer grant wins, whatever is heard first."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID, uuid4

from services.notify.tables import Contact, Delivery, Notice, Subscription
from shared.contracts import Envelope
from shared.contracts.enrollment import ConsentGranted
from shared.contracts.erasure import NotifyPersonErased
from shared.contracts.notify import NotificationFailed, SubscriptionCancelled
from tests.service.notify.conftest import Sink
from tests.service.notify.test_letters import contact, count, count_attempts, sent, status, withdrawal
from tests.service.notify.test_subscriptions import ask
from tests.support.service import Running, envelope_of
from tests.support.stage import eventually

BEGIN = datetime(2026, 9, 1, tzinfo=UTC)


def withdrawn(person: UUID, *, after: int = 0) -> Envelope:
    return withdrawal(person, uuid4(), purpose="notifications", at=BEGIN + timedelta(minutes=after))


def granted(person: UUID, *, after: int) -> Envelope:
    event = ConsentGranted(consent_id=uuid4(), person_id=person, purpose="notifications", text_version=1)
    return envelope_of(event, subject=event.consent_id, at=BEGIN + timedelta(minutes=after))


async def settle(notify: Running) -> None:
    """Let a quarter of an hour pass for what is put off."""
    await notify.serve_due(datetime.now(UTC) + timedelta(minutes=15))


async def test_without_consent_to_letters_the_address_goes_and_the_inbox_stays(notify: Running, sink: Sink) -> None:
    person, other = uuid4(), uuid4()
    for one in (person, other):
        await contact(notify, one)
    await ask(notify, person_id=str(person), email="home@example.test")
    await eventually(lambda: sent(notify), equals=1)
    sink.refusals[:] = ["451 busy"]
    await notify.hear(envelope_of(status(person, uuid4()), subject=uuid4()))
    await eventually(lambda: count_attempts(notify), equals=1)
    await notify.hear(withdrawn(person), envelope_of(status(person, uuid4(), "enrolled"), subject=uuid4()))
    notify.move_clock(minutes=1)
    await notify.hear(envelope_of(status(other, uuid4()), subject=uuid4()))
    await eventually(lambda: sent(notify), equals=2)
    assert len(sink.mails) == 2, "from the withdrawal on nothing is sent"
    await settle(notify)
    assert [await count(notify, table) for table in (Contact, Subscription, Notice)] == [1, 0, 3]
    assert [(one.data["person_id"], one.data["reason"]) for one in await notify.told(NotificationFailed)] == [
        (str(person), "no_address")
    ] * 2
    assert len(await notify.told(SubscriptionCancelled)) == 1


async def happens(notify: Running, what: str, person: UUID) -> None:
    if what == "contact":
        await contact(notify, person)
    else:
        await notify.hear(withdrawn(person) if what == "withdrawn" else granted(person, after=1))


async def test_a_newer_grant_wins_in_every_order(notify: Running, sink: Sink) -> None:
    for number, order in enumerate(permutations(("withdrawn", "granted", "contact")), 1):
        person = uuid4()
        for what in order:
            await happens(notify, what, person)
        await settle(notify)
        assert await count(notify, Contact) == number, order
        await notify.hear(envelope_of(status(person, uuid4()), subject=uuid4()))
        await eventually(lambda: sent(notify), equals=number)


async def test_an_address_that_comes_after_the_withdrawal_is_forgotten_too(notify: Running) -> None:
    person = uuid4()
    await notify.hear(granted(person, after=1), withdrawn(person, after=2))
    await settle(notify)
    await contact(notify, person)
    await settle(notify)
    assert await count(notify, Contact) == 0


async def test_an_erasure_takes_back_every_consent_and_still_has_its_last_letter(notify: Running, sink: Sink) -> None:
    for number, erased_first in enumerate((True, False), 1):
        person, request = uuid4(), uuid4()
        await contact(notify, person)
        both = [withdrawal(person, request, erase=True), withdrawal(person, request, purpose="notifications")]
        await notify.hear(*(both if erased_first else reversed(both)))
        await eventually(lambda: answers(notify), equals=number)
        await settle(notify)
    assert [mail["subject"] for mail in sink.mails] == ["Согласие отозвано"] * 2
    assert [await count(notify, table) for table in (Contact, Delivery)] == [0, 0]


async def answers(notify: Running) -> int:
    return len(await notify.told(NotifyPersonErased))
