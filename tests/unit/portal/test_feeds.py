"""The feed of groups and the site map."""

from datetime import date, timedelta
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree as XML

from gateway.portal import feeds
from tests.unit.portal.register import EVIL, NOW, PORTAL, TODAY, group, register_card


def test_the_feed_tells_of_groups_that_can_be_applied_for_the_newest_first() -> None:
    listed = [
        group(1, enrolment_opens="2026-11-01"),
        group(2, enrolment_opens="2026-11-20"),
        group(3, enrolment="not_yet", enrolment_opens="2026-12-01"),
        group(4, enrolment="closed"),
        group(5, status="cancelled"),
    ]
    root = XML.fromstring(feeds.group_news(listed, portal=PORTAL, now=NOW))
    items = root.findall("channel/item")
    assert root.attrib["version"] == "2.0"
    assert [one.findtext("guid") for one in items] == [f"urn:uuid:00000000-0000-4000-8000-00000000000{n}" for n in (2, 1)]
    guid = items[0].find("guid")
    assert guid is not None
    assert guid.attrib == {"isPermaLink": "false"}
    assert items[0].findtext("title", "").startswith(EVIL)
    opened = parsedate_to_datetime(items[0].findtext("pubDate", ""))
    assert (opened.date(), opened.utcoffset()) == (date(2026, 11, 20), timedelta(hours=5))
    own = root.find(f"channel/{{{feeds.ATOM}}}link")
    assert own is not None
    assert own.attrib["href"] == f"{PORTAL}/groups.rss"
    later = XML.fromstring(feeds.group_news(reversed(listed), portal=PORTAL, now=NOW + timedelta(days=1)))
    assert [one.findtext("guid") for one in later.iter("item")] == [one.findtext("guid") for one in items]


def test_a_feed_with_characters_that_xml_does_not_know_is_still_xml() -> None:
    strange = group(1) | {"provider": {"id": "o1", "name": "Ин\x01ст\uffffитут", "short_name": ""}}
    root = XML.fromstring(feeds.group_news([strange], portal=PORTAL, now=NOW))
    assert root.findtext("channel/item/description", "").startswith("Институт.")


def test_the_site_map_names_every_card_and_when_it_changed_as_far_as_known() -> None:
    listed = [group(1, enrolment_opens="2026-11-20"), group(2, enrolment_opens="2026-12-20")]
    root = XML.fromstring(feeds.site_map([{"id": "p1"}, {"id": "p2"}], [register_card()], listed, portal=PORTAL, today=TODAY))
    names = {"s": feeds.SITEMAP}
    found = {one.findtext("s:loc", "", names): one.findtext("s:lastmod", None, names) for one in root.findall("s:url", names)}
    assert set(found) == {f"{PORTAL}{path}" for path in (*feeds.PAGES, "/programmes/p1", "/programmes/p2", "/organisations/o1")}
    assert found[f"{PORTAL}/programmes/p1"] == "2026-11-20"
    assert found[f"{PORTAL}/programmes/p2"] is None
    assert found[f"{PORTAL}/organisations/o1"] == "2026-11-21", "changed on the evening of the 20th in UTC"
    early = feeds.site_map([{"id": "p1"}], [], [group(2, enrolment_opens="2026-12-20")], portal=PORTAL, today=TODAY)
    assert b"<lastmod>2026-10-03</lastmod>" in early, "published on the evening of the 2nd in UTC, on the 3rd in the region"


def test_the_site_map_keeps_to_its_limit() -> None:
    many = ({"id": str(number)} for number in range(feeds.MOST_ADDRESSES + 5))
    assert feeds.site_map(many, [], [], portal=PORTAL, today=TODAY).count(b"<url>") == feeds.MOST_ADDRESSES
