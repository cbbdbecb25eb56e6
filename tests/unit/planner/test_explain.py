"""The reasons of a route agree with the route."""

from dataclasses import replace
from datetime import date

import pytest

from services.routes.planner.explain import explain
from services.routes.planner.fit import fits
from services.routes.planner.prepare import Prepared, prepare
from services.routes.planner.problem import Candidate, Limits, Person, Problem
from services.routes.planner.reasons import (
    LittleGain,
    NoProgramme,
    Outweighed,
    Overlaps,
    PartlyClosed,
    PrerequisiteMissing,
    QuarterFull,
    Reason,
    SameProgramme,
    TooDear,
    TooLong,
    TooMany,
    Unknown,
)
from services.routes.planner.solve import Plan, solve
from services.routes.planner.why_not import why_not
from tests.unit.planner.brute_force import feasible, value
from tests.unit.planner.instances import random_problem

TODAY = date(2027, 1, 11)
ROOMY = Limits(hours=1_000, fee=1_000_000, courses=10, quarter_hours=1_000)
WEIGHTS = {"C": 1.0, "D": 0.5}


def course(
    programme: str,
    *,
    day: int | None = None,
    hours: int = 36,
    fee: int = 0,
    needs: str = "",
    c: float = 0.0,
    d: float = 0.0,
    number: int = 1,
    penalty: float = 0.0,
) -> Candidate:
    """A three-day group of March 2027, or an undated one."""
    return Candidate(
        programme=programme,
        group=f"{programme}{number}",
        hours=hours,
        fee=fee,
        effects={"C": c, "D": d},
        prerequisites=frozenset(needs),
        penalty=penalty,
        start=date(2027, 3, day) if day else None,
        end=date(2027, 3, day + 2) if day else None,
    )


def planned(*groups: Candidate, limits: Limits = ROOMY) -> tuple[Prepared, Plan]:
    """The best route of these groups."""
    prepared = Prepared(Problem(WEIGHTS, limits, groups), ())
    return prepared, solve(prepared.problem)


def test_a_step_says_what_it_closes_beside_the_others_and_fair_shares_add_up() -> None:
    prepared, plan = planned(course("A", c=0.6), course("B", c=0.4, d=0.2), course("E", c=0.2))
    by_group = {reason.step.group: reason for reason in explain(prepared, plan).steps}
    assert by_group["A1"].closes == {"C": pytest.approx(0.6 * 0.6 * 0.8)}
    assert by_group["B1"].closes == {"C": pytest.approx(0.4 * 0.4 * 0.8), "D": pytest.approx(0.2)}
    assert sum(reason.fair["C"] for reason in by_group.values()) == pytest.approx(1 - 0.4 * 0.6 * 0.8)
    assert by_group["A1"].fair["C"] > by_group["B1"].fair["C"] > by_group["E1"].fair["C"]


def test_the_shapley_share_of_two_courses_is_the_mean_of_first_and_last() -> None:
    prepared, plan = planned(course("A", c=0.6), course("B", c=0.4))
    fair = {reason.step.group: reason.fair["C"] for reason in explain(prepared, plan).steps}
    assert fair == {"A1": pytest.approx((0.6 + 0.36) / 2), "B1": pytest.approx((0.4 + 0.16) / 2)}


def test_without_a_programme_another_comes_in_and_something_is_lost() -> None:
    prepared, plan = planned(course("A", c=0.6), course("B", c=0.4), limits=replace(ROOMY, courses=1))
    (reason,) = explain(prepared, plan).steps
    assert reason.without is not None
    assert [each.group for each in reason.without.instead] == ["B1"]
    assert reason.without.loss == pytest.approx(0.2)
    assert reason.without.share == pytest.approx(1 / 3)


def test_the_groups_of_a_step_are_those_that_fit_the_best_first() -> None:
    blocked, later = course("A", day=20, number=2, c=0.6, penalty=0.1), course("A", day=25, number=3, c=0.6, penalty=0.3)
    sooner = course("A", day=10, number=4, c=0.6, penalty=0.2)
    prepared, plan = planned(course("A", day=1, c=0.6), blocked, later, sooner, course("B", day=21, c=0.4))
    by_programme = {reason.step.programme: reason.groups for reason in explain(prepared, plan).steps}
    assert by_programme == {"A": ("A1", "A4", "A3"), "B": ("B1",)}


@pytest.mark.parametrize(("asked", "groups", "limits", "reason"), [
    (course("Q", day=2, c=0.3), [course("A", day=1, c=0.6)], ROOMY, Overlaps("A1")),
    (course("Q", hours=72, c=0.3), [course("A", hours=72, c=0.6)], replace(ROOMY, hours=108), TooLong(36)),
    (course("Q", fee=700, c=0.3), [course("A", fee=600, c=0.6)], replace(ROOMY, fee=1_000), TooDear(300)),
    (course("Q", c=0.3), [course("A", c=0.6)], replace(ROOMY, courses=1), TooMany()),
    (course("Q", day=9, c=0.3), [course("A", day=1, c=0.6)], replace(ROOMY, quarter_hours=50), QuarterFull(2027, 1, 22)),
    (course("A", c=0.5, number=2), [course("A", c=0.6)], ROOMY, SameProgramme("A1")),
    (course("Q", needs="N", c=0.3), [course("A", c=0.6), course("N", penalty=2.0)], ROOMY, PrerequisiteMissing("N")),
    (course("Q", c=0.1, penalty=0.2), [course("A", c=0.6)], ROOMY, LittleGain()),
    (course("Q", day=2, hours=72, c=0.3), [course("A", day=1, hours=72, c=0.6)], replace(ROOMY, hours=72), Overlaps("A1")),
    (course("Q", d=0.1, hours=36), [course("A", c=0.6), course("B", c=0.6), course("E", c=0.6)], replace(ROOMY, hours=36), Outweighed()),
])  # fmt: skip
def test_a_group_left_out_has_its_binding_reason_and_its_price(
    asked: Candidate, groups: list[Candidate], limits: Limits, reason: Reason
) -> None:
    prepared, plan = planned(*groups, asked, limits=limits)
    answer = why_not(prepared, plan, asked.group)
    assert answer.reason == reason
    assert answer.plan is not None
    assert answer.loss is not None
    assert asked.group in answer.plan.groups
    assert answer.loss == pytest.approx(plan.objective - value(prepared.problem, answer.plan.steps))
    assert answer.loss > 0


def test_a_filtered_group_answers_with_its_filter_and_a_strange_one_is_unknown() -> None:
    person = Person(weights=WEIGHTS, limits=replace(ROOMY, hours=72))
    prepared = prepare(person, [course("A", c=0.6), course("Q", hours=80, c=0.6)], today=TODAY)
    plan = solve(prepared.problem)
    assert why_not(prepared, plan, "Q1").reason == TooLong(8)
    assert why_not(prepared, plan, "X").reason == Unknown()


def test_an_open_deficit_says_why() -> None:
    person = Person(weights={"C": 1.0, "D": 0.5, "E": 0.4, "F": 0.3, "G": 0.0}, limits=replace(ROOMY, hours=72))
    groups = [
        course("A", hours=72, c=0.6),
        replace(course("B", hours=36), effects={"D": 0.6}),
        replace(course("H", hours=90), effects={"E": 0.6}),
    ]
    prepared = prepare(person, groups, today=TODAY)
    plan = solve(prepared.problem)
    left = {residual.competence: residual for residual in explain(prepared, plan).residuals}
    assert {name: residual.reason for name, residual in left.items()} == {
        "C": PartlyClosed(),
        "D": TooLong(36),
        "E": TooLong(18),
        "F": NoProgramme(),
    }
    assert left["C"].share == pytest.approx(0.4)
    assert left["D"].weight == pytest.approx(0.5)


@pytest.mark.parametrize("seed", range(5))
def test_every_counterfactual_is_a_route_and_never_a_better_one(seed: int) -> None:
    problem = random_problem(seed, groups=30, programmes=20, limits=Limits(hours=108, fee=6_000, courses=5, quarter_hours=72))
    prepared = Prepared(problem, ())
    plan = solve(problem)
    explanation = explain(prepared, plan)
    for reason in explanation.steps:
        assert reason.without is not None
        assert reason.without.loss >= -1e-9
        assert reason.step.programme not in {each.programme for each in reason.without.plan.steps}
        for group in reason.groups:
            swapped = [each for each in problem.candidates if each.group in plan.groups - {reason.step.group} | {group}]
            assert fits(problem, swapped)
            assert feasible(problem, swapped)
    for each in problem.candidates:
        answer = why_not(prepared, plan, each.group)
        if each.group not in plan.groups and answer.plan is not None and answer.loss is not None:
            assert feasible(problem, answer.plan.steps)
            assert answer.loss >= -1e-9
    closed = {name: 1 - left / problem.weights[name] for name, left in plan.residual.items() if problem.weights[name]}
    for name, share in closed.items():
        assert sum(reason.fair.get(name, 0.0) for reason in explanation.steps) == pytest.approx(share)
