"""Broker rights: what a service may name, and what it may not."""

import base64
import hashlib
import re

from deploy.keys import hashed
from deploy.rights import definitions, own_names, own_topics, with_admin


def test_a_service_rules_its_own_names_only() -> None:
    rights = own_names("reports", "dpo")
    for name in ("reports:enrollment.order_signed.v1", "reports.retry.5s", "reports.home"):
        assert all(re.search(rights[verb], name) for verb in ("configure", "write", "read"))
    for name in ("catalog:x", "reportsx.home", "xreports.home", "dpo.events2", "subscriber.reports.x", ""):
        assert not any(re.search(rights[verb], name) for verb in ("configure", "write", "read"))


def test_a_service_publishes_events_but_neither_declares_nor_binds_their_exchange() -> None:
    rights = own_names("catalog", "dpo")
    assert re.search(rights["write"], "dpo.events")
    assert not re.search(rights["configure"], "dpo.events")
    assert not re.search(rights["read"], "dpo.events")  # binding a queue of one's own needs to read the exchange


def test_only_reports_reads_the_archive() -> None:
    readers = [service for service in ("catalog", "notify", "reports") if re.search(own_names(service, "dpo")["read"], "dpo.archive")]
    assert readers == ["reports"]


def test_a_service_says_only_what_bears_its_name() -> None:
    write = own_topics("routes", "dpo")["write"]
    assert re.search(write, "routes.route_planned.v1")
    assert not re.search(write, "routesx.route_planned.v1")
    assert not re.search(write, "enrollment.routes.v1")


def test_every_user_of_a_virtual_host_has_a_topic_row() -> None:
    document = definitions("dpo", {"catalog": "a", "reports": "b"}, prefix="t_")
    users = {row["name"] for row in document["users"]}
    assert users == {row["user"] for row in document["topic_permissions"]} == {row["user"] for row in document["permissions"]}
    assert users == {"t_catalog", "t_reports"}


def test_a_service_may_see_what_is_bound_and_administer_nothing() -> None:
    document = with_admin(definitions("dpo", {"catalog": "a", "reports": "b"}), "admin", "secret")
    assert {row["name"]: row["tags"] for row in document["users"]} == {
        "admin": "administrator",
        "catalog": "management",
        "reports": "management",
    }


def test_no_password_stands_in_a_definitions_document() -> None:
    document = with_admin(definitions("dpo", {"catalog": "very secret"}), "admin", "most secret")
    assert "secret" not in str(document)
    stored = base64.b64decode(document["users"][1]["password_hash"])
    assert stored[4:] == hashlib.sha256(stored[:4] + b"very secret").digest()
    assert hashed("x", b"salt") != hashed("y", b"salt")


def test_the_administrator_gets_every_virtual_host() -> None:
    document = with_admin({"vhosts": [{"name": "a"}, {"name": "b"}]}, "admin")
    assert [row["vhost"] for row in document["permissions"] if row["user"] == "admin"] == ["a", "b"]
    assert document["users"] == []
