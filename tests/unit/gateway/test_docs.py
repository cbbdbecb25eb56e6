"""The public document for a page that reads OpenAPI 3.0 only."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gateway import docs
from gateway.docs.older import in_3_0, reworded
from gateway.door.table import read


def test_words_of_3_1_become_words_of_3_0() -> None:
    identifier = {"anyOf": [{"type": "string", "format": "uuid"}, {"type": "null"}], "title": "Id"}
    assert reworded(identifier) == {"type": "string", "format": "uuid", "nullable": True, "title": "Id"}
    assert reworded({"anyOf": [{"$ref": "#/x"}, {"type": "null"}]}) == {"allOf": [{"$ref": "#/x"}], "nullable": True}
    assert reworded({"anyOf": [{"type": "string"}, {"type": "integer"}]}) == {"anyOf": [{"type": "string"}, {"type": "integer"}]}
    assert reworded({"exclusiveMinimum": 0}) == {"minimum": 0, "exclusiveMinimum": True}
    assert reworded({"const": "a"}) == {"enum": ["a"]}
    assert reworded({"type": "null"}) == {"nullable": True}


def test_fields_that_are_named_like_words_of_the_schema_stay() -> None:
    schema = {"properties": {"const": {"type": "string"}, "anyOf": {"type": "null"}, "examples": {"type": "integer"}}}
    assert reworded(schema) == {"properties": {"const": {"type": "string"}, "anyOf": {"nullable": True}, "examples": {"type": "integer"}}}


def test_nothing_of_3_1_is_left_in_the_document_that_is_served() -> None:
    document = in_3_0(read(Path(docs.__file__).parents[1] / "openapi.json"))
    assert document["openapi"] == "3.0.3"
    assert len(document["paths"]) > 20
    assert not list(newer(document))


def newer(node: Any) -> Iterator[Any]:
    """Whatever a reader of 3.0 would stumble over."""
    if isinstance(node, dict):
        if node.get("type") == "null" or isinstance(node.get("type"), list) or "prefixItems" in node:
            yield node
        for part in node.values():
            yield from newer(part)
    elif isinstance(node, list):
        for part in node:
            yield from newer(part)
