"""The operator's register and dictionaries, a provider's contacts, and demand, as their pages ask and answer."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from tests.service.gateway.conftest import Browser, Open, Stand, Upstream
from tests.service.gateway.test_public_pages import CARD, DOCUMENT, LISTED, ORGANISATION
from tests.unit.portal.register import TODAY

PROVIDER, DRAFT = UUID(ORGANISATION), str(uuid4())
VALID = {"valid_from": "2000-01-01", "valid_to": None, "in_force": True}
PHYSICS = {"dictionary": "subject", "code": "physics", "title": "Физика", "short": "физика", **VALID}
LISTS = {
    "terms": {"subject": [PHYSICS], "organisation_kind": [{**PHYSICS, "code": "provider", "title": "Организация ДПО"}]},
    "municipalities": [{"oktmo": "75701000", "name": "Ч", "kind": "ГО", "title": "Челябинский ГО", "successor": None, **VALID}],
    "hours_minima": [],
}
CHANGE = {"revision": 2, "changed_at": "2026-11-20T20:00:00Z", "role": "operator", "changes": {"phone": [None, "+7 351 200-00-00"]}}
DEMAND = {
    "as_of": "2026-11-20T20:00:00Z",
    "threshold": 5,
    "searches": [{"lexemes": ["физика"], "facets": {"subject": ["physics"], "has_seats": ["true"]}, "count": 12, "last_on": "2026-11-19"}],
    "waiting": [{"programme_id": str(uuid4()), "title": "Ждут", "provider": "Институт", "groups": 1, "waiting": 7}],
    "deficits": [{"competence": "М1", "title": "Оценивание", "at_least": 15}],
}


@pytest_asyncio.fixture
async def stand(opened: Open, upstream: Upstream) -> Stand:
    places = {name: f"{upstream.url}/{name}" for name in ("catalog", "enrollment", "notify", "reports")}
    stand = await opened(GATEWAY_OPENAPI_FILE=str(DOCUMENT), GATEWAY_UPSTREAMS=json.dumps(places))
    stand.upstream.says("GET /dictionaries", LISTS)
    stand.upstream.says("GET /organisations", {"items": [LISTED], "next": None, "total": 1, "facets": {"kind": [], "oktmo": []}})
    stand.upstream.says(f"GET /organisations/{ORGANISATION}", CARD)
    stand.upstream.says(f"GET /organisations/{ORGANISATION}/changes", {"items": [CHANGE]})
    stand.upstream.says("GET /reports/demand", DEMAND)
    stand.upstream.says("GET /drafts", {"items": []})
    return stand


@pytest_asyncio.fixture
async def operator(stand: Stand) -> Browser:
    browser = stand.browser()
    await browser.sign_in("orlova")
    return browser


async def press(browser: Browser, path: str, **fields: str) -> Any:
    token = (await browser.get("/api/v1/session")).json()["csrf_token"]
    return await browser.send("POST", path, data={**fields, "csrf_token": token}, headers={"origin": "http://127.0.0.1:8000"})


def told(stand: Stand, method: str) -> list[Any]:
    return [(one.path, one.body) for one in stand.upstream.heard if one.service == "catalog" and one.method == method]


async def test_the_operator_finds_and_edits_with_the_history_below(stand: Stand, operator: Browser) -> None:
    assert f"/operator/organisations/{ORGANISATION}" in (await operator.get("/operator/organisations?q=институт")).text
    page = (await operator.get(f"/operator/organisations/{ORGANISATION}")).text.replace("\u00a0", " ")
    assert 'name="base_revision" value="1"' in page
    assert "Телефон: не было → +7 351 200-00-00" in page


async def test_a_rename_from_a_day_and_a_licence_are_sent_whole(stand: Stand, operator: Browser) -> None:
    stand.upstream.says(f"PUT /organisations/{ORGANISATION}", CARD)
    typed = {"code": "institute", "name": "Новое", "short_name": "Н", "valid_from": "2026-11-01", "base_revision": "1", "status": "active"}
    licence = {"licence_number": "Л035", "licence_issued": "2020-02-14", "licence_authority": "Министерство", "licence_status": "active"}
    response = await press(operator, f"/operator/organisations/{ORGANISATION}", **typed, **licence)
    assert response.status_code == 303, response.text
    ((_, body),) = told(stand, "PUT")
    assert (body["valid_from"], body["kind"]) == ("2026-11-01", "provider")
    sent = next(one for one in stand.upstream.heard if one.method == "PUT")
    assert {name.lower(): value for name, value in sent.headers.items()}["if-match"] == '"1"'
    assert body["licence"] == {"number": "Л035", "issued": "2020-02-14", "authority": "Министерство", "status": "active"}


async def test_what_another_editor_changed_is_shown_beside_what_was_typed(stand: Stand, operator: Browser) -> None:
    stand.upstream.says(f"GET /organisations/{ORGANISATION}", CARD | {"revision": 4, "founder": "Область"})
    detail = "Пока вы правили, запись изменил кто-то другой."
    stand.upstream.says(f"PUT /organisations/{ORGANISATION}", {"type": "stale", "detail": detail}, 412)
    typed = {"code": "institute", "name": "Моё", "short_name": "М", "founder": "Город", "base_revision": "1", "status": "active"}
    response = await press(operator, f"/operator/organisations/{ORGANISATION}", **typed)
    page = response.text.replace("\u00a0", " ")
    assert response.status_code == 412
    assert 'value="Моё"' in page
    assert "Сейчас в реестре: Область" in page
    assert 'name="base_revision" value="4"' in page


async def test_an_unfinished_form_is_kept_listed_and_opened_again(stand: Stand, operator: Browser) -> None:
    kept: dict[str, Any] = {
        "id": DRAFT,
        "kind": "organisation",
        "object_id": None,
        "base_revision": None,
        "revision": 1,
        "own": True,
        "title": "Новый центр",
    }
    kept |= {"saved_at": "2026-11-24T09:30:00Z", "fields": {"kind": ["provider"], "name": ["Новый центр"], "inn": ["74"]}}
    for method, answer in (("PUT", kept), ("GET", kept)):
        stand.upstream.says(f"{method} /drafts/{DRAFT}", answer)
    stand.upstream.says("GET /drafts", {"items": [kept]})
    typed = {"draft": DRAFT, "draft_kind": "organisation", "kind": "provider", "name": "Новый центр", "inn": "74"}
    response = await press(operator, "/operator/organisations/new", do="keep", **typed)
    form = f"/operator/organisations/new?draft={DRAFT}"
    assert (response.status_code, response.headers["location"]) == (303, form)
    ((path, body),) = told(stand, "PUT")
    assert (path, body) == (f"/drafts/{DRAFT}", {"kind": "organisation", "fields": kept["fields"]})
    assert f'href="{form}">Новый центр' in (await operator.get("/operator/organisations")).text.replace("\u00a0", " ")
    page = (await operator.get(form)).text
    assert f'data-autosave="/drafts/{DRAFT}"' in page
    assert ('value="Новый центр"' in page.replace("\u00a0", " "), 'value="74"' in page) == (True, True)


async def test_refusals_stand_at_the_fields(stand: Stand, operator: Browser) -> None:
    errors = [
        {"field": "inn", "code": "invalid", "message": "Проверьте ИНН."},
        {"field": "licence.issued", "code": "x", "message": "Дата."},
    ]
    stand.upstream.says("POST /organisations", {"type": "invalid", "detail": "Проверьте.", "errors": errors}, 422)
    response = await press(operator, "/operator/organisations/new", code="x", name="Х", short_name="Х", kind="provider", licence_number="1")
    assert response.status_code == 422
    assert 'id="e-inn"' in response.text
    assert 'id="e-licence_issued"' in response.text
    for code in ("nobody", "нет такого"):
        unknown = await press(operator, "/operator/organisations/new", code="x", name="Х", short_name="Х", kind="provider", authority=code)
        assert (unknown.status_code, 'id="e-authority"' in unknown.text, f'value="{code}"' in unknown.text) == (422, True, True)


async def test_a_dictionary_is_changed_from_a_day_on_and_closed(stand: Stand, operator: Browser) -> None:
    for path in ("terms", "closings"):
        stand.upstream.says(f"POST /dictionaries/subject/{path}", LISTS)
    day = TODAY.isoformat()
    assert "Изменить" in (await operator.get("/operator/dictionaries?name=subject")).text
    page = {"at_name": "subject", "at_code": "physics", "code": "physics"}
    assert (await press(operator, "/operator/dictionaries", **page, title="Естествознание", short="", valid_from=day)).status_code == 303
    assert (await press(operator, "/operator/dictionaries", **page, valid_to=day, close="1")).status_code == 303
    assert told(stand, "POST") == [
        ("/dictionaries/subject/terms", {"code": "physics", "title": "Естествознание", "short": None, "valid_from": day}),
        ("/dictionaries/subject/closings", {"code": "physics", "valid_to": day}),
    ]
    errors = [{"field": "valid_from", "code": "invalid", "message": "Новое не может быть раньше."}]
    stand.upstream.says("POST /dictionaries/subject/terms", {"type": "invalid", "detail": "Нет.", "errors": errors}, 422)
    refused = await press(operator, "/operator/dictionaries", **page, title="Набрано", valid_from="1990-01-01")
    assert (refused.status_code, 'id="e-valid_from"' in refused.text, 'value="Набрано"' in refused.text) == (422, True, True)


async def test_a_municipality_with_its_predecessors_is_told_as_a_list(stand: Stand, operator: Browser) -> None:
    stand.upstream.says("POST /municipalities", LISTS)
    fields = {"at_name": "municipalities", "oktmo": "75799000", "name": "Х", "kind": "округ", "valid_from": "2027-01-01"}
    assert (await press(operator, "/operator/dictionaries", **fields, succeeds="75742000, 75701000")).status_code == 303
    assert told(stand, "POST")[0][1]["succeeds"] == ["75742000", "75701000"]


async def test_demand_is_said_in_words_and_leads_to_the_search(stand: Stand, operator: Browser) -> None:
    page = (await operator.get("/provider/demand")).text.replace("\u00a0", " ")
    for words in ("12 поисков остались без ответа", "Физика, Есть места", "subject=physics", "Ждут", "от 15"):
        assert words in page


@pytest.mark.parametrize("path", ["/operator/organisations", "/operator/organisations/new", "/operator/dictionaries", "/provider/demand"])
async def test_these_pages_are_not_for_a_teacher(stand: Stand, path: str) -> None:
    browser = stand.browser()
    await browser.sign_in("sokolova")
    assert (await browser.get(path, headers={"accept": "text/html"})).status_code == 403
    assert (await stand.browser().get(path)).status_code == 303
