"""The form of requests and the operator's desk, as their pages ask and answer."""

import json
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.service.gateway.conftest import Browser, Open, Stand, Upstream
from tests.service.gateway.test_public_pages import DOCUMENT
from tests.service.gateway.test_register_pages import press

REQUEST = str(uuid4())
TYPED = {"category": "problem", "words": "Письмо не пришло", "email": "a@example.test", "page": "/help", "request_id": REQUEST}
WAITING = {"request_id": REQUEST, "number": 7, "category": "problem", "words": "Письмо <b>не</b> пришло", "page": "/help"}
WAITING |= {"asked_at": "2026-11-20T20:00:00Z", "answer": None, "answered_at": None}


@pytest_asyncio.fixture
async def stand(opened: Open, upstream: Upstream) -> Stand:
    places = {name: f"{upstream.url}/{name}" for name in ("catalog", "enrollment", "notify", "reports")}
    stand = await opened(GATEWAY_OPENAPI_FILE=str(DOCUMENT), GATEWAY_UPSTREAMS=json.dumps(places), GATEWAY_SUBSCRIBE_BURST="3")
    stand.upstream.says("POST /support-requests", {"number": 7}, 201)
    stand.upstream.says("GET /support-requests", {"items": [WAITING], "total": 1})
    stand.upstream.says(f"POST /support-requests/{REQUEST}/answer", None, 204)
    return stand


def sent(stand: Stand) -> list[Any]:
    return [one.body for one in stand.upstream.heard if one.service == "notify" and one.method == "POST"]


async def write(browser: Browser, **changes: str) -> Any:
    return await browser.send("POST", "/support", data={**TYPED, **changes}, headers={"origin": "http://127.0.0.1:8000"})


async def test_anybody_writes_and_is_told_the_number(stand: Stand) -> None:
    guest = stand.browser()
    form = (await guest.get("/support?page=/help")).text
    assert 'name="page" value="/help"' in form
    response = await write(guest)
    assert (response.status_code, response.headers["location"]) == (303, "/support")
    assert sent(stand) == [TYPED | {"person_id": None}]
    assert "Обращение № 7 принято" in (await guest.get("/support")).text.replace("\u00a0", " ")


@pytest.mark.parametrize("wrong", [{"category": "x"}, {"words": "а"}, {"email": "нет"}])
async def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(stand: Stand, wrong: dict[str, str]) -> None:
    response = await write(stand.browser(), **wrong)
    assert response.status_code == 422
    assert f'id="e-{next(iter(wrong))}"' in response.text
    assert f'name="request_id" value="{REQUEST}"' in response.text
    assert sent(stand) == []


@pytest.mark.parametrize("page", ["//elsewhere.test", "/\\elsewhere.test", "https://elsewhere.test", "/a b"])
async def test_another_site_is_no_page_of_ours(stand: Stand, page: str) -> None:
    assert 'name="page" value=""' in (await stand.browser().get("/support", params={"page": page})).text


async def test_a_guest_who_writes_again_and_again_is_asked_to_wait(stand: Stand) -> None:
    answers = [(await write(stand.browser())).status_code for _ in range(5)]
    assert answers[:3] == [303] * 3
    assert answers[-1] == 429


async def test_the_operator_answers_and_others_do_not_see(stand: Stand) -> None:
    operator, teacher = stand.browser(), stand.browser()
    await operator.sign_in("orlova")
    page = (await operator.get("/operator/requests")).text
    assert "Письмо &lt;b&gt;не&lt;/b&gt; пришло" in page.replace("\u00a0", " ")
    assert 'href="/operator/requests"' in (await operator.get("/operator/requests")).text
    path = f"/operator/requests/{REQUEST}"
    short = await press(operator, path, words="да")
    assert (short.status_code, 'id="e-words"' in short.text) == (422, True)
    assert (await press(operator, path, words="Проверьте папку «Спам».")).status_code == 303
    assert sent(stand)[-1] == {"words": "Проверьте папку «Спам»."}
    stand.upstream.says(f"POST /support-requests/{REQUEST}/answer", {"type": "request_answered", "detail": "Уже ответили."}, 409)
    late = await press(operator, path, words="Ещё один ответ")
    assert (late.status_code, "Уже ответили." in late.text.replace("\u00a0", " "), "Ещё один ответ" in late.text) == (409, True, True)
    await teacher.sign_in("sokolova")
    assert (await teacher.get("/operator/requests")).status_code == 403
