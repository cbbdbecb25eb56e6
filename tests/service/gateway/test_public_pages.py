"""The public pages over the public API: what they ask, what they hand out, and what they do when there is nothing."""

import gzip
import re
from pathlib import Path
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree as XML

import pytest
import pytest_asyncio
from aiohttp import web

import gateway
from gateway.portal import feeds
from tests.service.gateway.conftest import PORTAL, Open, Stand

DOCUMENT = Path(next(iter(gateway.__path__))) / "openapi.json"
ORGANISATION, GROUP = str(uuid4()), str(uuid4())
PROVIDER = {"code": "provider", "title": "Организация ДПО", "short": "организация ДПО"}
FACETS: dict[str, list[Any]] = {"kind": [{"value": "provider", "title": "Организация ДПО", "count": 1, "chosen": True}], "oktmo": []}
LISTED = {
    "id": ORGANISATION,
    "code": "institute",
    "kind": PROVIDER,
    "name": "Институт <b>развития</b>",
    "short_name": "Институт",
    "previous_name": None,
    "valid_from": "2020-01-01",
    "inn": None,
    "kpp": None,
    "ogrn": None,
    "oktmo": "75701000",
    "municipality": "Челябинский ГО",
    "authority_id": None,
    "agency_id": None,
    "address": None,
    "site": None,
    "phone": None,
    "email": None,
    "founder": None,
    "licence": None,
    "changed_at": "2026-11-20T20:00:00Z",
    "status": "active",
    "merged_into": None,
    "revision": 1,
}
NAMES: list[dict[str, Any]] = [{"valid_from": "2020-01-01", "name": LISTED["name"], "short_name": "Институт"}]
CARD: dict[str, Any] = LISTED | {"names": NAMES, "above": [], "programmes": 0}
OPEN_GROUP = {
    "id": GROUP,
    "starts": "2030-12-01",
    "ends": "2030-12-18",
    "enrolment_opens": "2020-11-01",
    "enrolment_closes": "2030-11-28",
    "enrolment": "open",
    "capacity_asked": 25,
    "form": {"code": "full_time", "title": "Очная", "short": "очно"},
    "municipality": None,
    "place": None,
    "status": "announced",
    "seats": None,
    "programme": {"id": str(uuid4()), "code": "ПК-1", "title": "Дроби & проценты", "hours": 36, "published_at": None},
    "provider": {"id": ORGANISATION, "name": "Институт", "short_name": "Институт"},
}


@pytest_asyncio.fixture
async def public(opened: Open) -> Stand:
    """A gateway with the whole public API before a catalogue of one organisation and one group."""
    stand = await opened(GATEWAY_OPENAPI_FILE=str(DOCUMENT))
    stand.upstream.says("GET /dictionaries", {"terms": {}, "municipalities": [], "hours_minima": []})
    stand.upstream.says("GET /organisations", {"items": [LISTED], "next": None, "total": 1, "facets": FACETS})
    stand.upstream.says(f"GET /organisations/{ORGANISATION}", CARD)
    stand.upstream.says("GET /programmes", {"items": [], "total": 0, "next": None, "facets": {}})
    for kind in ("events", "news", "documents", "notices", "procedures"):
        stand.upstream.says(f"GET /{kind}", {"items": [], "total": 0, "next": None, "facets": {}})
    stand.upstream.says("GET /groups", {"items": [OPEN_GROUP], "next": None})
    stand.upstream.says(f"GET /groups/{GROUP}", OPEN_GROUP | {"timetable": [], "revision": 1})
    return stand


def asks(stand: Stand, path: str) -> list[dict[str, str]]:
    """Lets a list answer as before, and remembers what it was asked."""
    before, asked = stand.upstream.answers[f"GET {path}"], list[dict[str, str]]()

    async def answer(request: web.Request) -> web.Response:
        asked.append(dict(request.query))
        return await before(request)

    stand.upstream.answers[f"GET {path}"] = answer
    return asked


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("/organisations", {"kind": "provider"}),
        ("/organisations?kind=school&oktmo=75701000", {"kind": "school", "oktmo": "75701000"}),
        ("/organisations?q=101", {"q": "101"}),
        ("/organisations?kind=all", {}),
        ("/organisations?kind=all&closed=true", {}),
        ("/organisations?kind=nobody&oktmo=1'&authority=x", {"kind": "provider"}),
        (f"/organisations?authority={ORGANISATION}", {"authority_id": ORGANISATION}),
    ],
)
async def test_the_registers_address_is_the_question(public: Stand, address: str, wanted: dict[str, str]) -> None:
    asked = asks(public, "/organisations")
    response = await public.browser().get(address)
    assert response.status_code == 200
    assert "Институт &lt;b&gt;развития" in response.text
    working = {} if "closed" in address else {"status": "active"}
    assert asked == [wanted | working | {"limit": "20"}]


async def test_a_page_leads_to_the_next_with_the_whole_question(public: Stand) -> None:
    public.upstream.says("GET /organisations", {"items": [LISTED], "next": "abc=", "total": 2, "facets": FACETS})
    html = (await public.browser().get("/organisations?q=институт&kind=all")).text
    [following] = re.findall(r'href="([^"]*)" rel="next"', html)
    asked = asks(public, "/organisations")
    await public.browser().get(following.replace("&amp;", "&"))
    assert asked == [{"q": "институт", "cursor": "abc=", "status": "active", "limit": "20"}]


async def test_a_cursor_of_nobody_begins_the_list_again(public: Stand) -> None:
    before = public.upstream.answers["GET /organisations"]

    async def answer(request: web.Request) -> web.Response:
        if "cursor" in request.query:
            return web.json_response({"type": "invalid"}, status=422)
        return await before(request)

    public.upstream.answers["GET /organisations"] = answer
    response = await public.browser().get("/organisations?cursor=x")
    assert response.status_code == 200
    assert "Институт" in response.text


async def test_a_card_stands_without_its_lists(public: Stand) -> None:
    for path in ("/programmes", "/groups", "/organisations"):
        public.upstream.says(f"GET {path}", {"type": "unavailable"}, 503)
    response = await public.browser().get(f"/organisations/{ORGANISATION}")
    assert response.status_code == 200
    assert "Каталог не" in response.text
    assert response.headers["content-security-policy"].startswith("default-src 'self'")


async def test_a_merged_organisation_promises_nothing(public: Stand) -> None:
    names = [{**CARD["names"][0], "valid_from": "2010-01-01"}, {"valid_from": "2000-01-01", "name": "Курсы", "short_name": "Курсы"}]
    gone = CARD | {"status": "merged", "merged_into": ORGANISATION, "names": names}
    public.upstream.says(f"GET /organisations/{ORGANISATION}", gone)
    public.upstream.says("GET /groups", {"items": [], "next": None})
    html = (await public.browser().get(f"/organisations/{ORGANISATION}")).text.replace("\u00a0", " ")
    assert "Присоединена к другой организации: <a" in html
    assert "Идёт запись" not in html
    assert "ещё не разместила" not in html
    former = html.partition("Как называлась раньше")[2].partition("</section>")[0]
    assert ("Курсы" in former, "Институт" in former) == (True, False)


@pytest.mark.parametrize("path", [f"/organisations/{uuid4()}", "/organisations/x", f"/groups/{uuid4()}.ics", "/groups/x.ics"])
async def test_what_is_not_there_is_said_as_a_page(public: Stand, path: str) -> None:
    public.upstream.says(f"GET {path.removesuffix('.ics')}", {"type": "not_found", "detail": "Такого нет."}, 404)
    response = await public.browser().get(path, headers={"accept": "text/html"})
    assert response.status_code == 404
    assert "<h1>" in response.text


async def test_a_groups_calendar_is_a_file(public: Stand) -> None:
    response = await public.browser().get(f"/groups/{GROUP}.ics")
    assert response.headers["content-type"] == "text/calendar; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="group-2030-12-01.ics"'
    assert f"UID:urn:uuid:{GROUP}\r\n" in response.text
    assert "DTEND;VALUE=DATE:20301219\r\n" in response.text


async def test_the_site_map_reads_every_page_once_and_is_kept(public: Stand) -> None:
    more = LISTED | {"id": str(uuid4())}

    async def two_pages(request: web.Request) -> web.Response:
        first = {"items": [LISTED], "next": "second", "facets": FACETS}
        return web.json_response({"items": [more], "next": None, "facets": FACETS} if request.query.get("cursor") == "second" else first)

    public.upstream.answers["GET /organisations"] = two_pages
    asked = asks(public, "/organisations")
    guest = public.browser()
    response = await guest.get("/sitemap.xml")
    found = {one.text for one in XML.fromstring(response.text).iter(f"{{{feeds.SITEMAP}}}loc")}
    assert {f"{PORTAL}/organisations/{one['id']}" for one in (LISTED, more)} < found
    assert [one.get("cursor") for one in asked] == [None, "second"]
    again = await guest.get("/sitemap.xml", headers={"if-none-match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert len(asked) == 2


async def test_feeds_say_the_same_to_everybody(public: Stand) -> None:
    browser = public.browser()
    await browser.sign_in("orlova")
    response = await browser.get("/groups.rss")
    assert response.headers["content-type"] == "application/rss+xml; charset=utf-8"
    assert XML.fromstring(response.text).findtext("channel/item/title", "").startswith("Дроби & проценты")
    assert public.upstream.last("catalog").caller.subject == "guest"


@pytest.mark.parametrize(
    ("path", "kind", "words"),
    [
        ("/robots.txt", "text/plain; charset=utf-8", f"Sitemap: {PORTAL}/sitemap.xml"),
        ("/open-data/asyncapi.json", "application/json; charset=utf-8", "catalog.group_announced"),
        ("/open-data", "text/html; charset=utf-8", f"curl -fsS {PORTAL}/api/v1/dictionaries"),
    ],
)
async def test_what_machines_read_first_is_there(public: Stand, path: str, kind: str, words: str) -> None:
    response = await public.browser().get(path, headers={"accept-encoding": "gzip"})
    assert (response.status_code, response.headers["content-type"]) == (200, kind)
    assert words in response.text


async def test_a_document_is_packed_for_whoever_unpacks(public: Stand) -> None:
    async with public.gateway.client.stream("GET", "/open-data/asyncapi.json", headers={"accept-encoding": "gzip"}) as response:
        packed = b"".join([part async for part in response.aiter_raw()])
    plain = await public.browser().get("/open-data/asyncapi.json", headers={"accept-encoding": "identity"})
    assert gzip.decompress(packed) == plain.content


def said(html: str, path: str) -> Any:
    return re.findall(rf'<a href="{re.escape(path)}"', html)


async def test_the_portal_leads_to_its_organisations_and_open_data(public: Stand) -> None:
    html = (await public.browser().get("/help")).text
    assert said(html, "/organisations")
    assert said(html, "/open-data")
