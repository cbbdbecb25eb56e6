"""A suite of the test's own on the session's broker, and other systems that subscribe to its events."""

import argparse
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.commands import subscriber
from deploy.keys import Keys
from deploy.suite import Places
from tests.support.servers import Servers

PERMITTED = "catalog.programme_published.v1"


@pytest.fixture
def places(servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """Where everything is; archive, queues and subscribers are nobody else's."""
    monkeypatch.setattr(subscriber, "SUBSCRIBERS", tmp_path / "subscribers.json")
    vhost = servers.create_vhost(f"deploy-{uuid4().hex[:8]}")
    return Places(servers.postgres_url, servers.broker, vhost, {}, 0, Keys(tmp_path / "secrets.json"), {})


def named(name: str, limit: int = 100) -> argparse.Namespace:
    """What is said of a subscriber on the command line."""
    return argparse.Namespace(name=name, topics=PERMITTED, ground=None, limit=limit)
