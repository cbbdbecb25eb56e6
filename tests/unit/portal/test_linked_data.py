"""Cards of organisations and programmes, for people and as linked data; no text of theirs becomes markup."""

import json
from html.parser import HTMLParser
from typing import Any

import pytest

from gateway.portal.linked_data import course, organisation, script
from tests.unit.portal.register import ABOVE, EVIL, PORTAL, coded, group, programme, register_card, shown


class Scripts(HTMLParser):
    """The script elements of a page as a browser sees them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found, self.inside = list[tuple[dict[str, str | None], str]](), False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag == "script"
        if self.inside:
            self.found.append((dict(attrs), ""))

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            attributes, text = self.found[-1]
            self.found[-1] = (attributes, text + data)


def linked(html: str) -> Any:
    """The one JSON-LD object of a page; nothing else in it may be a script of its own."""
    scripts = Scripts(html).found
    assert all("src" in attributes for attributes, _ in scripts if attributes.get("type") != "application/ld+json")
    [text] = [text for attributes, text in scripts if attributes.get("type") == "application/ld+json"]
    return json.loads(text)


def card_page(card: dict[str, Any], **changed: Any) -> str:
    facts: dict[str, Any] = {
        "organisation": card,
        "teaches": True,
        "above": ABOVE,
        "agency": None,
        "successor": None,
        "former": card["names"][1:],
        "programmes": {"items": []},
        "groups": [group(1)],
        "groups_shown": 6,
        "events": {"items": [], "total": 0},
        "beneath": {"items": [], "next": None},
        "beneath_href": "/organisations?kind=all",
        "address": f"{PORTAL}/organisations/o1",
        "json_ld": script(organisation(card, ABOVE, portal=PORTAL)),
    }
    return shown("organisation.html", **{**facts, **changed})


def test_an_organisations_card_says_what_it_is_and_no_text_becomes_markup() -> None:
    html = card_page(register_card())
    for words in ("Прежний институт", "7451234567", "1027400000000", 'href="/organisations/o0"', "institute.example"):
        assert words in html
    assert "<script>alert" not in html
    assert 'href="/programmes?provider=o1"' in html
    said = linked(html)
    assert (said["@context"], said["@type"], said["name"]) == ("https://schema.org", "EducationalOrganization", EVIL)
    assert said["alternateName"] == ["Институт", "Прежний институт"]
    assert said["taxID"] == "7451234567"
    assert said["identifier"] == [{"@type": "PropertyValue", "propertyID": "ОГРН", "value": "1027400000000"}]
    assert said["parentOrganization"]["@type"] == "GovernmentOrganization"
    assert said["address"]["addressCountry"] == "RU"


def test_what_is_not_known_is_neither_shown_nor_said() -> None:
    bare = register_card(inn=None, ogrn=None, site=None, phone=None, email=None, address=None, municipality=None, names=[], programmes=0)
    html = card_page(bare, above=None, groups=None, programmes=None, json_ld=script(organisation(bare, None, portal=PORTAL)))
    assert "в&nbsp;реестре не&nbsp;указаны" in html.replace("\u00a0", "&nbsp;")
    assert "None" not in html
    assert not {"taxID", "identifier", "sameAs", "parentOrganization"} & set(linked(html))


@pytest.mark.parametrize(("status", "words"), [("merged", "Присоединена"), ("closed", "Организация закрыта")])
def test_an_organisation_that_is_gone_says_so(status: str, words: str) -> None:
    assert words in card_page(register_card(status=status))


def test_a_programme_is_a_course_with_an_instance_for_every_group_that_takes_people() -> None:
    groups = [
        group(1),
        group(2, enrolment="not_yet", form=coded("distance"), seats=None),
        group(3, enrolment="closed"),
        group(4, seats={"capacity": 5, "held": 0, "taken": 5, "free": 0}, form=coded("blended")),
    ]
    said = json.loads(script(course(programme(), groups, portal=PORTAL)))
    assert (said["@type"], said["name"], said["courseCode"]) == ("Course", EVIL, "ПК-26-0107")
    assert said["provider"] == {
        "@type": "EducationalOrganization",
        "@id": f"{PORTAL}/organisations/o1",
        "url": f"{PORTAL}/organisations/o1",
        "name": "Институт",
    }
    assert said["educationalCredentialAwarded"] == "Удостоверение о повышении квалификации"
    assert said["audience"] == {"@type": "EducationalAudience", "educationalRole": "teacher", "audienceType": "Учитель"}
    assert said["teaches"] == [{"@type": "DefinedTerm", "termCode": "ПРЕД-1", "name": "Числа"}]
    assert said["offers"]["category"] == "Free"
    assert "educationalLevel" not in said
    first, coming, full = said["hasCourseInstance"]
    assert [one["courseMode"] for one in (first, coming, full)] == ["Onsite", "Online", "Blended"]
    assert (first["startDate"], first["endDate"], first["courseWorkload"]) == ("2026-12-01", "2026-12-18", "PT36H")
    assert (first["maximumAttendeeCapacity"], first["remainingAttendeeCapacity"]) == (25, 10)
    stock = [one["offers"]["availability"].rpartition("/")[2] for one in (first, coming, full)]
    assert stock == ["InStock", "PreOrder", "SoldOut"]
    assert coming["location"]["@type"] == "VirtualLocation"


def test_a_paid_course_says_its_price() -> None:
    said = course(programme(fee=4800), [group(1)], portal=PORTAL)
    assert said["isAccessibleForFree"] is False
    assert said["hasCourseInstance"][0]["offers"] | {"url": ""} == {
        "@type": "Offer",
        "category": "Paid",
        "price": 4800,
        "priceCurrency": "RUB",
        "url": "",
        "availability": "https://schema.org/InStock",
        "availabilityStarts": "2026-11-01",
        "availabilityEnds": "2026-11-28",
    }


def test_no_text_ends_the_script_element() -> None:
    text = script({"name": "</ScRiPt><!--<script>]]>&amp;\u2028"})
    assert not set("<>&") & set(text)
    assert json.loads(text)["name"] == "</ScRiPt><!--<script>]]>&amp;\u2028"
    assert linked(f'<script type="application/ld+json">{text}</script>')["name"].startswith("</ScRiPt>")
