"""What a measurement amounts to: a verdict on a deficit, a level in words, and what changed between two measurements."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class ScaleMalformed(ValueError):
    """A scale of levels has a gap below its lowest band, or two bands that begin together."""

    code = "scale_malformed"


class Verdict(StrEnum):
    """What may be said about one competency of one person."""

    DEFICIT = "deficit"
    BORDERLINE = "borderline"
    NONE = "none"
    INSUFFICIENT = "insufficient"


class Closure(StrEnum):
    """What became of a deficit by the time of the exit measurement."""

    CLOSED = "closed"
    PARTLY = "partly"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Rule:
    """When a deficit is named: each threshold is the loss of a false alarm over the sum of both losses (science.md, 1.5 and 1.6)."""

    deficit_from: float = 0.80
    none_to: float = 0.20
    least_items: int = 3
    largest_error: float = 0.45


RULE = Rule()


@dataclass(frozen=True, slots=True)
class Band:
    """A level that begins at `least` per cent of the points."""

    least: float
    level: str


@dataclass(frozen=True, slots=True)
class Change:
    """Exit less entry in SD units, its standard error, the probability that the person grew, and what became of the deficit."""

    difference: float
    error: float
    grew: float
    closure: Closure


def verdict(*, below: float, error: float, items: int, rule: Rule = RULE) -> Verdict:
    """A deficit or none when P(theta < cut) is decisive; in between, borderline if the error is small enough to say so."""
    if items < rule.least_items:
        return Verdict.INSUFFICIENT
    if below >= rule.deficit_from:
        return Verdict.DEFICIT
    if below <= rule.none_to:
        return Verdict.NONE
    return Verdict.BORDERLINE if error <= rule.largest_error else Verdict.INSUFFICIENT


def level(bands: Sequence[Band], *, percent: float) -> str:
    """The level of the highest band that begins at or below `percent`; bands may come in any order."""
    ordered = sorted(bands, key=lambda band: band.least)
    if not ordered or ordered[0].least > 0 or len({band.least for band in ordered}) < len(ordered):
        raise ScaleMalformed("bands must begin at different per cents, the lowest at 0")
    return [band.level for band in ordered if band.least <= percent or band is ordered[0]][-1]


def change(
    *, entry: float, entry_error: float, leave: float, leave_error: float, verdict_at_exit: Verdict, grew_from: float = 0.90
) -> Change:
    """The change of theta from entry to exit, both on one scale with independent errors (reliable change, Jacobson and Truax 1991).

    Closed only when the exit measurement itself finds no deficit; partly when growth is at least `grew_from` probable.
    """
    difference, error = leave - entry, math.hypot(entry_error, leave_error)
    grew = math.erfc(-difference / error / math.sqrt(2)) / 2
    growth = Closure.PARTLY if grew >= grew_from else Closure.OPEN
    return Change(difference, error, grew, Closure.CLOSED if verdict_at_exit is Verdict.NONE else growth)
