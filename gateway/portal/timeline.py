"""A route on the scale of time, by quarters: where each bar begins, how long it is, and the hours of each quarter."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from gateway.portal.words import as_date

WIDTH, ROW, TOP = 720.0, 29.0, 34.0
ROMAN = ("I", "II", "III", "IV")
LETTER = 7.0
"""How wide a letter of a label may be."""


def timeline(steps: Sequence[Mapping[str, Any]], *, today: date) -> dict[str, Any] | None:
    """What the drawing needs, in its own units of 720 across; None when no step has a date."""
    dated = [(step, first, as_date(step["ends"]) or first) for step in steps if (first := as_date(step["starts"])) is not None]
    if not dated:
        return None
    begins = quarter_start(min(today, *(first for _, first, _ in dated)))
    last = max(ends for _, _, ends in dated)
    quarters = [begins]
    while len(quarters) < 4 or next_quarter(quarters[-1]) <= last:
        quarters.append(next_quarter(quarters[-1]))
    ends_at = next_quarter(quarters[-1])
    whole = (ends_at - begins).days

    def x(day: date) -> float:
        return round((day - begins).days / whole * WIDTH, 1)

    bars = []
    for row, (step, first, ends) in enumerate(dated):
        left, width = x(first), max(10.0, x(ends + timedelta(days=1)) - x(first))
        after, before = WIDTH - left - width - 8, left - 8
        text = f"{step['title'] or step['code']}, {step['hours']} ч"
        to_the_left = len(text) * LETTER > after and before > after
        bars.append(
            {
                "x": left,
                "y": TOP + row * ROW,
                "width": round(width, 1),
                "look": "done" if step["status"] == "completed" else "taken" if step["status"] in ("applied", "studying") else "planned",
                "text": fitted(text, room=before if to_the_left else after),
                "text_x": round(left - 8, 1) if to_the_left else round(left + width + 8, 1),
                "anchor": "end" if to_the_left else "",
            }
        )
    load = [sum(step["hours"] for step, first, _ in dated if start <= first < next_quarter(start)) for start in quarters]
    height = TOP + len(dated) * ROW
    return {
        "bars": bars,
        "today": x(today),
        "height": height,
        "quarters": [
            {"x": x(start), "title": f"{ROMAN[(start.month - 1) // 3]} кв. {start.year}", "hours": hours}
            for start, hours in zip(quarters, load, strict=True)
        ],
        "most": max(load),
        "full": height + 78,
    }


def fitted(text: str, *, room: float) -> str:
    """A label cut to the room it has."""
    most = max(8, int(room / LETTER))
    return text if len(text) <= most else text[: most - 1].rstrip(" ,:") + "…"


def quarter_start(day: date) -> date:
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def next_quarter(start: date) -> date:
    return date(start.year + start.month // 10, (start.month + 2) % 12 + 1, 1)
