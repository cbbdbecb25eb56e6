"""What each user of the broker may do, as a definitions document that RabbitMQ imports."""

import re
from collections.abc import Mapping
from typing import Any

from deploy.keys import hashed
from shared.messaging.topology import ARCHIVE, EVENTS

Definitions = dict[str, list[dict[str, Any]]]


def user(name: str, password: str, *, tags: str = "") -> dict[str, Any]:
    """A user whose password the broker gets to see only as a hash."""
    return {"name": name, "password_hash": hashed(password), "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": tags}


def permission(name: str, vhost: str, *, configure: str, write: str, read: str) -> dict[str, str]:
    """What a user may declare, publish to and consume from in a virtual host, as patterns of names."""
    return {"user": name, "vhost": vhost, "configure": configure, "write": write, "read": read}


def everything(name: str, vhost: str) -> dict[str, str]:
    """An administrator's permission in a virtual host."""
    return permission(name, vhost, configure=".*", write=".*", read=".*")


def own_names(service: str, vhost: str, *, prefix: str = "") -> dict[str, str]:
    """A service configures and reads its own queues and exchanges, and publishes to these and to the exchange of events."""
    own = rf"{re.escape(service)}[.:].*"
    archive = rf"|{re.escape(ARCHIVE)}" if service == "reports" else ""
    return permission(prefix + service, vhost, configure=f"^{own}$", write=rf"^({re.escape(EVENTS)}|{own})$", read=f"^({own}{archive})$")


def own_topics(service: str, vhost: str, *, prefix: str = "") -> dict[str, str]:
    """A service publishes topics of its own name only; a user without such a row might publish any."""
    return {"user": prefix + service, "vhost": vhost, "exchange": EVENTS, "write": rf"^{re.escape(service)}\.", "read": ".*"}


def definitions(vhost: str, passwords: Mapping[str, str], *, prefix: str = "") -> Definitions:
    """A virtual host with its services, given by name and password; their users are named after them, behind the prefix."""
    return {
        "vhosts": [{"name": vhost}],
        "users": [user(prefix + service, password, tags="management") for service, password in passwords.items()],  # may see what is bound
        "permissions": [own_names(service, vhost, prefix=prefix) for service in passwords],
        "topic_permissions": [own_topics(service, vhost, prefix=prefix) for service in passwords],
    }


def with_admin(document: Definitions, name: str, password: str | None = None) -> Definitions:
    """The document with an administrator of every virtual host in it, created when a password is given."""
    made = [user(name, password, tags="administrator")] if password else []
    return {
        **document,
        "users": [*made, *document.get("users", [])],
        "permissions": [*(everything(name, vhost["name"]) for vhost in document.get("vhosts", [])), *document.get("permissions", [])],
    }
