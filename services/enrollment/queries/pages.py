"""Opaque cursors: where the next page of a list begins."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from shared.errors import Invalid


def cursor_after(*key: Any) -> str:
    """The cursor behind a row with this key."""
    return urlsafe_b64encode(json.dumps([str(part) for part in key]).encode()).decode().rstrip("=")


def key_in(cursor: str, *, parts: int) -> list[str]:
    """The key in a cursor; raises `Invalid` for anything we did not make."""
    try:
        key = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        key = None
    if not isinstance(key, list) or len(key) != parts or not all(isinstance(part, str) and "\x00" not in part for part in key):
        raise Invalid("cursor", "Список начался заново: этой страницы больше нет.")
    return [str(part) for part in key]
