"""Geometry of the drawings on pages, and the look of a state; templates only print what is computed here."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from gateway.portal.words import as_date, day, deadline
from shared.contracts.enrollment import FINAL

STOPPED = {"not_completed", "expelled", "rejected", "expired", "cancelled_by_provider"}
STAGES = (
    ("Подана", ("teacher_confirmation",)),
    ("Согласование", ("school_review", "municipality_review")),
    ("Рассмотрение", ("provider_review", "clarification", "waiting_list", "seat_offered")),
    ("Зачисление", ("accepted",)),
    ("Обучение", ("enrolled",)),
)


def standing(one: Mapping[str, Any], today: date) -> tuple[str, str, str, str]:
    """Look, what to do, who holds it, until when: the state of an application for whoever looks at it."""
    status, due = one["status"], as_date(one.get("due"))
    if status in FINAL:
        look = "done" if status == "completed" else "stop" if status in STOPPED else ""
        return look, one["state"], "", day(one.get("moved_at"), year=today.year)
    holder = one["holder"]["words"]
    acts = bool(one.get("allowed")) and ({action["action"] for action in one["allowed"]} - {"withdraw", "transfer", "expel"})
    if status == "enrolled" and not acts:
        return "", one["label"], "", f"до {day(due, year=today.year)}" if due else ""
    if not (holder == "у вас" or acts):
        return "wait", one["label"], holder, deadline(due, today)
    soon = due is not None and (due - today).days <= 1
    late = due is not None and due < today
    return "soon" if soon else "mine", one["label"], "у вас" if acts else holder, "срок прошёл" if late else deadline(due, today)


def stage(status: str) -> int:
    """At which of the five stages an application is, from 1; 6 when all are behind."""
    for place, (_, statuses) in enumerate(STAGES, 1):
        if status in statuses:
            return place
    return 6


def titles(competences: Any) -> str:
    """Titles of competences, given as objects or as codes, in one sentence."""
    return "; ".join(str(one.get("title") or one.get("code")) if isinstance(one, Mapping) else str(one) for one in competences)


LOOKS = {"deficit": "soon", "borderline": "wait", "none": "done", "insufficient": "wait"}
FILLS = {"deficit": "wait", "borderline": "edge", "none": "acc", "insufficient": "edge"}
NOTABLE, MOST = 0.9, 100
STRIP = (4.0, 2.92)
"""A strip's zero and one per cent, in its own units; the strip is 300 wide."""


def look_of(verdict: str) -> str:
    return LOOKS.get(verdict, "")


def at_percent(percent: float) -> float:
    """Where a per cent stands on a strip."""
    return round(STRIP[0] + STRIP[1] * max(0.0, min(float(MOST), percent)), 1)


def strip(line: Mapping[str, Any]) -> dict[str, Any]:
    """An estimate with its interval, the one before and the threshold, as a strip says them."""
    change = line.get("change")
    low, high = at_percent(line["percent_low"]), at_percent(line["percent_high"])
    return {
        "fill": FILLS.get(line["verdict"], "edge"),
        "dot": at_percent(line["percent"]),
        "low": low,
        "width": round(high - low, 1),
        "cut": at_percent(line["cut_percent"]),
        "before": at_percent(change["percent_before"]) if change else None,
    }


def moved(line: Mapping[str, Any]) -> str:
    """What changed since the measurement before, and never more than the error allows to say."""
    if line["verdict"] == "insufficient" and line["items_wanted"]:
        return f"нужно ещё заданий: {line['items_wanted']}"
    change = line.get("change")
    if not change:
        return "измерено впервые" if len(line.get("history", ())) < 2 else "прежняя шкала другая"
    points = round(change["percent_after"]) - round(change["percent_before"])
    sign = f"+{points}" if points > 0 else f"−{-points}" if points < 0 else "0"
    if change["grew"] >= NOTABLE:
        return f"{sign}, заметный рост"
    return f"{sign}, заметное снижение" if change["grew"] <= 1 - NOTABLE else f"{sign}, в пределах погрешности"


FIELD = {"left": 40.0, "right": 430.0, "top": 34.0, "bottom": 336.0, "cut": 235.0, "half": 185.0}
"""Where points may stand; above and below lie the names of the quarters."""
RADIUS, POINTS_SEEN, APART = 12.0, 50.0, 25.0
SHIFTS = sorted(((dx, dy) for dx in range(-150, 151, 25) for dy in range(-150, 151, 25)), key=lambda one: (one[0] ** 2 + one[1] ** 2, one))


def quadrant(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Points of measured against felt: across, the distance to the threshold in per cent points; up, how hard it feels. None overlap."""
    placed: list[dict[str, Any]] = []
    for number, line in enumerate(lines, 1):
        if line["felt"] is None or line["verdict"] == "insufficient":
            continue
        gap = max(-POINTS_SEEN, min(POINTS_SEEN, line["percent"] - line["cut_percent"])) / POINTS_SEEN
        reach = (FIELD["right"] - FIELD["cut"] if gap > 0 else FIELD["cut"] - FIELD["left"]) - RADIUS - 2
        height = FIELD["bottom"] - FIELD["top"] - 2 * RADIUS
        x, y = free_place(FIELD["cut"] + gap * reach, FIELD["bottom"] - RADIUS - line["felt"] * height, placed)
        placed.append({"n": number, "x": round(x, 1), "y": round(y, 1), "fill": FILLS.get(line["verdict"], "edge")})
    return placed


def free_place(x: float, y: float, placed: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    """The nearest place to a point that touches no other, in the same quarter."""
    across = (FIELD["left"], FIELD["cut"]) if x < FIELD["cut"] else (FIELD["cut"], FIELD["right"])
    up = (FIELD["top"], FIELD["half"]) if y < FIELD["half"] else (FIELD["half"], FIELD["bottom"])
    for dx, dy in SHIFTS:
        one, other = x + dx, y + dy
        inside = across[0] + RADIUS <= one <= across[1] - RADIUS and up[0] + RADIUS <= other <= up[1] - RADIUS
        apart = all((one - point["x"]) ** 2 + (other - point["y"]) ** 2 >= APART**2 for point in placed)
        if (inside or (dx, dy) == (0, 0)) and apart:
            return one, other
    return x, y


def bars(values: list[tuple[str, float | None]], *, width: float = 300.0) -> list[dict[str, Any]]:
    """Bars of values against the largest of them, the value outside a bar too short to hold it."""
    most = max((value for _, value in values if value), default=1) or 1
    drawn = []
    for title, value in values:
        length = round((value or 0) / most * width, 1)
        drawn.append({"title": title, "value": value, "width": length, "inside": length > 70})
    return drawn


STEPS = (0.16, 0.26, 0.36, 0.46, 0.56)
"""Shares at which the heat scale takes its next tone; the number always stands in the cell."""


def tone(share: float | None) -> str:
    """The class of a heat cell; a suppressed one is hatched."""
    if share is None:
        return "hx"
    return ("h0", "h1x", "h2x", "h3x", "h4x", "h5x")[sum(share >= step for step in STEPS)]


def heat_of(sheet: Mapping[str, Any], *, rows: int | None) -> dict[str, Any]:
    """The heat map of deficits: municipalities with most people first, competences across."""
    cells = {(one["oktmo"], one["competence"]): one for one in sheet["cells"]}
    places = sorted(sheet["by_municipality"], key=lambda one: (-(one["n"] or 0), one["municipality"]))
    shown = places if rows is None else places[:rows]
    codes = [one["competence"] for one in sheet["competences"]]
    return {
        "columns": sheet["competences"],
        "rows": [
            {"title": one["municipality"] or "не указан", "cells": [cells.get((one["oktmo"], code)) for code in codes]} for one in shown
        ],
        "left_out": len(places) - len(shown),
        "total": {one["competence"]: one for one in sheet["by_competence"]},
    }
