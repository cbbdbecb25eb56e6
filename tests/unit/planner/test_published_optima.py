"""Multidimensional knapsacks of the OR-Library (file mknap1, Petersen 1967) as routes that close one deficit per course."""

from pathlib import Path

import pytest

from services.routes.planner.instance import Instance, pack
from services.routes.planner.search import NODE_LIMIT, Found, search

HALF = 0.5
Knapsack = tuple[list[float], list[list[int]], list[int], float]


def problems() -> list[Knapsack]:
    """Profits, costs per resource, limits and the published optimum of each problem."""
    numbers = iter(Path(__file__).with_name("mknap1.txt").read_text().split())
    found = []
    for _ in range(int(next(numbers))):
        items, resources, optimum = int(next(numbers)), int(next(numbers)), float(next(numbers))
        profits = [float(next(numbers)) for _ in range(items)]
        costs = [[int(next(numbers)) for _ in range(items)] for _ in range(resources)]
        found.append((profits, costs, [int(next(numbers)) for _ in range(resources)], optimum))
    return found


def knapsack(profits: list[float], costs: list[list[int]], limits: list[int]) -> Instance:
    """Each item is a course on a deficit of its own, twice as heavy as the profit and half closed; hours are all costs together.

    Hours enter the bound only: shares of all limits, in millionths and rounded down, which the limits themselves imply.
    """
    items, scale = range(len(profits)), 1_000_000
    hours = [max(1, sum(scale * row[item] // limit for row, limit in zip(costs, limits, strict=True))) for item in items]
    return Instance(
        hours=hours,
        cost=[0.0] * len(profits),
        density=[profits[item] / hours[item] for item in items],
        closes=[[(item, HALF)] for item in items],
        columns=[[(item, HALF / hours[item])] for item in items],
        residual=[2 * profit for profit in profits],
        clash=[1 << item for item in items],
        family=[1 << item for item in items],
        needs=[()] * len(profits),
        packed=pack(limits, [[(place, row[item]) for place, row in enumerate(costs)] for item in items]),
        budget=scale * len(limits) + len(profits),
        courses=len(profits),
        available=list(items),
        mandatory=[],
    )


def reached(number: int, node_limit: int = NODE_LIMIT) -> tuple[Found, float, float]:
    """What the search found, the profit of its choice, which is checked to be within all limits, and the published optimum."""
    profits, costs, limits, optimum = problems()[number]
    found = search(knapsack(profits, costs, limits), node_limit=node_limit)
    assert found.chosen is not None
    chosen = [item for item in range(len(profits)) if found.chosen >> item & 1]
    assert all(sum(row[item] for item in chosen) <= limit for row, limit in zip(costs, limits, strict=True))
    return found, sum(profits[item] for item in chosen), optimum


@pytest.mark.parametrize("number", range(5))
def test_the_published_optimum_of_a_knapsack_is_reached_and_proven(number: int) -> None:
    found, profit, optimum = reached(number)
    assert found.proven
    assert profit == pytest.approx(optimum)
    assert found.bound == pytest.approx(optimum)


@pytest.mark.parametrize("number", [5, 6])
def test_at_the_node_limit_the_published_optimum_lies_between_the_best_found_and_the_bound(number: int) -> None:
    found, profit, optimum = reached(number, node_limit=20_000)
    assert not found.proven
    assert found.nodes == 20_000
    assert 0.98 * optimum <= profit <= optimum + 1e-6
    assert optimum - 1e-6 <= found.bound <= 1.1 * optimum
