"""Ours against a baseline, in turns, so that whatever else the machine does meets both."""

from collections.abc import Awaitable, Callable
from statistics import median
from typing import Any

Row = dict[str, Any]
"""bench, ours, baseline, ratio, unit, goal; `ratio` is how many times better ours is, `goal` the least of it that is promised.

Where a figure of ours is promised and not a ratio, `goal_of` is "ours", or "ours, at most"; beside a baseline of 0 its ratio is None.
"""
Figure = Callable[[], Awaitable[float]]


async def compared(bench: str, ours: Figure, baseline: Figure, *, rounds: int, goal: float, unit: str = "1/s") -> Row:
    """Medians of the rates, and the median of the rounds' ratios; the first round only warms both up."""
    pairs = []
    for turn in range(rounds + 1):
        if turn % 2:
            mine, theirs = await ours(), await baseline()
        else:
            theirs, mine = await baseline(), await ours()
        if turn:
            pairs.append((mine, theirs))
    return {
        "bench": bench,
        "ours": median(mine for mine, _ in pairs),
        "baseline": median(theirs for _, theirs in pairs),
        "ratio": median(mine / theirs for mine, theirs in pairs),
        "unit": unit,
        "goal": goal,
    }


def kept(row: Row) -> bool:
    """Whether a measurement keeps what is promised."""
    match row.get("goal_of", "ratio"):
        case "ours, at most":
            return bool(row["ours"] <= row["goal"])
        case of:
            return bool(row[of] >= row["goal"])
