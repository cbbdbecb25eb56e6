"""Who may apply to what, and what a decision has to say."""

from datetime import date

from services.enrollment.rules.moves import REASONED
from services.enrollment.rules.refusals import (
    GroupGone,
    GroupOver,
    ProgrammeClosed,
    ReasonMissing,
    RemarkMissing,
    TrainingNotStarted,
    WindowClosed,
)

OTHER = "other"
"""The reason that says nothing by itself, so that words have to follow."""


def may_apply(*, today: date, opens: date, closes: date, cancelled: bool, programme_open: bool) -> None:
    """Refuse to apply to a group that takes nobody today."""
    if not programme_open:
        raise ProgrammeClosed()
    if cancelled:
        raise GroupGone()
    if not opens <= today <= closes:
        raise WindowClosed()


def may_seat(*, today: date, ends: date, cancelled: bool) -> None:
    """Refuse to give a seat in a group that is cancelled or over."""
    if cancelled:
        raise GroupGone()
    if today > ends:
        raise GroupOver()


def explained(*, action: str, reason: str | None, remark: str | None) -> None:
    """Refuse a decision that leaves the person guessing: a rejection without a reason, a question without words."""
    if action in REASONED and reason is None:
        raise ReasonMissing()
    if remark is None and (reason == OTHER or (action == "clarify" and reason is None)):
        raise RemarkMissing()


def may_end(*, dated: date, starts: date) -> None:
    """Refuse to end a training before it began."""
    if dated < starts:
        raise TrainingNotStarted()
