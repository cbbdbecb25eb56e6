"""The committed OpenAPI files: one per service, and the gateway's, merged from what the services make public."""

import importlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploy.asyncapi import SERVICES

PREFIX = "/api/v1"
METHODS = ("get", "put", "post", "delete", "patch")
POINTER = "#/components/schemas/"
SIGN_IN: list[dict[str, list[str]]] = [{"session": []}, {"bearer": []}]
SCHEMES = {
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-dpo",
        "description": "Сеанс портала; изменяющим запросам нужен и X-CSRF.",
    },
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "Токен одного из подключённых поставщиков входа."},
}
FIELD_ERROR = {
    "type": "object",
    "required": ["field", "code", "message"],
    "properties": {key: {"type": "string"} for key in ("field", "code", "message")},
}
PROBLEM = {
    "title": "Problem",
    "description": "Отказ (RFC 9457): `type` — постоянный код, `detail` — предложение для человека.",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "array", "items": FIELD_ERROR},
    },
}
REFUSAL = {"description": "Отказ", "content": {"application/problem+json": {"schema": {"$ref": f"{POINTER}Problem"}}}}


class Collision(ValueError):
    """Two services would answer one public operation."""


def documents(root: Path) -> dict[Path, dict[str, Any]]:
    """Every OpenAPI file of the services that are written, with what it should say."""
    stated = {name: of(f"services.{name}.main") for name in SERVICES if is_written(f"services.{name}")}
    made = {root / "services" / name / "openapi.json": document for name, document in stated.items()}
    if is_written("gateway"):
        own = of("gateway.main")
        made[root / "gateway" / "openapi.json"] = merged(stated, own)
    return made


def is_written(package: str) -> bool:
    """Whether a service has its composition yet."""
    return importlib.util.find_spec(package) is not None and importlib.util.find_spec(f"{package}.main") is not None


def of(module: str) -> dict[str, Any]:
    """What an application says about itself, with its true refusals; importing it opens no connection."""
    document: dict[str, Any] = importlib.import_module(module).app.openapi()
    return truthful(document)


def truthful(document: dict[str, Any]) -> dict[str, Any]:
    """The same document, where every refusal is the problem that `shared.errors` answers and not FastAPI's own default."""
    schemas = {name: one for name, one in document.get("components", {}).get("schemas", {}).items() if "ValidationError" not in name}
    paths = {}
    for path, item in document["paths"].items():
        paths[path] = item | {
            method: one
            | {"responses": {status: said for status, said in one["responses"].items() if status != "422"} | {"default": REFUSAL}}
            for method, one in operations(item)
        }
    return document | {"paths": paths, "components": {"schemas": schemas | {"Problem": PROBLEM}}}


def merged(services: dict[str, dict[str, Any]], own: dict[str, Any]) -> dict[str, Any]:
    """The public document: public operations of all services under the gateway's prefix, beside its own ones."""
    paths: dict[str, dict[str, Any]] = {}
    schemas: dict[str, Any] = {}
    names: dict[str, str] = {}
    public = {name: public_paths(name, document) for name, document in services.items()}
    public["gateway"] = public_paths("gateway", own)
    components = {name: document.get("components", {}).get("schemas", {}) for name, document in (services | {"gateway": own}).items()}
    used = {name: reachable(public[name], components[name]) for name in public}
    for name, items in public.items():
        shared = {one for one in used[name] if any(differs(components, name, other, one) for other in used if one in used[other])}
        renamed = {one: f"{name}_{one}" if one in shared else one for one in used[name]}
        schemas |= {renamed[one]: repointed(components[name][one], renamed) for one in used[name]}
        for path, item in items.items():
            for method, operation in item.items():
                answers = f"{method.upper()} {path}", operation["operationId"]
                for key in answers:
                    if names.setdefault(key, name) != name or method in paths.get(path, {}):
                        raise Collision(f"{names[key]} and {name} both have {key}")
                paths.setdefault(path, {})[method] = repointed(operation, renamed)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Модуль «Организация ДПО»: открытый программный интерфейс",
            "version": "1.0.0",
            "description": "Всё, чем пользуется портал. Запись без роли «guest» в x-roles требует входа.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": SCHEMES},
    }


def operations(item: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The operations of a path; its other keys are shared parameters."""
    return ((method, one) for method, one in item.items() if method in METHODS)


def public_paths(name: str, document: dict[str, Any]) -> dict[str, Any]:
    """The operations that a service marks public, under the public prefix; the gateway's own have it already."""
    found: dict[str, Any] = {}
    for path, item in document["paths"].items():
        public = path if name == "gateway" else PREFIX + path
        for method, operation in operations(item):
            if operation.get("x-public") and public.startswith(f"{PREFIX}/"):
                found.setdefault(public, {})[method] = secured(name, operation)
    return found


def secured(name: str, operation: dict[str, Any]) -> dict[str, Any]:
    """An operation that says who answers it and whether it needs a sign-in."""
    guest = "guest" in operation.get("x-roles", [])
    return operation | {"x-service": name, "security": [] if guest else SIGN_IN}


def differs(components: dict[str, Any], name: str, other: str, schema: str) -> bool:
    """Whether two services mean different things by one schema name, themselves or in what they refer to."""
    mine, theirs = (reachable(components[one].get(schema), components[one]) | {schema} for one in (name, other))
    return mine != theirs or any(components[name][one] != components[other][one] for one in mine)


def reachable(node: Any, schemas: dict[str, Any]) -> set[str]:
    """The names of the schemas that something refers to, however far."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, list):
            waiting += here
        elif isinstance(here, dict):
            waiting += here.values()
            name = str(here.get("$ref", "")).removeprefix(POINTER)
            if name in schemas and name not in found:
                found.add(name)
                waiting.append(schemas[name])
    return found


def repointed(node: Any, names: dict[str, str]) -> Any:
    """The same with its references led to the new names."""
    if isinstance(node, list):
        return [repointed(part, names) for part in node]
    if not isinstance(node, dict):
        return node
    pointer = str(node.get("$ref", ""))
    if pointer.startswith(POINTER):
        return node | {"$ref": POINTER + names[pointer.removeprefix(POINTER)]}
    return {key: repointed(value, names) for key, value in node.items()}
