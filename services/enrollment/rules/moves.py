"""The life of an application as data: in which status who may do what, and what comes of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args

from services.enrollment.rules.refusals import MovedOn, NotYours
from shared.contracts.catalog import Approver
from shared.contracts.enrollment import FINAL, HolderRole, Status

Action = Literal[
    "submit",
    "appoint",
    "confirm",
    "approve",
    "reject",
    "clarify",
    "answer",
    "accept",
    "waitlist",
    "offer",
    "take",
    "lapse",
    "withdraw",
    "enrol",
    "transfer",
    "complete",
    "fail",
    "expel",
    "escalate",
    "expire",
    "finish",
    "follow",
    "regroup",
    "reschedule",
    "cancel",
]
Actor = Literal["learner", "school", "municipality", "agency", "provider", "operator", "system"]
Goal = Status | Literal["next_review", "back", "same"]

STATUSES = tuple(status for status in get_args(Status) if status != "submitted")
"""«Подана» is the first line of every history, not a place to rest: from there on the status says who has to act."""
LIVE = tuple(status for status in STATUSES if status not in FINAL)
STUDIED: frozenset[str] = frozenset({"enrolled", "completed", "not_completed", "expelled"})
"""Statuses behind an order of enrolment, which the law lets nobody forget."""


@dataclass(frozen=True, slots=True)
class Move:
    """Where an action leads and who may take it."""

    to: Goal
    by: frozenset[Actor]


def to(goal: Goal, *by: Actor) -> Move:
    return Move(goal, frozenset(by))


WITHDRAW = {"withdraw": to("withdrawn", "learner", "system")}
EXPIRE = {"expire": to("expired", "system")}
CANCEL = {"cancel": to("cancelled_by_provider", "system")}
FOLLOW = {"follow": to("same", "system")}  # the learner changed school
REGROUP = {"regroup": to("same", "system")}  # the wanted group was cancelled, another one of the list is next
RESCHEDULE = {"reschedule": to("same", "system")}  # the group's dates moved, so did the deadline
OPEN = WITHDRAW | EXPIRE | CANCEL | FOLLOW | REGROUP
STAFF: tuple[Actor, ...] = ("provider", "operator")

MOVES: Mapping[str | None, Mapping[str, Move]] = {
    None: {
        "submit": to("next_review", "learner"),
        "appoint": to("teacher_confirmation", "school", "municipality", "agency", "operator"),
    },
    "teacher_confirmation": OPEN | {"confirm": to("next_review", "learner")},
    "school_review": OPEN
    | {
        "approve": to("next_review", "school", "operator"),
        "reject": to("rejected", "school", "operator"),
        "clarify": to("clarification", "school", "operator"),
        "escalate": to("municipality_review", "system"),
    },
    "municipality_review": OPEN
    | {
        "approve": to("next_review", "municipality", "agency", "operator"),
        "reject": to("rejected", "municipality", "agency", "operator"),
        "clarify": to("clarification", "municipality", "agency", "operator"),
    },
    "provider_review": OPEN
    | {
        "accept": to("accepted", *STAFF),
        "waitlist": to("waiting_list", *STAFF),
        "offer": to("seat_offered", *STAFF),
        "reject": to("rejected", *STAFF),
        "clarify": to("clarification", *STAFF),
        "escalate": to("same", "system"),
    },
    "clarification": OPEN | {"answer": to("back", "learner")},
    "waiting_list": OPEN
    | RESCHEDULE
    | {
        "offer": to("seat_offered", *STAFF, "system"),
        "reject": to("rejected", *STAFF),
        "regroup": to("provider_review", "system"),
    },
    "seat_offered": WITHDRAW
    | EXPIRE
    | CANCEL
    | FOLLOW
    | {
        "take": to("accepted", "learner"),
        "lapse": to("back", "system"),
    },
    "accepted": WITHDRAW
    | CANCEL
    | FOLLOW
    | RESCHEDULE
    | {
        "enrol": to("enrolled", *STAFF),
        "transfer": to("same", *STAFF),
        "reject": to("rejected", *STAFF),
        "escalate": to("same", "system"),
    },
    "enrolled": CANCEL
    | RESCHEDULE
    | {
        "transfer": to("same", *STAFF),
        "complete": to("completed", *STAFF),
        "fail": to("not_completed", *STAFF),
        "expel": to("expelled", *STAFF),
        "finish": to("same", "system"),
        "escalate": to("same", "system"),
    },
    **{status: {} for status in sorted(FINAL)},
}
REVIEW: Mapping[Approver, Status] = {"school": "school_review", "municipality": "municipality_review"}
APPROVER: Mapping[str, Approver] = {status: approver for approver, status in REVIEW.items()}
REASONED: frozenset[str] = frozenset({"reject"})
"""Actions that need a reason of the dictionary."""

WAITS: Mapping[str, HolderRole] = {
    "teacher_confirmation": "learner",
    "school_review": "school",
    "municipality_review": "municipality",
    "provider_review": "provider",
    "clarification": "learner",
    "waiting_list": "provider",
    "seat_offered": "learner",
    "accepted": "provider",
    "enrolled": "learner",
}


def move_for(*, status: str | None, action: str, by: Actor, holder: HolderRole) -> Move:
    """The move that an actor makes; raises `MovedOn` when the status knows no such action, `NotYours` when it is somebody else's."""
    move = MOVES[status].get(action)
    if move is None:
        raise MovedOn()
    if not may(move, by=by, holder=holder):
        raise NotYours()
    return move


def may(move: Move, *, by: Actor, holder: HolderRole) -> bool:
    """Whether an actor may make a move; of a municipality and an agency only the one that holds the application."""
    return by in move.by and (by not in ("municipality", "agency") or holder in (by, "nobody"))


def destination(move: Move, *, status: str | None, chain: Collection[str], passed: Collection[str], returns_to: str | None) -> Status:
    """The status that a move leads to: `chain` is the programme's approvals in order, `passed` those given or skipped."""
    match move.to:
        case "next_review":
            waiting = [one for one in ("school", "municipality") if one in chain and one not in passed]
            return REVIEW[cast(Approver, waiting[0])] if waiting else "provider_review"
        case "back":
            return cast(Status, returns_to)
        case "same":
            return cast(Status, status)
        case _:
            return move.to


def passed_by(*, status: str | None, action: str) -> set[str]:
    """The approvals that an action settles: given by approving, skipped by silence."""
    settled = APPROVER.get(status or "") if action in ("approve", "escalate") else None
    return {settled} if settled else set()


def next_holder(*, action: str, to: str, holder: HolderRole, agency: bool) -> HolderRole:
    """Who has to act after a move; an agency stands in a municipality's place for its own organisations."""
    if action == "escalate" and to != "municipality_review":
        return "operator"
    if action == "finish":
        return "provider"
    if action in ("transfer", "reschedule") or (action == "follow" and holder not in ("municipality", "agency")):
        return holder
    waits = WAITS.get(to, "nobody")
    return "agency" if waits == "municipality" and agency else waits


def when_due(*, status: str, holder: HolderRole, offers_lapsed: int) -> Action | None:
    """What happens to an application that nobody moved in time: the municipality, the operator, the next one in the list, the end."""
    match status, holder:
        case "school_review", _:
            return "escalate"
        case "provider_review" | "accepted" | "enrolled", "provider":
            return "escalate"
        case "enrolled", "learner":
            return "finish"
        case "seat_offered", _:
            return "lapse" if offers_lapsed == 0 else "expire"
        case "teacher_confirmation" | "municipality_review" | "provider_review" | "clarification" | "waiting_list", _:
            return "expire"
    return None


def allowed(*, status: str, by: Collection[Actor], holder: HolderRole) -> list[str]:
    """The actions open to someone who is all of these, in the table's order."""
    return [action for action, move in MOVES[status].items() if any(may(move, by=one, holder=holder) for one in by)]
