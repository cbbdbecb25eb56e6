"""The HEARS tables of the services against the event map of the design."""

import importlib
import importlib.util
import json
from types import ModuleType
from typing import Any

import pytest

from deploy.contracts import ASYNCAPI, GOLDEN
from shared.contracts import Envelope, Event
from tests.contract.flows.event_map import HEARD_BY, SERVICES


def subscribers(name: str) -> ModuleType | None:
    """The module of a service's subscribers, or nothing while it is not written."""
    package = name if name == "gateway" else f"services.{name}"
    if importlib.util.find_spec(package) is None or importlib.util.find_spec(f"{package}.subscribers") is None:
        return None
    return importlib.import_module(f"{package}.subscribers")


WRITTEN = [name for name in SERVICES if subscribers(name) is not None]


def hears(name: str) -> dict[type[Event], Any]:
    module = subscribers(name)
    assert module
    table: dict[type[Event], Any] = module.HEARS
    return table


def test_all_six_services_and_the_gateway_hear() -> None:
    assert set(WRITTEN) == {*SERVICES}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_service_hears_only_what_the_design_lets_it_hear(name: str) -> None:
    foreign = {event.__name__ for event in hears(name) if name not in HEARD_BY[event]}
    assert not foreign


@pytest.mark.parametrize("name", WRITTEN)
def test_every_golden_example_is_understood_by_its_hearers(name: str) -> None:
    for event, handler in hears(name).items():
        envelope = Envelope.read((GOLDEN / f"{event.topic}.json").read_bytes())
        assert type(envelope.event()) is event
        assert callable(handler)


@pytest.mark.parametrize("name", WRITTEN)
def test_asyncapi_names_the_same_hearers(name: str) -> None:
    operations = json.loads(ASYNCAPI.read_text("utf-8"))["operations"].values()
    stated = {
        one["channel"]["$ref"].split("/", 2)[2] for one in operations if one["action"] == "receive" and one["tags"][0]["name"] == name
    }
    assert stated == {event.topic for event in hears(name)}
