"""Requests to the operator: one letter answers each, nobody reads the address, and with the person or in time all of it goes."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.notify.tables import Delivery, SupportRequest
from shared.contracts.enrollment import ConsentWithdrawn
from shared.contracts.erasure import NotifyPersonErased
from shared.contracts.notify import RequestAnswered, RequestOpened
from tests.service.notify.conftest import Sink
from tests.service.notify.test_subscriptions import EMAIL, kept, letters
from tests.support.service import Running, envelope_of
from tests.support.stage import eventually

WORDS = "Не приходит письмо о зачислении.\nЧто делать?"


async def ask(notify: Running, *, expect: int = 201, **facts: Any) -> Any:
    body = {"request_id": str(uuid4()), "category": "problem", "words": WORDS, "page": "/programmes?q=a", "email": EMAIL} | facts
    answer = await notify.call("POST", "/support-requests", notify.staff("gateway"), json=body)
    assert answer.status_code == expect, answer.text
    return body | answer.json()


async def answered(notify: Running, request: Any, words: str = "Проверьте папку «Спам».", *, expect: int = 204) -> Any:
    path = f"/support-requests/{request['request_id']}/answer"
    answer = await notify.call("POST", path, notify.staff("operator"), json={"words": words})
    assert answer.status_code == expect, answer.text
    return answer.json() if answer.content else None


async def listed(notify: Running, status: str) -> Any:
    return (await notify.call("GET", "/support-requests", notify.staff("operator"), params={"status": status})).json()


async def test_a_request_is_answered_by_one_letter(notify: Running, sink: Sink) -> None:
    request = await ask(notify)
    waiting = await listed(notify, "open")
    assert (waiting["total"], waiting["items"][0]["words"], waiting["items"][0]["number"]) == (1, WORDS, request["number"])
    assert EMAIL not in str(waiting)
    await answered(notify, request)
    (words,) = await letters(notify, sink, count=1)
    assert sink.mails[0]["To"] == EMAIL
    assert sink.mails[0]["Subject"] == f"Ответ на обращение № {request['number']}"
    assert "Проверьте папку «Спам»." in words
    assert WORDS.splitlines()[0] in words
    assert (await answered(notify, request, expect=409))["type"] == "request_answered"
    assert (await listed(notify, "open"))["total"] == 0
    assert (await listed(notify, "answered"))["items"][0]["answer"] == "Проверьте папку «Спам»."
    ((opened,), (told,)) = await notify.told(RequestOpened), await notify.told(RequestAnswered)
    assert opened.data == {"request_id": request["request_id"], "category": "problem"}
    assert told.data["category"] == "problem"
    assert all(one not in str((opened.data, told.data)) for one in (EMAIL, "Спам", "письмо"))


async def test_the_same_request_twice_is_one(notify: Running) -> None:
    request = await ask(notify)
    assert (await ask(notify, request_id=request["request_id"]))["number"] == request["number"]
    assert len(await notify.told(RequestOpened)) == len(await kept(notify, SupportRequest)) == 1


async def test_who_may_ask_read_and_answer(notify: Running) -> None:
    request = await ask(notify)
    path = f"/support-requests/{request['request_id']}/answer"
    for who in (notify.teacher(), notify.staff("auditor"), notify.guest()):
        assert (await notify.call("POST", path, who, json={"words": "Ответ не от оператора"})).status_code in (401, 403)
        assert (await notify.call("POST", "/support-requests", who, json={})).status_code in (401, 403)
    assert (await notify.call("GET", "/support-requests", notify.teacher())).status_code == 403
    assert (await notify.call("GET", "/support-requests", notify.staff("auditor"))).status_code == 200
    await answered(notify, {"request_id": uuid4()}, expect=404)


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "нет"},
        {"words": "а\x00бвгд"},
        {"words": "ой"},
        {"words": "a" * 3001},
        {"category": "spam"},
        {"page": "http://elsewhere"},
        {"page": "//elsewhere"},
    ],
)
async def test_what_is_no_request_is_refused_at_its_field(notify: Running, wrong: dict[str, str]) -> None:
    refused = await ask(notify, expect=422, **wrong)
    assert [one["field"] for one in refused["errors"]] == [*wrong]


async def test_an_erasure_takes_what_the_person_asked_and_what_came_from_their_address(notify: Running, sink: Sink) -> None:
    person = notify.teacher()
    contact = {"email": EMAIL, "salutation": "Мария Сергеевна"}
    assert (await notify.call("PUT", f"/contacts/{person.person}", notify.staff("gateway"), json=contact)).status_code == 204
    await ask(notify, person_id=str(person.person), email="other@example.test")
    await answered(notify, await ask(notify))
    foreign = await ask(notify, email="somebody.else@example.test")
    withdrawn = ConsentWithdrawn(
        consent_id=uuid4(), person_id=UUID(str(person.person)), purpose="training", text_version=1, request_id=uuid4(), erase=True
    )
    await notify.hear(envelope_of(withdrawn, subject=withdrawn.consent_id))
    await eventually(lambda: told_of_erasure(notify), equals=2)
    assert [str(one.request_id) for one in await kept(notify, SupportRequest)] == [foreign["request_id"]]


async def told_of_erasure(notify: Running) -> int | None:
    facts = await notify.told(NotifyPersonErased)
    return int(facts[0].data["erased"]["support_request"]) if facts else None


async def test_half_a_year_after_its_answer_a_request_is_gone(notify: Running, sink: Sink) -> None:
    waiting, done = await ask(notify), await ask(notify)
    await answered(notify, done)
    await letters(notify, sink, count=1)
    notify.move_clock(days=181)

    async def left() -> list[str]:
        return [str(one.request_id) for one in await kept(notify, SupportRequest)]

    await eventually(left, equals=[waiting["request_id"]])
    assert await kept(notify, Delivery) == []


HALF = "UPDATE support_request SET answer = 'да'"


@pytest.mark.parametrize("harm", [HALF, "UPDATE support_request SET category = 'spam'", "UPDATE support_request SET email = 'нет'"])
async def test_the_database_keeps_requests_whole(notify: Running, harm: str) -> None:
    await ask(notify)
    with pytest.raises(IntegrityError):
        async with notify.app.state.engine.begin() as connection:
            await connection.execute(text(harm))
