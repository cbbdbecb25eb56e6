"""The life of an application: every status, every action, every actor."""

from itertools import product
from typing import get_args

import pytest

from services.enrollment.rules.moves import (
    LIVE,
    MOVES,
    STATUSES,
    Action,
    Actor,
    allowed,
    destination,
    move_for,
    next_holder,
    passed_by,
    when_due,
)
from services.enrollment.rules.refusals import MovedOn, NotYours
from services.enrollment.rules.words import ACTIONS, DONE, NEXT, ROLES, next_step
from shared import words
from shared.contracts.enrollment import FINAL, HolderRole

# status: action>goal by actors; written by hand from the regulation, apart from the code
REGULATION = """
none                 submit>next_review learner | appoint>teacher_confirmation school,municipality,agency,operator
teacher_confirmation confirm>next_review learner
school_review        approve>next_review school,operator | reject>rejected school,operator | clarify>clarification school,operator
school_review        escalate>municipality_review system
municipality_review  approve>next_review municipality,agency,operator | reject>rejected municipality,agency,operator
municipality_review  clarify>clarification municipality,agency,operator
provider_review      accept>accepted provider,operator | waitlist>waiting_list provider,operator | offer>seat_offered provider,operator
provider_review      reject>rejected provider,operator | clarify>clarification provider,operator | escalate>same system
clarification        answer>back learner
waiting_list         offer>seat_offered provider,operator,system | reject>rejected provider,operator | reschedule>same system
seat_offered         take>accepted learner | lapse>back system
accepted             enrol>enrolled provider,operator | transfer>same provider,operator | reject>rejected provider,operator
accepted             escalate>same system | reschedule>same system
enrolled             transfer>same provider,operator | complete>completed provider,operator | fail>not_completed provider,operator
enrolled             expel>expelled provider,operator | finish>same system | escalate>same system | reschedule>same system
"""
EXITS = {
    "withdraw": ("withdrawn", {"learner", "system"}, set(LIVE) - {"enrolled"}),
    "expire": ("expired", {"system"}, set(LIVE) - {"accepted", "enrolled"}),
    "cancel": ("cancelled_by_provider", {"system"}, set(LIVE)),
    "follow": ("same", {"system"}, set(LIVE) - {"enrolled"}),
    "regroup": ("same", {"system"}, set(LIVE) - {"seat_offered", "accepted", "enrolled", "waiting_list"}),
}


def regulation() -> dict[tuple[str | None, str], tuple[str, set[str]]]:
    stated: dict[tuple[str | None, str], tuple[str, set[str]]] = {("waiting_list", "regroup"): ("provider_review", {"system"})}
    for row in REGULATION.strip().splitlines():
        status, _, moves = row.partition(" ")
        for move in moves.split("|"):
            step, actors = move.split()
            action, goal = step.split(">")
            stated[None if status == "none" else status, action] = (goal, set(actors.split(",")))
    for action, (goal, exit_by, statuses) in EXITS.items():
        stated |= {(status, action): (goal, exit_by) for status in statuses}
    return stated


STATED = regulation()
ACTORS: tuple[Actor, ...] = get_args(Actor)


@pytest.mark.parametrize(("status", "action"), list(product([None, *STATUSES], get_args(Action))))
def test_every_action_in_every_status_is_what_the_regulation_says(status: str | None, action: str) -> None:
    goal, actors = STATED.get((status, action), ("", set()))
    for actor in ACTORS:
        holder: HolderRole = actor if actor in ("municipality", "agency") else "nobody"
        if not goal:
            with pytest.raises(MovedOn):
                move_for(status=status, action=action, by=actor, holder=holder)
        elif actor not in actors:
            with pytest.raises(NotYours):
                move_for(status=status, action=action, by=actor, holder=holder)
        else:
            assert move_for(status=status, action=action, by=actor, holder=holder).to == goal


def test_of_a_municipality_and_an_agency_only_the_holder_decides() -> None:
    assert move_for(status="municipality_review", action="approve", by="agency", holder="agency")
    with pytest.raises(NotYours):
        move_for(status="municipality_review", action="approve", by="municipality", holder="agency")


def test_a_final_status_has_no_way_out_and_a_live_one_always_has() -> None:
    assert all(not MOVES[status] for status in FINAL)
    assert all({move.to for move in MOVES[status].values()} & FINAL for status in LIVE)


def test_every_status_can_be_reached() -> None:
    reached: set[str | None] = {None}
    while True:
        steps = {move.to for status in reached for move in MOVES[status].values()}
        more = reached | (steps - {"same", "back", "next_review"})
        if "next_review" in steps:
            more |= {"school_review", "municipality_review", "provider_review"}
        if more == reached:
            break
        reached = more
    assert reached == {None, *STATUSES}


@pytest.mark.parametrize(
    ("chain", "passed", "to"),
    [
        ([], [], "provider_review"),
        (["school"], [], "school_review"),
        (["school"], ["school"], "provider_review"),
        (["school", "municipality"], [], "school_review"),
        (["municipality", "school"], [], "school_review"),
        (["school", "municipality"], ["school"], "municipality_review"),
        (["school", "municipality"], ["municipality"], "school_review"),
        (["school", "municipality"], ["school", "municipality"], "provider_review"),
        (["municipality"], [], "municipality_review"),
    ],
)
def test_the_next_review_is_the_first_approval_not_given(chain: list[str], passed: list[str], to: str) -> None:
    move = MOVES[None]["submit"]
    assert destination(move, status=None, chain=chain, passed=passed, returns_to=None) == to


def test_an_approval_and_a_silence_both_settle_the_review() -> None:
    assert passed_by(status="school_review", action="approve") == {"school"}
    assert passed_by(status="school_review", action="escalate") == {"school"}
    assert passed_by(status="municipality_review", action="approve") == {"municipality"}
    assert passed_by(status="provider_review", action="accept") == set()
    assert passed_by(status="school_review", action="clarify") == set()


def test_an_answer_goes_back_to_whoever_asked() -> None:
    answer = MOVES["clarification"]["answer"]
    assert destination(answer, status="clarification", chain=[], passed=[], returns_to="school_review") == "school_review"


@pytest.mark.parametrize(
    ("action", "to", "holder", "agency", "then"),
    [
        ("submit", "school_review", "nobody", False, "school"),
        ("approve", "municipality_review", "school", False, "municipality"),
        ("approve", "municipality_review", "school", True, "agency"),
        ("escalate", "municipality_review", "school", True, "agency"),
        ("escalate", "provider_review", "provider", False, "operator"),
        ("escalate", "accepted", "provider", False, "operator"),
        ("finish", "enrolled", "learner", False, "provider"),
        ("reschedule", "accepted", "operator", False, "operator"),
        ("transfer", "enrolled", "provider", False, "provider"),
        ("follow", "clarification", "learner", False, "learner"),
        ("follow", "municipality_review", "municipality", True, "agency"),
        ("withdraw", "withdrawn", "school", False, "nobody"),
    ],
)
def test_the_next_holder(action: str, to: str, holder: HolderRole, agency: bool, then: str) -> None:
    assert next_holder(action=action, to=to, holder=holder, agency=agency) == then


@pytest.mark.parametrize(
    ("status", "holder", "lapsed", "action"),
    [
        ("teacher_confirmation", "learner", 0, "expire"),
        ("school_review", "school", 0, "escalate"),
        ("municipality_review", "municipality", 0, "expire"),
        ("provider_review", "provider", 0, "escalate"),
        ("provider_review", "operator", 0, "expire"),
        ("clarification", "learner", 0, "expire"),
        ("waiting_list", "provider", 0, "expire"),
        ("seat_offered", "learner", 0, "lapse"),
        ("seat_offered", "learner", 1, "expire"),
        ("accepted", "provider", 0, "escalate"),
        ("accepted", "operator", 0, None),
        ("enrolled", "learner", 0, "finish"),
        ("enrolled", "provider", 0, "escalate"),
        ("enrolled", "operator", 0, None),
    ],
)
def test_silence_is_never_the_end_of_the_road_without_a_way_on(status: str, holder: HolderRole, lapsed: int, action: str | None) -> None:
    assert when_due(status=status, holder=holder, offers_lapsed=lapsed) == action
    if action:
        assert "system" in MOVES[status][action].by


def test_what_a_caller_may_do_is_what_the_table_lets_them() -> None:
    assert allowed(status="school_review", by=["school"], holder="school") == ["approve", "reject", "clarify"]
    assert allowed(status="school_review", by=["learner"], holder="school") == ["withdraw"]
    assert allowed(status="provider_review", by=["school"], holder="provider") == []
    assert allowed(status="rejected", by=["operator", "provider"], holder="nobody") == []


def test_everything_people_see_has_russian_words() -> None:
    assert set(words.STATUSES) == set(STATUSES)
    assert set(NEXT) == set(LIVE)
    assert {*words.HOLDERS, "nobody"} == set(get_args(HolderRole))
    assert set(DONE) == set(get_args(Action))
    by_people = {action for moves in MOVES.values() for action, move in moves.items() if move.by - {"system"}}
    assert by_people <= set(ACTIONS)
    assert "system" in ROLES
    assert next_step("enrolled", holder="provider") == "Подписать приказ об окончании"
    assert next_step("withdrawn", holder="nobody") == "Отозвана"
