"""The public document in OpenAPI 3.0 words: the newest Swagger UI that packages bring does not read 3.1."""

from typing import Any

NULL = {"type": "null"}


def in_3_0(document: dict[str, Any]) -> dict[str, Any]:
    """The same operations for readers of OpenAPI 3.0."""
    return {**document, **{name: reworded(part) for name, part in document.items() if name in ("paths", "components")}, "openapi": "3.0.3"}


def reworded(node: Any) -> Any:
    """A part of a document whose schemas say «or nothing», bounds and constants as 3.0 does."""
    if isinstance(node, list):
        return [reworded(one) for one in node]
    if not isinstance(node, dict):
        return node
    said = {
        name: {field: reworded(schema) for field, schema in part.items()} if name in ("properties", "schemas") else reworded(part)
        for name, part in node.items()
        if name not in ("prefixItems", "anyOf", "examples", "const")
    }
    if "anyOf" in node:
        said |= either(node["anyOf"])
    if "prefixItems" in node:
        said["items"] = {}
    if "const" in node:
        said["enum"] = [node["const"]]
    for bound, plain in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(node.get(bound), int | float) and not isinstance(node[bound], bool):
            said |= {plain: node[bound], bound: True}
    return {"nullable": True} if said == NULL else said


def either(schemas: list[Any]) -> dict[str, Any]:
    """One of several schemas; nothing among them becomes `nullable`."""
    others = [reworded(one) for one in schemas if one != NULL]
    nothing = {"nullable": True} if len(others) < len(schemas) else {}
    if len(others) == 1:
        return nothing | ({"allOf": others} if "$ref" in others[0] else others[0])  # 3.0 reads nothing beside a $ref
    return nothing | {"anyOf": others}
