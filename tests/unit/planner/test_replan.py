"""What stays fixed and what may change when something happened to a route."""

from dataclasses import replace
from datetime import date

import pytest

from services.routes.planner.frontier import frontier
from services.routes.planner.prepare import prepare
from services.routes.planner.problem import Candidate, Limits, Person, fingerprint
from services.routes.planner.reasons import NoRoute, Overlaps
from services.routes.planner.replan import replan, stability
from services.routes.planner.solve import solve
from tests.unit.planner.instances import random_problem

TODAY = date(2027, 3, 1)
LIMITS = Limits(hours=108, fee=10_000, courses=4, quarter_hours=108)
PERSON = Person(weights={"C": 1.0, "D": 0.8}, limits=LIMITS)


def course(programme: str, *, month: int | None = None, hours: int = 36, **effects: float) -> Candidate:
    """A group of the first days of a month of 2027, or an undated one."""
    return Candidate(
        programme=programme,
        group=f"{programme}{month or 0}",
        hours=hours,
        effects=effects,
        start=date(2027, month, 4) if month else None,
        end=date(2027, month, 8) if month else None,
    )


def test_a_planned_group_is_kept_when_another_is_hardly_better() -> None:
    old, new = course("A", month=5, C=0.50), course("B", month=5, C=0.52)
    assert solve(prepare(PERSON, [old, new], today=TODAY).problem).groups == {"B5"}
    kept = replan(PERSON, [old, new], today=TODAY, planned=frozenset({"A5"}), delta=0.05)
    assert kept.plan.groups == {"A5"}
    assert kept.kept == {"A5"}
    assert not kept.dropped | kept.added
    changed = replan(PERSON, [old, new], today=TODAY, planned=frozenset({"A5"}), delta=0.01)
    assert changed.plan.groups == {"B5"}
    assert not changed.kept
    assert changed.dropped == {"A5"}
    assert changed.added == {"B5"}
    assert changed.plan.objective == pytest.approx(0.52 - 0.01)


def test_done_and_confirmed_courses_stay_and_take_their_hours() -> None:
    done, confirmed = course("A", month=2, C=0.6), course("B", month=4, D=0.2)
    big, small = course("E", month=6, hours=72, D=0.6), course("F", month=7, D=0.3)
    new = replan(PERSON, [big, small], today=TODAY, done=[done], confirmed=[confirmed])
    assert [step.group for step in new.plan.steps] == ["A2", "B4", "F7"]
    assert new.plan.hours == 108
    assert new.added == {"F7"}


def test_a_done_course_closes_by_forecast_until_a_measurement_replaces_it() -> None:
    done, repeat = course("A", month=2, C=0.6), course("E", month=6, C=0.5)
    assert replan(PERSON, [repeat], today=TODAY, done=[done]).plan.residual["C"] == pytest.approx(0.2)
    measured = replace(PERSON, weights={"C": 0.7, "D": 0.8})
    assert replan(measured, [repeat], today=TODAY, done=[done], remeasured=frozenset({"C"})).plan.residual["C"] == pytest.approx(0.35)


def test_a_done_course_opens_what_needs_it_and_is_not_taken_again() -> None:
    done = replace(course("A", month=2, C=0.2), prerequisites=frozenset({"Z"}))
    again, after = replace(done, group="A9", start=None, end=None), replace(course("B", month=6, D=0.5), prerequisites=frozenset({"A"}))
    assert replan(PERSON, [again, after], today=TODAY, done=[done]).plan.groups == {"A2", "B6"}


def test_a_budget_cut_too_late_leaves_what_is_fixed() -> None:
    done = course("A", month=2, hours=72, C=0.6)
    poorer = replace(PERSON, limits=Limits(hours=36, fee=0, courses=0, quarter_hours=10))
    assert replan(poorer, [course("B", D=0.6)], today=TODAY, done=[done]).plan.groups == {"A2"}


def test_courses_done_side_by_side_are_facts_but_confirmed_ones_that_overlap_are_refused() -> None:
    one, other = course("A", month=2, C=0.6), course("B", month=2, D=0.6)
    assert replan(PERSON, [], today=TODAY, done=[one, other]).plan.groups == {"A2", "B2"}
    with pytest.raises(NoRoute) as refusal:
        replan(PERSON, [], today=TODAY, confirmed=[course("A", month=5, C=0.6), course("B", month=5, D=0.6)])
    assert refusal.value.reason == Overlaps("A5")


@pytest.mark.parametrize("seed", range(15))
def test_after_a_cancellation_fewer_things_change_than_in_a_route_planned_afresh(seed: int) -> None:
    problem = random_problem(seed, groups=40, programmes=30)
    person, today = Person(weights=problem.weights, limits=problem.limits), date(2027, 1, 1)
    plan = solve(prepare(person, problem.candidates, today=today).problem)
    left = [each for each in problem.candidates if each.group != plan.steps[0].group]
    fresh = solve(prepare(person, left, today=today).problem)
    delta = stability(plan)
    new = replan(person, left, today=today, planned=plan.groups, delta=delta)
    assert len(new.dropped) <= len(plan.groups - fresh.groups)
    assert new.plan.objective >= fresh.objective - delta * len(plan.groups - fresh.groups) - 1e-9
    assert new.plan.objective + delta * len(new.dropped) <= fresh.objective + 1e-9
    assert new.plan.bound == new.plan.objective
    assert new.plan.inputs == fingerprint(prepare(person, left, today=today).problem)


def test_the_frontier_grows_with_the_budget_and_opens_longer_courses() -> None:
    groups = [course("A", hours=36, C=0.4), course("B", hours=72, C=0.6), course("E", hours=144, C=0.6, D=0.6)]
    points = frontier(replace(PERSON, limits=replace(LIMITS, quarter_hours=200)), groups, today=TODAY)
    assert [point.hours for point in points] == [36, 72, 108, 144]
    plans = [point.plan for point in points if point.plan]
    assert [plan.groups for plan in plans] == [{"A0"}, {"B0"}, {"A0", "B0"}, {"E0"}]
    assert [plan.objective for plan in plans] == sorted(plan.objective for plan in plans)


def test_a_budget_below_the_mandatory_groups_has_no_route() -> None:
    person = replace(PERSON, mandatory=frozenset({"B0"}))
    points = frontier(person, [course("B", hours=72, C=0.6)], today=TODAY, budgets=(36, 72))
    assert points[0].plan is None
    assert points[1].plan is not None
