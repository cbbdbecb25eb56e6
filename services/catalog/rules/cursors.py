"""Where a list was left: an opaque text that says the order, the last key and the last id."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from shared.errors import Invalid


def cursor_of(*, order: str, key: str, last: UUID) -> str:
    return urlsafe_b64encode(json.dumps([order, key, last.hex], ensure_ascii=False).encode()).decode().rstrip("=")


def left_at(cursor: str, *, order: str) -> tuple[str, UUID]:
    """The last key and id of a list in this order; raises `Invalid` for a cursor of another list or of nobody."""
    try:
        said, key, last = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if said != order or not isinstance(key, str) or "\x00" in key:
            raise ValueError(said)
        key.encode()  # half a surrogate pair is no text that the database knows
        return key, UUID(last)
    except (ValueError, TypeError, AttributeError, RecursionError) as reason:
        raise stale() from reason


def whole(said: str) -> int:
    """A whole number of at most nine digits; raises `ValueError`."""
    if not re.fullmatch(r"[0-9]{1,9}", said):
        raise ValueError(said)
    return int(said)


def figure(said: str) -> Decimal:
    """A number with six digits behind the point; raises `ValueError`."""
    if not re.fullmatch(r"[0-9]{1,5}\.[0-9]{6}", said):
        raise ValueError(said)
    return Decimal(said)


def moment(said: str) -> datetime:
    """A moment of this century with its offset; raises `ValueError`."""
    read = datetime.fromisoformat(said)
    if read.tzinfo is None or not 2000 <= read.year < 2100:
        raise ValueError(said)
    return read


def stale() -> Invalid:
    return Invalid("cursor", "Продолжение списка устарело. Начните поиск заново.")
