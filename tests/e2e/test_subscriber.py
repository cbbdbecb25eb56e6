"""Another module of the state system, written with nothing of ours: plain pika and the cloudevents package."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pika
import pytest
from cloudevents.core.formats.json import JSONFormat
from jsonschema import Draft202012Validator

from tests.e2e.conftest import HEARD, Loop

SCHEMAS = Path(__file__).parents[2] / "shared/contracts/schemas"
QUEUE = "subscriber.journal"


@pytest.fixture(scope="module")
def received(loop: Loop) -> list[Any]:
    """Everything in the module's queue, read as a stranger would."""
    connection = pika.BlockingConnection(pika.URLParameters(loop.subscriber))
    channel = connection.channel()
    events = []
    while True:
        method, properties, body = channel.basic_get(QUEUE)
        if method is None:
            break
        assert properties.content_type == "application/cloudevents+json"
        assert properties.delivery_mode == 2
        events.append(JSONFormat().read(None, body))
        channel.basic_ack(method.delivery_tag)
    connection.close()
    return events


def test_every_event_of_the_loop_is_understood(received: list[Any]) -> None:
    assert {event.get_type() for event in received} >= set(HEARD) - {"catalog.programme_published.v1"}
    for event in received:
        schema = json.loads((SCHEMAS / f"{event.get_type()}.json").read_text("utf-8"))
        assert event.get_dataschema() == schema["$id"]
        Draft202012Validator(schema).validate(event.get_data())
        assert event.get_extension("dporevision") >= 1
        assert event.get_extension("traceparent")


def test_a_topic_that_was_not_given_never_comes(received: list[Any]) -> None:
    assert {event.get_type() for event in received} <= set(HEARD)


def test_the_story_of_an_application_reads_from_its_events_alone(received: list[Any], loop: Loop) -> None:
    number = loop.said["application"]["number"]
    mine = [event for event in received if event.get_type().endswith("status_changed.v1") and event.get_data()["number"] == number]
    by_revision = sorted(mine, key=lambda event: int(event.get_extension("dporevision")))
    assert [event.get_data()["to_status"] for event in by_revision][-1] == "completed"
    assert len({event.get_extension("dporevision") for event in mine}) == len(mine)


FORBIDDEN: dict[str, Callable[[Any], Any]] = {
    "publish": lambda channel: channel.basic_publish("dpo.events", "enrollment.status_changed.v1", b"{}", mandatory=True),
    "default exchange": lambda channel: channel.basic_publish("", "reports:enrollment.status_changed.v1", b"{}", mandatory=True),
    "another queue": lambda channel: channel.basic_get("reports:enrollment.status_changed.v1"),
    "declare": lambda channel: channel.queue_declare("subscriber.journal2", durable=True),
    "bind": lambda channel: channel.queue_bind(QUEUE, "dpo.events", "assessment.assessment_completed.v1"),
}


@pytest.mark.parametrize("attempt", FORBIDDEN)
def test_the_module_can_do_nothing_else(loop: Loop, attempt: str) -> None:
    connection = pika.BlockingConnection(pika.URLParameters(loop.subscriber))
    channel = connection.channel()
    channel.confirm_delivery()
    with pytest.raises(pika.exceptions.ChannelClosedByBroker, match="403"):
        FORBIDDEN[attempt](channel)
    connection.close()
