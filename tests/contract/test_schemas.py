"""A published event only grows: the committed schemas are the promise, the code is compared with them."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from deploy import contracts, openapi
from deploy.contracts import ASYNCAPI, SCHEMAS, breaks, broken_promises, schema, shape
from shared.contracts import CATALOGUE
from tests.contract.flows.event_map import owner

TOPIC = "enrollment.status_changed.v1"


def load(topic: str) -> dict[str, Any]:
    """A published schema."""
    published: dict[str, Any] = json.loads((SCHEMAS / f"{topic}.json").read_text("utf-8"))
    return published


@pytest.mark.parametrize("topic", sorted(CATALOGUE))
def test_a_published_event_only_grows(topic: str) -> None:
    assert not list(breaks(shape(load(topic)), shape(schema(topic)))), f"publish {topic} under a new version instead"


def test_no_published_event_disappears() -> None:
    assert broken_promises() == []
    assert {path.stem for path in SCHEMAS.glob("*.json")} <= CATALOGUE.keys()


def test_what_is_generated_from_the_contracts_is_current() -> None:
    stale = [str(path) for path, body in contracts.documents().items() if not path.exists() or path.read_text("utf-8") != body]
    assert not stale, "run `python -m deploy.contracts write`"


def remove_a_field(stated: dict[str, Any]) -> None:
    del stated["properties"]["due"]


def retype_a_field(stated: dict[str, Any]) -> None:
    stated["properties"]["number"] = {"type": "integer"}


def demand_a_field(stated: dict[str, Any]) -> None:
    stated["required"].append("order_number")


def demand_a_new_field(stated: dict[str, Any]) -> None:
    stated["properties"]["campaign_id"] = {"type": "string", "format": "uuid"}
    stated["required"].append("campaign_id")


def promise_less(stated: dict[str, Any]) -> None:
    stated["required"].remove("person_id")


def widen_an_enum(stated: dict[str, Any]) -> None:
    stated["properties"]["to_status"]["enum"].append("postponed")


def narrow_an_enum(stated: dict[str, Any]) -> None:
    stated["properties"]["to_status"]["enum"].pop()


def reformat_a_field(stated: dict[str, Any]) -> None:
    stated["properties"]["changed_at"]["format"] = "date"


def shorten_a_field(stated: dict[str, Any]) -> None:
    stated["properties"]["number"]["maxLength"] = 10


def remove_a_field_of_a_part(stated: dict[str, Any]) -> None:
    del stated["$defs"]["Holder"]["properties"]["scope"]


def widen_an_enum_of_a_part(stated: dict[str, Any]) -> None:
    stated["$defs"]["Holder"]["properties"]["role"]["enum"].append("parent")


def change_a_default_beside_a_reference(stated: dict[str, Any]) -> None:
    stated["properties"]["holder"]["default"] = {"role": "nobody"}


BREAKING = [
    change_a_default_beside_a_reference,
    remove_a_field,
    retype_a_field,
    demand_a_field,
    demand_a_new_field,
    promise_less,
    widen_an_enum,
    narrow_an_enum,
    reformat_a_field,
    shorten_a_field,
    remove_a_field_of_a_part,
    widen_an_enum_of_a_part,
]


@pytest.mark.parametrize("breaking", BREAKING)
def test_the_guard_barks_at_a_breaking_change(breaking: Callable[[dict[str, Any]], None]) -> None:
    current = copy.deepcopy(load(TOPIC))
    breaking(current)
    assert list(breaks(shape(load(TOPIC)), shape(current)))


def test_the_guard_lets_an_event_grow() -> None:
    current = copy.deepcopy(load(TOPIC))
    current["properties"]["campaign_id"] = {"anyOf": [{"type": "string", "format": "uuid"}, {"type": "null"}], "default": None}
    current["$defs"]["Holder"]["properties"]["since"] = {"type": "string", "format": "date", "default": None}
    current["properties"]["number"] |= {"title": "Other words", "description": "Other words"}
    assert not list(breaks(shape(load(TOPIC)), shape(current)))


def published_otherwise(folder: Path, topic: str, change: Callable[[dict[str, Any]], None]) -> Path:
    """A folder with one schema as if it had been published differently from today's code."""
    stated = load(topic)
    change(stated)
    path = folder / f"{topic}.json"
    path.write_text(contracts.text(stated), "utf-8")
    return path


def test_write_refuses_to_break_a_published_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    published = published_otherwise(tmp_path, TOPIC, narrow_an_enum)
    before = published.read_text("utf-8")
    monkeypatch.setattr(contracts, "SCHEMAS", tmp_path)
    monkeypatch.setattr(contracts, "ROOT", tmp_path)
    assert contracts.main(["write"]) == 1
    assert TOPIC in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [published.name], "nothing was written"
    assert published.read_text("utf-8") == before


def test_write_refuses_to_forget_a_published_event(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "catalog.fact_of_last_year.v1.json").write_text("{}", "utf-8")
    monkeypatch.setattr(contracts, "SCHEMAS", tmp_path)
    assert contracts.main(["check"]) == 1


def test_write_grows_and_check_is_then_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    schemas = tmp_path / "schemas"
    schemas.mkdir()
    published_otherwise(schemas, TOPIC, remove_a_field)  # today's code says one optional field more
    monkeypatch.setattr(contracts, "SCHEMAS", schemas)
    monkeypatch.setattr(contracts, "ROOT", tmp_path)
    monkeypatch.setattr(contracts, "ASYNCAPI", tmp_path / "asyncapi.json")
    monkeypatch.setattr(openapi, "documents", lambda root: {})
    assert contracts.main(["check"]) == 1
    assert contracts.main([]) == 0
    assert contracts.main(["check"]) == 0
    assert json.loads((schemas / f"{TOPIC}.json").read_text("utf-8")) == schema(TOPIC)


def resolve(document: dict[str, Any], pointer: str) -> Any:
    """What a local JSON reference points at; raises `KeyError` when nothing."""
    node: Any = document
    for part in pointer.removeprefix("#/").split("/"):
        node = node[part]
    return node


def references(node: Any) -> list[str]:
    """Every `$ref` under a node."""
    if isinstance(node, list):
        return [found for part in node for found in references(part)]
    if not isinstance(node, dict):
        return []
    own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
    return own + [found for value in node.values() for found in references(value)]


@pytest.fixture(scope="module")
def asyncapi() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(ASYNCAPI.read_text("utf-8"))
    return document


def test_the_asyncapi_document_is_sound(asyncapi: dict[str, Any]) -> None:
    assert asyncapi["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= asyncapi["info"].keys()
    assert asyncapi["servers"]["broker"]["host"] == "{host}", "no address is published"
    for pointer in references(asyncapi):
        assert resolve(asyncapi, pointer)
    for name, operation in asyncapi["operations"].items():
        assert operation["action"] in ("send", "receive"), name
        used = resolve(asyncapi, operation["channel"]["$ref"])
        for message in operation["messages"]:
            assert message["$ref"].startswith(operation["channel"]["$ref"] + "/messages/")
            assert message["$ref"].rsplit("/", 1)[1] in used["messages"]
    for channel in asyncapi["channels"].values():
        amqp = channel["bindings"]["amqp"]
        assert amqp["is"] == "routingKey"
        assert (amqp["exchange"]["name"], amqp["exchange"]["type"], amqp["exchange"]["durable"]) == ("dpo.events", "topic", True)


def test_every_event_is_a_channel_that_only_its_owner_sends_to(asyncapi: dict[str, Any]) -> None:
    assert {channel["address"] for channel in asyncapi["channels"].values()} == CATALOGUE.keys()
    sent = {
        (one["tags"][0]["name"], one["channel"]["$ref"].split("/", 2)[2])
        for one in asyncapi["operations"].values()
        if one["action"] == "send"
    }
    assert sent == {(owner(event), topic) for topic, event in CATALOGUE.items()}


@pytest.mark.parametrize("topic", sorted(CATALOGUE))
def test_the_example_of_a_message_satisfies_the_payload_that_asyncapi_states(asyncapi: dict[str, Any], topic: str) -> None:
    message = asyncapi["components"]["messages"][CATALOGUE[topic].__name__]
    assert message["contentType"] == "application/cloudevents+json"
    whole = {**message["payload"], "components": asyncapi["components"]}
    (example,) = message["examples"]
    jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker()).validate(example["payload"])
    strange: list[dict[str, Any]] = [{"type": "other.fact.v1"}, {"data": {}}, {"specversion": "0.3"}, {"source": "/dpo/stranger"}]
    for broken in strange:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(whole).validate(example["payload"] | broken)
