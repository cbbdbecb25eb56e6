"""Opaque cursors: where the next page of a list begins."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any

from shared.errors import Invalid


def cursor_after(*key: Any) -> str:
    """The cursor behind a row with this key."""
    return urlsafe_b64encode(json.dumps([str(part) for part in key]).encode()).decode().rstrip("=")


def key_in(cursor: str, *reads: Callable[[str], Any]) -> list[Any]:
    """The key in a cursor, each part read by its reader; raises `Invalid` for anything we did not make."""
    try:
        key = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(key, list) or not all(isinstance(part, str) and "\x00" not in part and part.encode() for part in key):
            raise ValueError("not a key")
        return [read(part) for read, part in zip(reads, key, strict=True)]
    except ValueError as reason:
        raise Invalid("cursor", "Список начался заново: этой страницы больше нет.") from reason
