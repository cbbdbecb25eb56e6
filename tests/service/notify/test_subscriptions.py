"""A saved search by e-mail: nothing without a confirmation, one letter per news, one press to stop, no address left behind."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from services.notify.rules.subscriptions import may_be_confirmed, token_of
from services.notify.tables import Delivery, Subscription
from shared.contracts.catalog import GroupAnnounced, MatchedItem, SavedSearchMatched
from shared.contracts.enrollment import ConsentWithdrawn
from shared.contracts.erasure import NotifyPersonErased
from shared.contracts.notify import NotificationDelivered, SubscriptionCancelled, SubscriptionConfirmed
from tests.service.notify.conftest import Sink
from tests.support.service import Running, envelope_of
from tests.support.stage import eventually

EMAIL = "m.ivanova@example.test"
LINK = re.compile(r"http://portal\.test/subscriptions/([\w.-]+)")


def now() -> datetime:
    return datetime.now(UTC)


async def ask(notify: Running, email: str = EMAIL, **facts: Any) -> UUID:
    subscription = facts.pop("subscription_id", uuid4())
    body = {"subscription_id": str(subscription), "email": email, "title": "математика", "path": "/programmes?q=%D0%BC", **facts}
    answer = await notify.call("POST", "/subscriptions", notify.staff("gateway"), json=body)
    assert answer.status_code == 202, answer.text
    return UUID(str(subscription))


async def letters(notify: Running, sink: Sink, *, count: int) -> list[str]:
    """The plain texts of the letters, once so many have gone out."""

    async def sent() -> int:
        return len(await notify.told(NotificationDelivered))

    await eventually(sent, equals=count)
    return [str(part.get_content()) for mail in sink.mails if (part := mail.get_body(("plain",)))]


async def press(notify: Running, place: str, token: str) -> int:
    answer = await notify.call("POST", f"/subscriptions/{place}", notify.staff("gateway"), json={"token": token})
    return answer.status_code


async def confirmed(notify: Running, sink: Sink, **facts: Any) -> UUID:
    before = len(sink.mails)
    subscription = await ask(notify, **facts)
    words = (await letters(notify, sink, count=before + 1))[-1]
    assert await press(notify, "confirmation", LINK.findall(words)[0]) == 200
    return subscription


def matched(subscription: UUID, *titles: str) -> SavedSearchMatched:
    items = [MatchedItem(item_id=uuid4(), kind="programme", title=title) for title in titles]
    return SavedSearchMatched(subscription_id=subscription, items=items)


async def tell(notify: Running, subscription: UUID, *titles: str, revision: int = 1) -> None:
    await notify.hear(envelope_of(matched(subscription, *titles), subject=subscription, revision=revision))


async def kept(notify: Running, table: type[Any]) -> list[Any]:
    async with notify.app.state.sessions.begin() as session:
        return list(await session.scalars(select(table)))


async def test_an_address_gets_one_letter_and_news_only_after_it_said_yes(notify: Running, sink: Sink) -> None:
    subscription = await ask(notify)
    await tell(notify, subscription, "Раньше времени")
    words = (await letters(notify, sink, count=1))[0]
    assert "Подтвердите подписку" in words
    assert await press(notify, "confirmation", LINK.findall(words)[0]) == 200
    assert [one.subject for one in await notify.told(SubscriptionConfirmed)] == [subscription]
    await tell(notify, subscription, "Алгебра", "Геометрия", revision=2)
    digest = (await letters(notify, sink, count=2))[1]
    assert "Алгебра" in digest
    assert "Геометрия" in digest
    assert "Раньше времени" not in digest


async def test_a_link_confirms_once(notify: Running, sink: Sink) -> None:
    await ask(notify)
    token = LINK.findall((await letters(notify, sink, count=1))[0])[0]
    assert [await press(notify, "confirmation", token) for _ in range(2)] == [200, 404]
    assert len(await notify.told(SubscriptionConfirmed)) == 1


async def test_a_link_is_good_for_its_own_purpose_and_subscription_only(notify: Running, sink: Sink) -> None:
    subscription = await ask(notify)
    words = (await letters(notify, sink, count=1))[0]
    confirm, end = LINK.findall(words)
    forged = token_of(subscription, b"0" * 32, "confirm")
    assert [await press(notify, "confirmation", token) for token in (end, forged, confirm[:-1] + "!", uuid4().hex + confirm[32:])] == [
        404,
        404,
        422,
        404,
    ]
    assert await press(notify, "end", confirm) == 204
    assert len(await kept(notify, Subscription)) == 1
    assert await press(notify, "end", end) == 204
    assert await kept(notify, Subscription) == []


async def test_after_two_days_the_address_is_erased_and_its_link_is_dead(notify: Running, sink: Sink) -> None:
    subscription = await ask(notify)
    token = LINK.findall((await letters(notify, sink, count=1))[0])[0]
    await notify.serve_due(now() + timedelta(hours=47))
    assert len(await kept(notify, Subscription)) == 1
    await notify.serve_due(now() + timedelta(hours=49))
    assert await kept(notify, Subscription) == []
    assert [one.subject for one in await notify.told(SubscriptionCancelled)] == [subscription]
    assert await press(notify, "confirmation", token) == 404
    async with notify.app.state.engine.connect() as connection:
        for table in ("subscription", "delivery", "outbox", "due"):
            assert EMAIL not in " ".join(str(row) for row in await connection.execute(text(f"SELECT * FROM {table}")))


def test_a_link_older_than_two_days_confirms_nothing() -> None:
    asked = now()
    assert may_be_confirmed(asked_at=asked, confirmed_at=None, now=asked + timedelta(hours=47))
    assert not may_be_confirmed(asked_at=asked, confirmed_at=None, now=asked + timedelta(hours=48))
    assert not may_be_confirmed(asked_at=asked, confirmed_at=asked, now=asked)


async def test_a_confirmed_address_does_not_lapse(notify: Running, sink: Sink) -> None:
    await confirmed(notify, sink)
    await notify.serve_due(now() + timedelta(hours=49))
    assert len(await kept(notify, Subscription)) == 1


async def test_whoever_unsubscribed_gets_nothing_more_and_is_forgotten(notify: Running, sink: Sink) -> None:
    subscription = await confirmed(notify, sink)
    await tell(notify, subscription, "Алгебра")
    await letters(notify, sink, count=2)
    mail = sink.mails[1]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = LINK.findall(str(mail["List-Unsubscribe"]))[0]
    assert str(mail["List-Unsubscribe"]).endswith("/end>")
    assert [await press(notify, "end", token) for _ in range(2)] == [204, 204]
    assert [one.subject for one in await notify.told(SubscriptionCancelled)] == [subscription]
    await tell(notify, subscription, "Геометрия", revision=2)
    assert (await kept(notify, Subscription), await kept(notify, Delivery)) == ([], [])


async def test_the_same_news_twice_is_one_letter(notify: Running, sink: Sink) -> None:
    subscription = await confirmed(notify, sink)
    news = envelope_of(matched(subscription, "Алгебра"), subject=subscription)
    await notify.hear(news, news)
    assert len([one for one in await kept(notify, Delivery) if one.rule == "saved_search"]) == 1


async def test_nobody_can_bury_an_address_in_letters(notify: Running, sink: Sink) -> None:
    for spelling in (EMAIL, EMAIL.upper(), EMAIL, EMAIL, EMAIL.title()):
        await ask(notify, spelling)
    await letters(notify, sink, count=3)
    assert len(await kept(notify, Delivery)) == 3
    await ask(notify, "someone.else@example.test")
    await letters(notify, sink, count=4)


async def test_asking_twice_with_one_id_changes_nothing(notify: Running, sink: Sink) -> None:
    subscription = await confirmed(notify, sink)
    await ask(notify, "thief@example.test", subscription_id=str(subscription))
    assert [one.email for one in await kept(notify, Subscription)] == [EMAIL]
    assert len(sink.mails) == 1


async def test_only_the_gateway_may_ask_and_an_address_that_leads_elsewhere_is_refused(notify: Running) -> None:
    body = {"subscription_id": str(uuid4()), "email": EMAIL, "title": "математика", "path": "/programmes"}
    assert (await notify.call("POST", "/subscriptions", notify.guest(), json=body)).status_code == 401
    assert (await notify.call("POST", "/subscriptions", notify.teacher(), json=body)).status_code == 403
    for path in ("https://elsewhere.test", "//elsewhere.test", "/programmes?a\r\nb"):
        answer = await notify.call("POST", "/subscriptions", notify.staff("gateway"), json={**body, "path": path})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "path")
    for email in ("nobody", "a@b.test\r\nBcc: c@d.test"):
        answer = await notify.call("POST", "/subscriptions", notify.staff("gateway"), json={**body, "email": email})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "email")


async def test_a_group_in_the_digest_leads_to_its_programme(notify: Running, sink: Sink) -> None:
    subscription, group, programme = await confirmed(notify, sink), uuid4(), uuid4()
    announced = {"group_id": group, "programme_id": programme, "provider_id": uuid4(), "starts": "2026-12-14", "ends": "2026-12-20"}
    announced |= {"form": "distance", "capacity_asked": 5, "enrolment_opens": "2026-12-01", "enrolment_closes": "2026-12-10"}
    await notify.hear(envelope_of(GroupAnnounced.model_validate({**announced, "funding": "regional"}), subject=group))
    item = MatchedItem(item_id=group, kind="group", title="Алгебра, с 14.12.2026")
    news = SavedSearchMatched(subscription_id=subscription, items=[item])
    await notify.hear(envelope_of(news, subject=subscription))
    assert f"http://portal.test/programmes/{programme}" in (await letters(notify, sink, count=2))[1]


async def test_a_teacher_sees_and_ends_their_own_only(notify: Running, sink: Sink) -> None:
    teacher, other = notify.teacher(), notify.teacher()
    subscription = await ask(notify, person_id=str(teacher.person))
    assert [one["subscription_id"] for one in (await notify.call("GET", "/me/subscriptions", teacher)).json()] == [str(subscription)]
    assert (await notify.call("GET", "/me/subscriptions", other)).json() == []
    assert (await notify.call("DELETE", f"/me/subscriptions/{subscription}", other)).status_code == 204
    assert len(await kept(notify, Subscription)) == 1
    assert (await notify.call("DELETE", f"/me/subscriptions/{subscription}", teacher)).status_code == 204
    assert await kept(notify, Subscription) == []


async def test_an_erased_person_leaves_no_subscription_and_gets_no_new_one(notify: Running, sink: Sink) -> None:
    person, request = uuid4(), uuid4()
    door = notify.staff("gateway")
    await notify.call("PUT", f"/contacts/{person}", door, json={"email": EMAIL, "salutation": "Марина Андреевна"})
    await ask(notify, person_id=str(person), email="home@example.test")
    await ask(notify)  # as a guest, at the person's address
    await letters(notify, sink, count=2)
    gone = ConsentWithdrawn(consent_id=uuid4(), request_id=request, person_id=person, purpose="training", text_version=1, erase=True)
    await notify.hear(envelope_of(gone, subject=request))
    (answered,) = await eventually(lambda: notify.told(NotifyPersonErased))
    assert answered.data["erased"]["subscription"] == 2
    await ask(notify, person_id=str(person), email="home@example.test")
    assert await kept(notify, Subscription) == []


async def test_a_letter_goes_to_a_person_or_to_a_subscription_never_to_both(notify: Running) -> None:
    async with notify.app.state.sessions() as session:
        at = now()
        session.add(
            Delivery(event_id=uuid4(), rule="saved_search", about_id=uuid4(), facts={}, happened_at=at, queued_at=at, next_try_at=at)
        )
        with pytest.raises(IntegrityError, match="delivery_to_one"):
            await session.commit()
