"""When a subscription may be asked for and confirmed, and the links that prove whose it is."""

import hmac
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal
from uuid import UUID

CONFIRMED_WITHIN = timedelta(hours=48)
ASKED_WITHIN, ASKED_MOST, KEPT_MOST = timedelta(hours=24), 3, 20
"""At most three confirmation letters a day go to one address, and twenty subscriptions stand at it."""

Purpose = Literal["confirm", "end"]
PURPOSES: tuple[Purpose, ...] = ("confirm", "end")


def token_of(subscription_id: UUID, secret: bytes, purpose: Purpose) -> str:
    """What a link carries: the subscription and a signature that holds for one purpose only."""
    signature = hmac.digest(secret, f"{purpose} {subscription_id}".encode(), sha256)
    return f"{subscription_id.hex}.{urlsafe_b64encode(signature).decode().rstrip('=')}"


def subscription_in(token: str) -> UUID | None:
    """The subscription that a token speaks of; None when it is no token of ours."""
    try:
        return UUID(hex=token.partition(".")[0])
    except ValueError:
        return None


def genuine(token: str, subscription_id: UUID, secret: bytes, purpose: Purpose) -> bool:
    return hmac.compare_digest(token.encode(), token_of(subscription_id, secret, purpose).encode())


def may_be_asked(*, asked_lately: int, standing: int) -> bool:
    """Whether one more confirmation letter may go to an address: nobody is to be buried in letters they never asked for."""
    return asked_lately < ASKED_MOST and standing < KEPT_MOST


def may_be_confirmed(*, asked_at: datetime, confirmed_at: datetime | None, now: datetime) -> bool:
    """A link confirms once, and for two days only."""
    return confirmed_at is None and now < asked_at + CONFIRMED_WITHIN
