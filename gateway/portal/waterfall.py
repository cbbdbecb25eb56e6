"""One trace as a cascade: spans in the order of their tree, each with its depth, its place in time and its length."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

WIDTH, DEEPEST, LEAST = 1000.0, 7, 3.0
SLOW_SHARE = 0.5
MOST_SPANS = 160


def waterfall(spans: Sequence[Mapping[str, Any]], *, statements: bool) -> dict[str, Any]:
    """Rows of a trace, parents before children; lengths in microseconds, places in thousandths of the whole.

    Without `statements` those of databases are counted beside the span that made them.
    """
    known = {span["span_id"] for span in spans}
    children: dict[str | None, list[Mapping[str, Any]]] = defaultdict(list)
    for span in sorted(spans, key=lambda one: str(one["started"])):
        children[span["parent_id"] if span["parent_id"] in known else None].append(span)
    begins = min(micros(span["started"]) for span in spans)
    ends = max(micros(span["started"]) + span["microseconds"] for span in spans)
    whole = max(ends - begins, 1)
    rows: list[dict[str, Any]] = []

    def walk(parent: str | None, depth: int) -> None:
        for span in children[parent]:
            asked = [] if statements else [one for one in children[span["span_id"]] if is_statement(one)]
            if not statements and is_statement(span):
                continue
            starts = micros(span["started"]) - begins
            width = max(LEAST, span["microseconds"] / whole * WIDTH)
            rows.append(
                {
                    **span,
                    "depth": min(depth, DEEPEST),
                    "starts": starts,
                    "x": round(min(starts / whole * WIDTH, WIDTH - LEAST), 1),
                    "width": round(width, 1),
                    "asked": len(asked),
                    "asked_for": sum(one["microseconds"] for one in asked),
                    "slow": depth > 0 and span["microseconds"] > SLOW_SHARE * whole,
                }
            )
            walk(span["span_id"], depth + 1)

    walk(None, 0)
    return {"rows": rows[:MOST_SPANS], "left_out": max(0, len(rows) - MOST_SPANS), "whole": whole, "started": spans[0]["started"]}


def is_statement(span: Mapping[str, Any]) -> bool:
    """Whether a span is one statement of a database."""
    return str(span["name"]).startswith("postgresql")


def micros(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp() * 1_000_000)
