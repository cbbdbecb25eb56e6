"""A saved search through the door: the address goes to notify, the search to catalog, and nobody writes to many."""

import re
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.service.gateway.conftest import PORTAL, Open, Stand
from tests.service.gateway.test_public_pages import DOCUMENT

EMAIL, SUBSCRIPTION = "m.ivanova@example.test", str(uuid4())
ASKED = "/programmes/subscription?q=математика&subject=mathematics&oktmo=75701000&has_seats=true"
NOBODY = {"items": [], "total": 0, "next": None, "corrected": None, "understood": [], "nearest": [], "facets": {}}


@pytest_asyncio.fixture
async def stand(opened: Open) -> Stand:
    stand = await opened(GATEWAY_OPENAPI_FILE=str(DOCUMENT), GATEWAY_SUBSCRIBE_BURST="3")
    stand.upstream.says("GET /dictionaries", {"terms": {}, "municipalities": [], "hours_minima": []})
    stand.upstream.says("GET /programmes", NOBODY)
    stand.upstream.says("POST /saved-searches", {"subscription_id": SUBSCRIPTION}, 201)
    stand.upstream.says("POST /subscriptions", None, 202)
    return stand


def told(stand: Stand, service: str) -> list[Any]:
    return [one.body for one in stand.upstream.heard if one.service == service and one.method == "POST"]


async def subscribe(stand: Stand, email: str = EMAIL, path: str = ASKED) -> Any:
    return await stand.browser().send("POST", path, data={"email": email}, headers={"origin": PORTAL})


async def test_the_address_goes_to_notify_alone_and_the_search_to_catalog(stand: Stand) -> None:
    response = await subscribe(stand)
    assert (response.status_code, response.headers["location"].partition("?")[0]) == (303, "/programmes")
    (search,), (address,) = told(stand, "catalog"), told(stand, "notify")
    assert search == {"q": "математика", "subject": ["mathematics"], "oktmo": ["75701000"], "has_seats": True}
    assert (address["email"], address["subscription_id"], address["person_id"]) == (EMAIL, SUBSCRIPTION, None)
    assert address["path"] == response.headers["location"]
    assert EMAIL not in str(search)
    assert {one.caller.role for one in stand.upstream.heard if one.method == "POST"} == {"gateway"}


async def test_one_visitor_cannot_make_us_write_to_many(stand: Stand) -> None:
    answers = [(await subscribe(stand, f"someone{number}@example.test")).status_code for number in range(5)]
    assert answers == [303, 303, 303, 429, 429]
    assert len(told(stand, "notify")) == 3
    assert (await stand.browser().get(ASKED)).status_code == 200


@pytest.mark.parametrize("email", ["nobody", "a b@example.test", "a,b@example.test", "a..b@example.test", "иван@example.test"])
async def test_a_wrong_address_is_said_at_the_field_and_what_was_typed_stays(stand: Stand, email: str) -> None:
    response = await subscribe(stand, email)
    assert (response.status_code, told(stand, "catalog"), told(stand, "notify")) == (422, [], [])
    assert 'aria-invalid="true"' in response.text
    assert f'value="{email}"' in response.text
    assert 'id="e-email"' in response.text


async def test_what_notify_says_of_an_address_stands_at_the_field(stand: Stand) -> None:
    errors = [{"field": "email", "code": "email", "message": "Такого адреса нет."}]
    stand.upstream.says("POST /subscriptions", {"type": "malformed", "detail": "Проверьте отмеченные поля.", "errors": errors}, 422)
    page = (await subscribe(stand)).text.replace("\u00a0", " ")
    assert "Такого адреса нет." in page.partition('id="e-email"')[2]


async def test_a_search_that_may_not_be_kept_is_said_on_the_page(stand: Stand) -> None:
    errors = [{"field": "q", "code": "invalid", "message": "Уберите из запроса адреса."}]
    stand.upstream.says("POST /saved-searches", {"type": "invalid", "detail": "Уберите из запроса адреса.", "errors": errors}, 422)
    response = await subscribe(stand)
    assert response.status_code == 422
    assert "Уберите из" in response.text
    assert told(stand, "notify") == []


async def test_another_site_cannot_subscribe_anybody(stand: Stand) -> None:
    response = await stand.browser().send("POST", ASKED, data={"email": EMAIL}, headers={"origin": "https://elsewhere.test"})
    assert (response.status_code, told(stand, "notify")) == (403, [])


async def test_opening_a_link_confirms_nothing_and_pressing_does(stand: Stand) -> None:
    token = uuid4().hex + ".signature"
    stand.upstream.says("POST /subscriptions/confirmation", {"title": "математика", "path": "/programmes?q=x"})
    page = await stand.browser().get(f"/subscriptions/{token}")
    assert (page.status_code, told(stand, "notify")) == (200, [])
    (action,) = re.findall(rf'action="(/subscriptions/{token}[^"]*)"', page.text)
    confirmed = await stand.browser().send("POST", action, headers={"origin": PORTAL})
    assert "Подписка подтверждена" in confirmed.text
    assert told(stand, "notify") == [{"token": token}]


async def test_a_mail_program_ends_a_subscription_by_one_press_without_a_page(stand: Stand) -> None:
    stand.upstream.says("POST /subscriptions/end", None, 204)
    form = {"List-Unsubscribe": "One-Click"}
    response = await stand.browser().send("POST", "/subscriptions/abc/end", data=form)
    assert (response.status_code, told(stand, "notify")) == (200, [{"token": "abc"}])


@pytest.mark.parametrize("status", [404, 422])
async def test_a_link_that_is_spent_or_no_link_at_all_is_said_as_a_page(stand: Stand, status: int) -> None:
    detail = {"type": "link_spent", "detail": "Ссылка уже использована или больше не действует."}
    stand.upstream.says("POST /subscriptions/confirmation", detail, status)
    response = await stand.browser().send("POST", "/subscriptions/x", headers={"origin": PORTAL, "accept": "text/html"})
    assert response.status_code == 404
    assert "<h1>Ссылка уже использована" in response.text.replace("\u00a0", " ")


async def test_a_search_in_vain_shows_what_is_open_and_offers_to_wait(stand: Stand) -> None:
    response = await stand.browser().get("/programmes?q=робототехника")
    assert "/programmes/subscription?q=" in response.text
    asked = [one for one in stand.upstream.heard if one.path == "/programmes"]
    assert len(asked) == 2


async def test_a_search_without_conditions_is_not_offered(stand: Stand) -> None:
    assert "/programmes/subscription" not in (await stand.browser().get("/programmes?sort=hours")).text
    assert "Открыть поиск программ" in (await stand.browser().get("/programmes/subscription")).text
