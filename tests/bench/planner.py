"""How fast one route is planned, all from groups to a proven and fingerprinted plan, against HiGHS from a finished model."""

import time
from statistics import median

from services.routes.planner.problem import Limits, Problem
from services.routes.planner.solve import Plan, solve
from tests.unit.planner.brute_force import feasible, value
from tests.unit.planner.instances import random_problem
from tests.unit.planner.referee import Verdict, referee


def run() -> list[dict[str, object]]:
    """One row per budget: median ms per route of ours and of HiGHS, their ratio, and the least ratio promised."""
    return [routes(hours=72, goal=15.0), routes(hours=108, goal=15.0), routes(hours=144, goal=10.0)]


def routes(*, hours: int, goal: float, seeds: int = 40) -> dict[str, object]:
    """60 groups of 45 programmes, 20 competences, at most 6 courses; every answer of both is checked."""
    ours, baseline = [], []
    for seed in range(seeds):
        problem = random_problem(seed, limits=Limits(hours=hours, fee=1_000_000, courses=6, quarter_hours=1_000))
        start = time.perf_counter()
        plan = solve(problem)
        ours.append(1000 * (time.perf_counter() - start))
        verdict = referee(problem)
        baseline.append(1000 * verdict.seconds)
        agree(problem, plan, verdict)
    ratio = median(baseline) / median(ours)
    name = f"route of 60 groups, {hours} hours"
    return {"bench": name, "ours": median(ours), "baseline": median(baseline), "ratio": ratio, "unit": "ms", "goal": goal}


def agree(problem: Problem, plan: Plan, verdict: Verdict) -> None:
    """A fast wrong answer is no result: both feasible, ours proven, not below HiGHS's choice and not above its bound."""
    theirs = value(problem, verdict.chosen)
    if not (plan.proven and feasible(problem, plan.steps) and feasible(problem, verdict.chosen)):
        raise AssertionError(f"an answer is not a route: {plan.groups} or {verdict.chosen}")
    if not theirs - 1e-6 <= plan.objective <= verdict.bound + 1e-6:
        raise AssertionError(f"ours is {plan.objective}, the referee's {theirs}, its bound {verdict.bound}")


if __name__ == "__main__":
    for line in run():
        print(line)
