"""A letter for every status change, once in effect, by real SMTP; the inbox beside it; erasure after the last letter."""

import asyncio
from datetime import UTC, datetime
from email.headerregistry import Address
from itertools import permutations
from pathlib import Path
from typing import Any, get_args
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis.strategies import from_regex
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import col

from services.notify import commands
from services.notify.main import app
from services.notify.rules import letters
from services.notify.tables import Consent, Contact, Delivery, Notice, Refusal, Seat, Subscription
from shared import migrations
from shared.addresses import ADDRESS, is_address
from shared.contracts import Envelope
from shared.contracts.catalog import ReviewDue
from shared.contracts.enrollment import ConsentWithdrawn, Holder, Status, StatusChanged
from shared.contracts.erasure import NotifyPersonErased
from shared.contracts.notify import NotificationDelivered, NotificationFailed
from shared.errors import MESSAGES
from tests.service.notify.conftest import Sink, told_of
from tests.support.servers import Servers
from tests.support.service import Running, envelope_of, running
from tests.support.stage import eventually

PERSONAL = (Consent, Contact, Delivery, Notice, Refusal, Seat, Subscription)


def status(person: UUID, application: UUID, to: str = "accepted", **facts: Any) -> StatusChanged:
    return StatusChanged.model_validate(
        {
            "application_id": application,
            "number": "ДПО-2026-000123",
            "person_id": person,
            "programme_id": uuid4(),
            "provider_id": uuid4(),
            "group_id": uuid4(),
            "organisation_id": uuid4(),
            "oktmo": "75742000",
            "from_status": None,
            "to_status": to,
            "actor_role": "provider_specialist",
            "holder": Holder(role="provider"),
            "changed_at": datetime.now(UTC),
            **facts,
        }
    )


def withdrawal(person: UUID, request: UUID, *, purpose: str = "training", erase: bool = False, at: datetime | None = None) -> Envelope:
    facts = {"consent_id": uuid4(), "request_id": request, "person_id": person, "purpose": purpose, "text_version": 1, "erase": erase}
    event = ConsentWithdrawn.model_validate(facts)
    return envelope_of(event, subject=event.consent_id, revision=2, at=at)


async def contact(notify: Running, person: UUID, email: str = "m.ivanova@example.test") -> None:
    door = notify.staff("gateway")
    answer = await notify.call("PUT", f"/contacts/{person}", door, json={"email": email, "salutation": "Марина Андреевна"})
    assert answer.status_code == 204, answer.text


async def count(notify: Running, table: type[Any]) -> int:
    async with notify.app.state.engine.connect() as connection:
        return int(await connection.scalar(select(func.count()).select_from(table)) or 0)


async def sent(notify: Running) -> int:
    return len(await notify.told(NotificationDelivered))


async def test_every_status_change_is_one_letter_however_often_it_is_heard(notify: Running, sink: Sink) -> None:
    person, application = uuid4(), uuid4()
    await contact(notify, person)
    changes = [
        envelope_of(status(person, application, to), subject=application, revision=number)
        for number, to in enumerate(("school_review", "provider_review", "accepted"), 1)
    ]
    for order in permutations(changes):
        await notify.hear(*order)
    await eventually(lambda: sent(notify), equals=3)
    assert sorted(str(mail["subject"]) for mail in sink.mails) == sorted(letters.STATUSES[one.data["to_status"]][0] for one in changes)
    assert {str(mail["to"]) for mail in sink.mails} == {"m.ivanova@example.test"}
    assert len({mail["message-id"] for mail in sink.mails}) == 3


async def test_a_letter_says_what_at_whom_until_when_and_links_to_the_application(notify: Running, sink: Sink) -> None:
    person, application = uuid4(), uuid4()
    await contact(notify, person)
    await notify.hear(envelope_of(status(person, application, "clarification", due="2026-12-01"), subject=application))
    await eventually(lambda: sent(notify), equals=1)
    mail = sink.mails[0]
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text
    assert page
    words = text.get_content()
    assert "Марина Андреевна, здравствуйте!" in words
    assert "До какого числа: 1\u00a0декабря\u00a02026" in words
    assert f"http://portal.test/cabinet/applications/{application}" in page.get_content()


async def test_a_long_subject_keeps_every_space(notify: Running, sink: Sink) -> None:
    person = uuid4()
    await contact(notify, person)
    await notify.hear(envelope_of(status(person, uuid4(), "municipality_review"), subject=uuid4()))
    await eventually(lambda: sent(notify), equals=1)
    assert sink.mails[0]["subject"] == letters.STATUSES["municipality_review"][0]


async def test_a_busy_server_only_delays_a_letter(notify: Running, sink: Sink) -> None:
    person = uuid4()
    await contact(notify, person)
    sink.refusals[:] = ["451 busy"]
    await notify.hear(envelope_of(status(person, uuid4()), subject=uuid4()))
    await eventually(lambda: count_attempts(notify), equals=1)
    assert await sent(notify) == 0
    notify.move_clock(minutes=5)
    await eventually(lambda: sent(notify), equals=1)


@pytest.mark.parametrize(("command", "reason"), [("RCPT", "address_refused"), ("MAIL", "server_refused"), ("DATA", "server_refused")])
async def test_a_refusal_for_good_ends_a_letter_and_only_a_refused_recipient_is_the_address_s_fault(
    notify: Running, sink: Sink, command: str, reason: str
) -> None:
    sink.refuses_at, sink.refusals[:] = command, ["550 never"]
    person = uuid4()
    await contact(notify, person)
    await notify.hear(envelope_of(status(person, uuid4()), subject=uuid4()))
    (failed,) = await eventually(lambda: notify.told(NotificationFailed))
    assert (failed.data["reason"], sink.refusals, sink.mails) == (reason, [], [])


async def test_a_letter_that_cannot_be_written_fails_alone(notify: Running, sink: Sink) -> None:
    first, second = uuid4(), uuid4()
    await contact(notify, second)
    at = datetime(2026, 9, 1, tzinfo=UTC)
    queued: dict[str, Any] = {"facts": {}, "happened_at": at, "queued_at": at, "next_try_at": at}
    async with notify.app.state.sessions.begin() as session:
        session.add(Contact(person_id=first, email="m@example.test", salutation="", updated_at=at))
        session.add(Delivery(event_id=uuid4(), person_id=first, rule="application_status", about_id=uuid4(), **queued))
    await notify.hear(envelope_of(status(second, uuid4()), subject=uuid4()))
    await eventually(lambda: sent(notify), equals=1)
    (failed,) = await notify.told(NotificationFailed)
    assert (failed.data["person_id"], failed.data["reason"]) == (str(first), "server_refused")


async def test_a_letter_under_way_is_finished_before_the_stop(stage: Servers, sink: Sink, tmp_path: Path) -> None:
    url = await stage.database("notify")
    places: dict[str, Any] = {"database_url": url, "broker_url": stage.service_broker_url("notify"), "folder": tmp_path}
    async with running("notify", app, environment=told_of(sink), **places) as notify:
        sink.pause, person = 1, uuid4()
        await contact(notify, person)
        await notify.hear(envelope_of(status(person, uuid4()), subject=uuid4()))
        await eventually(sink.is_reading)
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        assert (await connection.execute(select(col(Delivery.status)))).scalars().all() == ["sent"]
    await engine.dispose()
    assert len(sink.mails) == 1


async def count_attempts(notify: Running) -> int:
    async with notify.app.state.engine.connect() as connection:
        return int(await connection.scalar(select(func.max(Delivery.attempts))) or 0)


async def test_a_letter_waits_for_an_address_that_comes_later(notify: Running, sink: Sink) -> None:
    person = uuid4()
    await notify.hear(envelope_of(status(person, uuid4()), subject=uuid4()))
    await contact(notify, person)
    notify.move_clock(minutes=1)
    await eventually(lambda: sent(notify), equals=1)


async def test_header_injection_is_refused_at_the_field(notify: Running) -> None:
    door = notify.staff("gateway")
    for email in (
        "a@b.test\r\nBcc: c@d.test",
        "nobody",
        "a b@c.test",
        "a,b@c.test",
        "a..b@c.test",
        "a.@c.test",
        "иван@c.test",
        "a@почта.test",
    ):
        answer = await notify.call("PUT", f"/contacts/{uuid4()}", door, json={"email": email, "salutation": "Имя"})
        error = {"field": "email", "code": "email", "message": MESSAGES["email"]}
        assert (answer.status_code, answer.json()["errors"]) == (422, [error])
        assert email not in answer.text


async def test_an_address_that_is_none_is_not_stored(notify: Running) -> None:
    async with notify.app.state.sessions() as session:
        session.add(Contact(person_id=uuid4(), email="a,b@c.test", salutation="", updated_at=datetime.now(UTC)))
        with pytest.raises(IntegrityError, match="email_shape"):
            await session.commit()


@given(from_regex(ADDRESS, fullmatch=True))
def test_what_is_taken_for_an_address_is_one_to_a_letter_too(email: str) -> None:
    assert Address(addr_spec=email).addr_spec == email
    assert is_address(email)


async def test_the_inbox_speaks_in_words_and_counts_what_is_unread(notify: Running) -> None:
    teacher = notify.teacher()
    assert teacher.person
    await notify.hear(envelope_of(status(teacher.person, uuid4(), "enrolled", order_number="17-у"), subject=uuid4()))
    seen = (await notify.call("GET", "/me/notifications", teacher)).json()
    assert (seen["unread"], seen["items"][0]["title"]) == (1, "Вы зачислены приказом №\u00a017-у")
    assert (await notify.call("GET", "/me/notifications", notify.teacher())).json() == {"items": [], "unread": 0}
    await notify.call("POST", "/me/notifications/read", teacher, json={})
    assert (await notify.call("GET", "/me/notifications", teacher)).json()["unread"] == 0


async def test_a_preference_stops_a_letter_but_never_a_status(notify: Running, sink: Sink) -> None:
    teacher = notify.teacher()
    refused = await notify.call("PUT", "/me/preferences", teacher, json={"refused": ["application_status"]})
    assert refused.status_code == 422
    assert (await notify.call("PUT", "/me/preferences", teacher, json={"refused": ["route_planned"]})).status_code == 200


async def test_an_erased_person_gets_the_last_letter_and_then_is_nowhere(notify: Running, sink: Sink) -> None:
    person, request = uuid4(), uuid4()
    await contact(notify, person)
    late = envelope_of(status(person, uuid4()), subject=uuid4())
    await notify.hear(withdrawal(person, request, erase=True))
    answered = await eventually(lambda: notify.told(NotifyPersonErased))
    assert (answered[0].data["person_id"], len(sink.mails)) == (str(person), 1)
    await notify.hear(late)
    await contact(notify, person)
    for table in (Contact, Notice, Delivery):
        assert await count(notify, table) == 0


@pytest.mark.parametrize("refused", [True, False])
async def test_an_erasure_ends_without_its_last_letter_too(notify: Running, sink: Sink, refused: bool) -> None:
    sink.refuses_at, sink.refusals[:] = "RCPT", ["550 no such user" if refused else "450 full"] * 2
    person, request = uuid4(), uuid4()
    await contact(notify, person)
    await notify.hear(withdrawal(person, request, erase=True))
    if not refused:
        await eventually(lambda: count_attempts(notify), equals=1)
        notify.move_clock(hours=25)
    (answered,) = await eventually(lambda: notify.told(NotifyPersonErased))
    assert (answered.data["request_id"], answered.data["erased"]["contact"], sink.mails) == (str(request), 1, [])
    (failed,) = await notify.told(NotificationFailed)
    assert failed.data["reason"] == ("address_refused" if refused else "too_old")
    assert await count(notify, Contact) == 0


async def test_nothing_about_a_person_is_written_beside_their_erasure(notify: Running) -> None:
    teacher = notify.teacher()
    person = teacher.person
    assert person
    subscription = {
        "subscription_id": str(uuid4()),
        "email": "home@example.test",
        "person_id": str(person),
        "title": "м",
        "path": "/programmes",
    }
    async with notify.app.state.sessions.begin() as erasing:
        await commands.erase(erasing, person_id=person, request_id=uuid4(), now=datetime.now(UTC))
        writing = [
            asyncio.create_task(one)
            for one in (
                contact(notify, person),
                notify.hear(envelope_of(status(person, uuid4()), subject=uuid4()), withdrawal(person, uuid4(), purpose="notifications")),
                notify.call("PUT", "/me/preferences", teacher, json={"refused": ["route_planned"]}),
                notify.call("POST", "/subscriptions", notify.staff("gateway"), json=subscription),
            )
        ]
        await asyncio.wait(writing, timeout=1)
    await asyncio.gather(*writing)
    assert {table.__name__: await count(notify, table) for table in PERSONAL} == {table.__name__: 0 for table in PERSONAL}


async def test_an_erasure_waits_for_what_is_being_written(notify: Running) -> None:
    person, sessions, now = uuid4(), notify.app.state.sessions, datetime.now(UTC)

    async def erase() -> None:
        async with sessions.begin() as session:
            await commands.erase(session, person_id=person, request_id=uuid4(), now=now)

    async with sessions.begin() as writing:
        await commands.keep_contact(writing, person_id=person, email="m@example.test", salutation="", now=now)
        erasing = asyncio.create_task(erase())
        await asyncio.wait({erasing}, timeout=1)
    await erasing
    assert await count(notify, Contact) == 0


async def test_every_reason_that_enrollment_can_give_has_words(stage: Servers) -> None:
    engine = create_async_engine(await stage.database("enrollment"))
    async with engine.connect() as connection:
        assert set((await connection.execute(text("SELECT code FROM reason"))).scalars()) == set(letters.REASONS)
    await engine.dispose()
    letter = letters.application_status({"status": "expired", "number": "1", "application_id": "x", "reason": "no_answer"})
    assert ("Причина", "ответ не получен в срок") in letter.rows


def test_every_status_has_words() -> None:
    assert set(letters.STATUSES) == set(get_args(Status))
    for code in letters.STATUSES:
        letter = letters.application_status({"status": code, "number": "1", "application_id": "x"})
        assert letter.title
        assert letter.lead


async def test_the_migrations_make_exactly_the_tables(stage: Servers) -> None:
    await migrations.check("notify", await stage.database("notify"))


async def test_who_was_there_is_asked_how_it_was_and_three_months_later_whether_it_is_used(notify: Running, sink: Sink) -> None:
    person, right = uuid4(), uuid4()
    await contact(notify, person)
    asked = [
        ReviewDue(right_id=right, person_id=person, kind=kind, target_kind="programme", target_id=uuid4(), title="Графики на уроке")
        for kind in ("first", "second")
    ]
    await notify.hear(*(envelope_of(one, subject=right, revision=number) for number, one in enumerate(asked, 1)))
    await eventually(lambda: sent(notify), equals=2)
    assert [str(mail["subject"]) for mail in sink.mails] == ["Как прошло обучение?", "Применяете ли вы изученное?"]
    first, second = (mail.get_body(("html",)) for mail in sink.mails)
    assert first
    assert second
    assert f"http://portal.test/cabinet/reviews/{right}" in first.get_content()
    assert "Графики на уроке" in second.get_content()
