"""Writes and checks everything that is generated from the contracts: JSON Schemas, AsyncAPI, OpenAPI, the README's event map."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploy import asyncapi, eventmap, openapi
from shared.contracts import CATALOGUE

ROOT = Path(__file__).parents[1]
SCHEMAS = ROOT / "shared" / "contracts" / "schemas"
GOLDEN = ROOT / "shared" / "contracts" / "golden"
README = ROOT / "README.md"
ASYNCAPI = ROOT / "shared" / "contracts" / "asyncapi.json"


def schema(topic: str) -> dict[str, Any]:
    """JSON Schema (2020-12) of an event's data as the code states it now."""
    stated = CATALOGUE[topic].model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:dpo:{topic}", **stated}


def shape(node: Any, definitions: dict[str, Any] | None = None) -> Any:
    """A schema as readers depend on it: references resolved, titles and descriptions dropped."""
    if isinstance(node, list):
        return [shape(part, definitions) for part in node]
    if not isinstance(node, dict):
        return node
    definitions = node.get("$defs", definitions)
    if "$ref" in node:
        beside = {key: value for key, value in node.items() if key != "$ref"}
        return shape((definitions or {})[node["$ref"].rpartition("/")[2]] | beside, definitions)
    plain = {key: value for key, value in node.items() if key not in ("title", "description", "$defs", "$id", "$schema")}
    if "properties" in plain:  # its keys are field names, and a field may be called `title`
        plain["properties"] = {name: shape(field, definitions) for name, field in plain["properties"].items()}
    return {key: value if key == "properties" else shape(value, definitions) for key, value in plain.items()}


def breaks(frozen: Any, current: Any, path: str = "") -> Iterator[str]:
    """What a reader of the frozen shape would trip over; a new optional property is no such thing."""
    if isinstance(frozen, dict) and isinstance(current, dict):
        was, now = frozen.get("properties", {}), current.get("properties", {})
        yield from (f"{path}.{name} is gone" for name in sorted(was.keys() - now.keys()))
        before, after = set(frozen.get("required", [])), set(current.get("required", []))
        yield from (f"{path}.{name} is newly required" for name in sorted(after - before))
        yield from (f"{path}.{name} is no longer certain" for name in sorted(before & now.keys() - after))
        for name in sorted(was.keys() & now.keys()):
            yield from breaks(was[name], now[name], f"{path}.{name}")
        for key in sorted((frozen.keys() | current.keys()) - {"properties", "required"}):
            if key not in frozen or key not in current:
                yield f"{path} has another {key}"
            else:
                yield from breaks(frozen[key], current[key], path)
    elif isinstance(frozen, list) and isinstance(current, list) and len(frozen) == len(current):
        for old, new in zip(frozen, current, strict=True):
            yield from breaks(old, new, path)
    elif frozen != current:
        yield f"{path}: {frozen!r} became {current!r}"


def broken_promises() -> list[str]:
    """Every way in which the code breaks a schema that was published."""
    found = []
    for path in sorted(SCHEMAS.glob("*.json")):
        if path.stem not in CATALOGUE:
            found.append(f"{path.stem} is gone, but it was published")
            continue
        frozen, current = shape(json.loads(path.read_text("utf-8"))), shape(schema(path.stem))
        found += [f"{path.stem}: {problem}" for problem in breaks(frozen, current)]
    return found


def text(document: Any) -> str:
    """A document as it is committed: sorted, indented, Cyrillic as it is."""
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def documents() -> dict[Path, str]:
    """Every generated file with the text it should have."""
    schemas = {topic: schema(topic) for topic in sorted(CATALOGUE)}
    examples = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(GOLDEN.glob("*.json"))}
    made = {SCHEMAS / f"{topic}.json": text(document) for topic, document in schemas.items()}
    made[ASYNCAPI] = text(asyncapi.document(schemas, examples))
    for path, document in openapi.documents(ROOT).items():
        made[path] = text(document)
    made[README] = eventmap.readme(README)
    return made


def main(argv: list[str]) -> int:
    """`write` (default) regenerates, `check` lists what is not current; 0 when all is well."""
    if argv not in ([], ["write"], ["check"]):
        print("usage: contracts [write|check]", file=sys.stderr)
        return 2
    if broken := broken_promises():
        print("A published event only grows; publish a new version instead:", *broken, sep="\n  ", file=sys.stderr)
        return 1
    stale = {path: body for path, body in documents().items() if not path.exists() or path.read_text("utf-8") != body}
    if argv == ["check"]:
        for path in stale:
            print(f"not current: {path.relative_to(ROOT)}", file=sys.stderr)
        return 1 if stale else 0
    for path, body in stale.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, "utf-8")
        print(f"written: {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
