"""The AsyncAPI 3.0 document: every topic, who sends it and who hears it."""

import importlib
import importlib.util
from typing import Any

from shared.contracts import CATALOGUE, Envelope, Event

SERVICES = ("catalog", "enrollment", "assessment", "routes", "notify", "reports")
EXCHANGE = "dpo.events"


def hears(name: str) -> dict[type[Event], Any]:
    """The HEARS table of a service or of the gateway; empty while it has none."""
    package = name if name == "gateway" else f"services.{name}"
    if importlib.util.find_spec(package) is None or importlib.util.find_spec(f"{package}.subscribers") is None:
        return {}
    table: dict[type[Event], Any] = importlib.import_module(f"{package}.subscribers").HEARS
    return table


def pointed(node: Any) -> Any:
    """A schema whose `$defs` references point into the components of this document."""
    if isinstance(node, dict):
        return {
            key: value.replace("#/$defs/", "#/components/schemas/") if key == "$ref" else pointed(value)
            for key, value in node.items()
            if key not in ("$defs", "$schema", "$id")
        }
    return [pointed(part) for part in node] if isinstance(node, list) else node


def components(schemas: dict[str, Any], examples: dict[str, Any]) -> dict[str, Any]:
    """Schemas and messages by class name; raises `ValueError` when two differ under one name."""
    named: dict[str, Any] = {}
    stated = [(CATALOGUE[topic].__name__, schema) for topic, schema in schemas.items()]
    stated += [part for _, schema in stated for part in schema.get("$defs", {}).items()]
    for name, schema in [*stated, ("CloudEvent", Envelope.model_json_schema() | {"title": "CloudEvent"})]:
        if named.setdefault(name, pointed(schema)) != pointed(schema):
            raise ValueError(f"two schemas are called {name}")
    messages = {CATALOGUE[topic].__name__: message(topic, examples.get(topic)) for topic in schemas}
    return {"schemas": named, "messages": messages}


def message(topic: str, example: Any) -> dict[str, Any]:
    """One message: a CloudEvents envelope around the event's data."""
    event = CATALOGUE[topic]
    inside = {
        "type": {"const": topic},
        "source": {"const": f"/dpo/{topic.split('.')[0]}"},
        "data": {"$ref": f"#/components/schemas/{event.__name__}"},
    }
    return {
        "name": event.__name__,
        "title": event.__name__,
        "summary": (event.__doc__ or "").strip(),
        "contentType": "application/cloudevents+json",
        "payload": {"allOf": [{"$ref": "#/components/schemas/CloudEvent"}, {"type": "object", "properties": inside}]},
        "bindings": {"amqp": {"messageType": topic, "contentEncoding": "utf-8", "bindingVersion": "0.3.0"}},
        "examples": [] if example is None else [{"name": "golden", "payload": example}],
        **({"tags": [{"name": "personal-result"}]} if event.personal_result else {}),
    }


def channel(topic: str) -> dict[str, Any]:
    """One routing key on the exchange that everybody shares."""
    name = CATALOGUE[topic].__name__
    exchange = {"name": EXCHANGE, "type": "topic", "durable": True, "autoDelete": False, "vhost": "/"}
    return {
        "address": topic,
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange, "bindingVersion": "0.3.0"}},
    }


def operation(action: str, service: str, topic: str) -> dict[str, Any]:
    """What one service does with one topic."""
    name = CATALOGUE[topic].__name__
    amqp = {"deliveryMode": 2, "mandatory": True} if action == "send" else {"ack": True}
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic}"},
        "messages": [{"$ref": f"#/channels/{topic}/messages/{name}"}],
        "tags": [{"name": service}],
        "bindings": {"amqp": {**amqp, "bindingVersion": "0.3.0"}},
    }


def document(schemas: dict[str, Any], examples: dict[str, Any]) -> dict[str, Any]:
    """The whole document; receivers are read from the HEARS tables."""
    sends = {f"{topic.split('.')[0]}.sends.{topic}": operation("send", topic.split(".")[0], topic) for topic in schemas}
    receives = {
        f"{name}.hears.{event.topic}": operation("receive", name, event.topic) for name in (*SERVICES, "gateway") for event in hears(name)
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Модуль «Организация ДПО»: события",
            "version": "1.0.0",
            "description": "Факты модуля. Имён, адресов и номеров документов в событиях нет; человек назван случайным идентификатором.",
        },
        "defaultContentType": "application/cloudevents+json",
        "servers": {
            "broker": {
                "host": "{host}",
                "protocol": "amqps",
                "protocolVersion": "0.9.1",
                "description": "Адрес, имя и пароль выдаёт оператор при регистрации подписчика.",
                "variables": {"host": {"description": "адрес брокера, выданный оператором"}},
            }
        },
        "channels": {topic: channel(topic) for topic in schemas},
        "operations": sends | receives,
        "components": components(schemas, examples),
    }
