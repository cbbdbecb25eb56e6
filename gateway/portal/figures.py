"""Geometry of the drawings on pages, and the look of a state; templates only print what is computed here."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from gateway.portal.words import as_date, day, deadline

FINAL = {"completed", "not_completed", "expelled", "withdrawn", "rejected", "expired", "cancelled_by_provider"}
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
