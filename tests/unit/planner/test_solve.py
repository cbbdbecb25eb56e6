"""The solver against every set, against HiGHS, and against what must hold whatever the numbers."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from services.routes.planner.fit import fits
from services.routes.planner.problem import Candidate, Limits, Problem, fingerprint
from services.routes.planner.reasons import NoRoute, Overlaps, PrerequisiteMissing, SameProgramme, TooDear, TooLong, Unknown
from services.routes.planner.search import NODE_LIMIT
from services.routes.planner.solve import GROUP_VISITS, solve
from tests.unit.planner.brute_force import best_value, feasible, value
from tests.unit.planner.instances import YEAR, random_problem
from tests.unit.planner.referee import attainable, referee

ROOMY = Limits(hours=1_000, fee=1_000_000, courses=10, quarter_hours=1_000)


def small(seed: int) -> Problem:
    """Up to 14 groups with everything that can bind: hours, fee, courses, quarters, overlaps, chains of prerequisites, wishes."""
    dice = Random(seed)
    limits = Limits(
        hours=dice.choice((54, 72, 108, 144, 216)),
        fee=dice.choice((0, 6000, 1_000_000)),
        courses=dice.randint(1, 5),
        quarter_hours=dice.choice((40, 80, 1_000)),
    )
    problem = random_problem(seed, groups=dice.randint(8, 14), programmes=8, competences=5, needy=0.5, undated=0.35, limits=limits)
    groups = [each.group for each in problem.candidates]
    return replace(
        problem,
        mandatory=frozenset(dice.sample(groups, dice.choice((0, 0, 0, 1, 2)))),
        planned=frozenset(dice.sample(groups, 3)),
        stability=dice.choice((0.0, 0.03)),
        passed=frozenset({dice.choice(problem.candidates).programme}) if dice.random() < 0.3 else frozenset(),
    )


@pytest.mark.parametrize("start", range(0, 500, 50))
def test_no_set_of_groups_is_better_than_the_route(start: int) -> None:
    refused = 0
    for seed in range(start, start + 50):
        problem = small(seed)
        best = best_value(problem)
        if best == float("-inf"):
            refused += 1
            with pytest.raises(NoRoute):
                solve(problem)
            continue
        plan = solve(problem)
        assert feasible(problem, plan.steps), seed
        assert plan.objective == pytest.approx(value(problem, plan.steps), abs=1e-9), seed
        assert plan.objective == pytest.approx(best, abs=1e-8), seed
        assert plan.proven
        assert plan.bound == plan.objective
    assert refused < 25, "the generator must leave most problems solvable"


@pytest.mark.parametrize("seed", range(8))
def test_highs_finds_no_better_route_among_60_groups(seed: int) -> None:
    limits = Limits(hours=108 + 36 * (seed % 2), fee=(9_000, 1_000_000)[seed % 2], courses=6, quarter_hours=(60, 1_000)[seed // 4])
    problem = random_problem(seed, limits=limits)
    plan, verdict = solve(problem), referee(problem, tangents=attainable((0.2, 0.4, 0.6), 3))
    assert feasible(problem, verdict.chosen)
    assert feasible(problem, plan.steps)
    assert value(problem, verdict.chosen) <= plan.objective + 1e-6
    assert plan.objective <= verdict.bound + 1e-6
    assert verdict.bound == pytest.approx(plan.objective, rel=0.003)


@pytest.mark.parametrize("seed", range(20))
def test_more_hours_money_courses_or_room_in_a_quarter_never_lower_the_objective(seed: int) -> None:
    tight = Limits(hours=72, fee=3_000, courses=3, quarter_hours=54)
    problem = random_problem(seed, limits=tight)
    floor = solve(problem).objective
    for wider in (
        replace(tight, hours=108),
        replace(tight, fee=9_000),
        replace(tight, courses=4),
        replace(tight, quarter_hours=90),
    ):
        assert solve(replace(problem, limits=wider)).objective >= floor - 1e-9


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_the_inputs_changes_nothing(seed: int) -> None:
    problem = random_problem(seed)
    twins = tuple(replace(each, group=f"{each.group}-twin") for each in problem.candidates[:5])
    problem = replace(problem, candidates=problem.candidates + twins)
    dice = Random(seed)
    shuffled = [
        replace(each, effects=dict(dice.sample(list(each.effects.items()), len(each.effects))))
        for each in dice.sample(problem.candidates, len(problem.candidates))
    ]
    weights = dict(dice.sample(list(problem.weights.items()), len(problem.weights)))
    one, other = solve(problem), solve(replace(problem, candidates=tuple(shuffled), weights=weights))
    assert [step.group for step in one.steps] == [step.group for step in other.steps]
    assert (one.objective, one.nodes, one.inputs) == (other.objective, other.nodes, other.inputs)


def test_of_equal_groups_the_one_with_the_earlier_name_is_taken() -> None:
    groups = [Candidate(programme=name, group=f"{name}1", hours=36, effects={"C": 0.4}) for name in "CAB"]
    limits = replace(ROOMY, courses=1)
    assert [step.group for step in solve(Problem({"C": 1.0}, limits, tuple(groups))).steps] == ["A1"]


@pytest.mark.parametrize("field", ["weights", "limits", "effect", "penalty", "dates", "passed", "mandatory", "group"])
def test_the_fingerprint_changes_with_every_input_and_not_with_stability(field: str) -> None:
    problem = random_problem(1)
    first, *others = problem.candidates
    changed = {
        "weights": replace(problem, weights={**problem.weights, "C00": 9.0}),
        "limits": replace(problem, limits=replace(problem.limits, quarter_hours=7)),
        "effect": replace(problem, candidates=(replace(first, effects={"C00": 0.123}), *others)),
        "penalty": replace(problem, candidates=(replace(first, penalty=0.777), *others)),
        "dates": replace(problem, candidates=(replace(first, start=YEAR, end=YEAR + timedelta(days=99)), *others)),
        "passed": replace(problem, passed=frozenset({"P01"})),
        "mandatory": replace(problem, mandatory=frozenset({first.group})),
        "group": replace(problem, candidates=tuple(others)),
    }[field]
    assert fingerprint(changed) != fingerprint(problem)
    assert fingerprint(replace(problem, planned=frozenset({"P01-001"}), stability=0.5)) == fingerprint(problem)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("node_limit", [1, 3, 10])
def test_at_the_node_limit_the_route_is_feasible_and_the_bound_holds(seed: int, node_limit: int) -> None:
    problem = random_problem(seed, limits=Limits(hours=144, fee=1_000_000, courses=6, quarter_hours=1_000))
    best, cut = solve(problem), solve(problem, node_limit=node_limit)
    assert best.nodes > node_limit
    assert not cut.proven
    assert cut.nodes <= node_limit
    assert cut.objective <= best.objective + 1e-9 <= cut.bound + 2e-9
    assert fits(problem, cut.steps)


def test_of_many_groups_fewer_nodes_are_looked_at_and_the_bound_says_what_that_may_cost() -> None:
    problem = random_problem(0, groups=400, programmes=300, limits=Limits(hours=288, fee=1_000_000, courses=10, quarter_hours=1_000))
    plan = solve(problem)
    assert plan.nodes <= GROUP_VISITS // 400 < NODE_LIMIT
    assert not plan.proven
    assert 0 < plan.objective < plan.bound


def test_the_node_limit_does_not_stop_before_the_mandatory_groups_are_in() -> None:
    groups = (dated("A"), dated("B", start=9, needs="N"), dated("N", start=5), dated("E", start=20))
    plan = solve(Problem({"C": 1.0}, ROOMY, groups, mandatory=frozenset({"A1", "B9"})), node_limit=1)
    assert {"A1", "N5", "B9"} <= plan.groups
    assert not plan.proven


def test_an_undated_course_between_two_dated_ones_does_not_hide_their_order() -> None:
    late = Candidate(programme="A", group="A1", hours=16, effects={"C": 0.1}, start=date(2027, 5, 3), end=date(2027, 5, 7))
    link = Candidate(programme="B", group="B1", hours=16, effects={"C": 0.1}, prerequisites=frozenset({"A"}))
    early = Candidate(
        programme="D",
        group="D1",
        hours=16,
        effects={"C": 0.5},
        prerequisites=frozenset({"B"}),
        start=date(2027, 3, 1),
        end=date(2027, 3, 5),
    )
    later = replace(early, group="D2", start=date(2027, 6, 1), end=date(2027, 6, 5), penalty=0.05)
    assert "D1" not in solve(Problem({"C": 1.0}, ROOMY, (late, link, early))).groups
    assert [step.group for step in solve(Problem({"C": 1.0}, ROOMY, (late, link, early, later))).steps] == ["A1", "B1", "D2"]


def test_a_prerequisite_without_gain_of_its_own_is_taken_for_what_it_opens() -> None:
    first = Candidate(programme="Z", group="Z1", hours=16, penalty=0.1)
    second = Candidate(programme="A", group="A1", hours=36, effects={"C": 0.6}, prerequisites=frozenset({"Z"}))
    plan = solve(Problem({"C": 1.0}, ROOMY, (second, first)))
    assert [step.group for step in plan.steps] == ["Z1", "A1"]
    assert plan.objective == pytest.approx(0.5)
    assert plan.residual == {"C": pytest.approx(0.4)}
    assert [step.group for step in solve(Problem({"C": 1.0}, ROOMY, (second, first), passed=frozenset({"Z"}))).steps] == ["A1"]
    assert solve(Problem({"C": 0.1}, ROOMY, (second, first))).steps == ()


def test_programmes_that_need_each_other_are_never_taken() -> None:
    one = Candidate(programme="A", group="A1", hours=16, effects={"C": 0.5}, prerequisites=frozenset({"B"}))
    other = Candidate(programme="B", group="B1", hours=16, effects={"C": 0.5}, prerequisites=frozenset({"A"}))
    assert solve(Problem({"C": 1.0}, ROOMY, (one, other))).steps == ()


def dated(programme: str, *, start: int = 1, hours: int = 36, needs: str = "", fee: int = 0) -> Candidate:
    """A group of March 2027 that lasts three days."""
    return Candidate(
        programme=programme,
        group=f"{programme}{start}",
        hours=hours,
        fee=fee,
        effects={"C": 0.4},
        prerequisites=frozenset(needs),
        start=date(2027, 3, start),
        end=date(2027, 3, start + 2),
    )


def test_two_courses_beat_a_denser_one_that_overlaps_both() -> None:
    dense = replace(dated("X", hours=16), end=date(2027, 3, 20), effects={"C": 0.5})
    decoy = replace(dated("P", hours=18), end=date(2027, 3, 20), effects={"C": 0.45})
    pair = [replace(dated("A", start=2), effects={"C": 0.35}), replace(dated("B", start=9), effects={"D": 0.35})]
    assert solve(Problem({"C": 1.0, "D": 1.0}, ROOMY, (dense, decoy, *pair))).groups == {"A2", "B9"}


def test_a_dearer_group_is_taken_when_only_it_is_over_before_the_next_course() -> None:
    early, late, after = replace(dated("A", start=1), penalty=0.1), dated("A", start=20), dated("B", start=10, needs="A")
    assert solve(Problem({"C": 1.0}, ROOMY, (early, late, after))).groups == {"A1", "B10"}


def test_a_dearer_group_is_taken_when_only_it_is_late_enough_for_its_prerequisite() -> None:
    soon, late = dated("A", start=1, needs="N"), replace(dated("A", start=20, needs="N"), penalty=0.05)
    dear, cheap = replace(dated("N"), group="N0", start=None, end=None, penalty=0.3), dated("N", start=9)
    assert solve(Problem({"C": 1.0}, ROOMY, (soon, late, dear, cheap))).groups == {"N9", "A20"}


@pytest.mark.parametrize(("hours", "courses", "needy", "nodes"), [
    (108, 6, 0.15, 850), (1_000, 3, 0.15, 2_050), (144, 6, 0.6, 1_550),
])  # fmt: skip
def test_the_bounds_keep_the_search_small(hours: int, courses: int, needy: float, nodes: int) -> None:
    limits = Limits(hours=hours, fee=1_000_000, courses=courses, quarter_hours=1_000)
    assert sum(solve(random_problem(seed, needy=needy, limits=limits)).nodes for seed in range(40)) <= nodes


@pytest.mark.parametrize(("groups", "mandatory", "group", "reason"), [
    ([dated("A")], {"X"}, "X", Unknown()),
    ([dated("A", start=1), dated("A", start=9)], {"A1", "A9"}, "A9", SameProgramme("A1")),
    ([dated("A", start=1), dated("B", start=3)], {"A1", "B3"}, "B3", Overlaps("A1")),
    ([dated("A", start=1), dated("B", start=9, hours=40)], {"A1", "B9"}, "B9", TooLong(4)),
    ([dated("A", fee=900)], {"A1"}, "A1", TooDear(400)),
    ([dated("A", needs="B"), dated("B", start=9)], {"A1"}, "A1", PrerequisiteMissing("B")),
])  # fmt: skip
def test_an_impossible_mandatory_group_is_refused_with_its_reason(
    groups: list[Candidate], mandatory: set[str], group: str, reason: object
) -> None:
    with pytest.raises(NoRoute) as refusal:
        solve(Problem({"C": 1.0}, Limits(hours=72, fee=500, courses=5, quarter_hours=100), tuple(groups), mandatory=frozenset(mandatory)))
    assert (refusal.value.group, refusal.value.reason) == (group, reason)


@pytest.mark.parametrize("spoil", [
    {"hours": 0}, {"fee": -1}, {"effects": {"C": 1.0}}, {"effects": {"C": -0.1}}, {"end": None}, {"end": date(2027, 2, 1)},
])  # fmt: skip
def test_a_group_that_cannot_exist_is_refused(spoil: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="A1"):
        replace(dated("A"), **spoil)  # type: ignore[arg-type]


def test_a_group_across_quarters_loads_each_by_its_days() -> None:
    across = replace(dated("A"), hours=30, start=date(2027, 3, 22), end=date(2027, 4, 10))
    assert across.loads() == {(2027, 1): 15, (2027, 2): 15}
    assert sum(replace(across, hours=31, end=date(2028, 1, 10)).loads().values()) == 31
    problem = Problem({"C": 1.0}, Limits(hours=72, fee=0, courses=5, quarter_hours=50), (across, dated("B", start=1)))
    assert len(solve(problem).steps) == 1
    assert len(solve(replace(problem, limits=replace(problem.limits, quarter_hours=51))).steps) == 2
