"""How often one may come: a token bucket per address or person, in this process's memory."""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Collection
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network

from gateway.rules import refilled
from shared.errors import DomainError

KEPT = 50_000


class TooMany(DomainError):
    """Come again in `retry_after` seconds."""

    code, status, detail = "too_many_requests", 429, "Слишком много запросов подряд. Подождите немного и повторите."

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after=retry_after)
        self.retry_after = retry_after


class Buckets:
    """Lets `burst` requests pass at once and `rate` a second after that; forgets whoever has not come for longest."""

    def __init__(self, *, rate: float, burst: int) -> None:
        self.rate, self.burst = rate, float(burst)
        self.levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, who: str, now: float | None = None) -> None:
        """Take one; raises `TooMany` when the bucket is empty."""
        now = time.monotonic() if now is None else now
        tokens, since = self.levels.get(who, (self.burst, now))
        tokens = refilled(tokens=tokens, elapsed=now - since, rate=self.rate, burst=self.burst)
        if tokens < 1:
            raise TooMany(int((1 - tokens) / self.rate) + 1)
        self.levels[who] = (tokens - 1, now)
        self.levels.move_to_end(who)
        if len(self.levels) > KEPT:
            self.levels.popitem(last=False)


@lru_cache(10_000)
def subscriber(address: str) -> str:
    """Who shares a bucket: an IPv4 address, or the /64 that an IPv6 subscriber has whole."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((known, 64), strict=False)) if known.version == 6 else str(known)


def address_of(peer: str, forwarded: str | None, trusted: Collection[IPv4Network | IPv6Network]) -> str:
    """Whose bucket an anonymous request drains: the peer's, or that of whom a trusted proxy names last."""
    if forwarded and trusted:
        try:
            named = ipaddress.ip_address(forwarded.rpartition(",")[2].strip())
            if any(ipaddress.ip_address(peer) in network for network in trusted):
                return subscriber(str(named))
        except ValueError:
            pass  # a proxy that names nobody speaks for itself
    return subscriber(peer)
