"""The public operations by method and path, read from the merged OpenAPI document and the gateway's own routes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson
from fastapi.routing import APIRoute

from shared.access import declared

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that may be asked of a service from outside; `path` is the public template."""

    service: str
    method: str
    path: str
    name: str
    roles: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()

    @property
    def route(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(slots=True)
class Node:
    """One more segment of a path: known ones first, then whatever stands for a parameter."""

    fixed: dict[str, "Node"] = field(default_factory=dict)
    parameter: "Node | None" = None
    operations: dict[str, Operation] = field(default_factory=dict)


class Table:
    """Finds the operation for a path in as many steps as it has segments."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self.root = Node()
        self.operations = list(operations)
        for operation in self.operations:
            self.node(operation.path).operations.setdefault(operation.method, operation)

    def node(self, template: str) -> Node:
        node = self.root
        for segment in template.split("/")[1:]:
            if segment.startswith("{"):
                node.parameter = node.parameter or Node()
                node = node.parameter
            else:
                node = node.fixed.setdefault(segment, Node())
        return node

    def find(self, path: str) -> dict[str, Operation]:
        """The operations at a path as it was sent, by method; empty when there is none. An encoded slash or dots match nothing."""
        node: Node | None = self.root
        for sent in path.split("/")[1:]:
            segment = unquote(sent) if "%" in sent else sent
            if node is None or not segment or segment in (".", "..") or "/" in segment or "\x00" in segment:
                return {}
            node = node.fixed.get(segment) or node.parameter
        return node.operations if node else {}

    def services(self) -> set[str]:
        return {operation.service for operation in self.operations}


def from_document(document: dict[str, Any]) -> list[Operation]:
    """The operations of services in the public document."""
    found = []
    for path, methods in document.get("paths", {}).items():
        for method, said in methods.items():
            if isinstance(said, dict) and (service := said.get("x-service")) and service != "gateway":
                accepts = tuple(said.get("requestBody", {}).get("content", {}))
                roles = tuple(role for role in said.get("x-roles", ()) if role != "guest")
                found.append(Operation(service, method.upper(), path, said.get("operationId") or f"{method} {path}", roles, accepts))
    return found


def from_routes(routes: Iterable[Any]) -> list[Operation]:
    """The operations that the gateway itself serves."""
    found = []
    for route in routes:
        if isinstance(route, APIRoute) and route.path_format.startswith(PREFIX + "/") and (allowed := declared(route)):
            accepts = ("application/json",) if route.body_field else ()
            found += [Operation("gateway", method, route.path_format, route.name, allowed.roles, accepts) for method in route.methods or ()]
    return found


def read(file: Path) -> dict[str, Any]:
    """The merged document; an empty one when nothing is merged yet."""
    document: dict[str, Any] = orjson.loads(file.read_bytes()) if file.exists() else {"openapi": "3.1.0", "info": {}, "paths": {}}
    return document
