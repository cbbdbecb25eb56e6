"""Branch and bound over an instance: exact within the node limit, and honest about the bound beyond it."""

from dataclasses import dataclass
from heapq import nlargest
from math import inf

from services.routes.planner.instance import Instance

NODE_LIMIT = 200_000
SMALLEST_GAIN = 1e-9


@dataclass(frozen=True, slots=True)
class Found:
    """The best set of groups as a mask (None when no set is feasible), a bound no set can exceed, and the nodes it took."""

    chosen: int | None
    bound: float
    nodes: int
    proven: bool


def search(instance: Instance, *, node_limit: int = NODE_LIMIT) -> Found:
    """The set with the greatest objective; gains under 1e-9 are not pursued, ties fall to the earlier index.

    Mandatory groups are prerequisites of the empty set; the node limit never stops the search before its first feasible set.
    """
    hours, closes, columns, clash, family = instance.hours, instance.closes, instance.columns, instance.clash, instance.family
    needs, uses, guards = instance.needs, instance.packed.uses, instance.packed.guards
    bits = [1 << index for index in range(len(hours))]
    mandatory = tuple(bits[index] for index in instance.mandatory)
    demanding = any(needs) or bool(mandatory)
    best, best_mask, nodes, unexplored = -inf, None, 0, -inf

    def descend(
        available: list[int],
        density: list[float],
        residual: list[float],
        value: float,
        chosen: int,
        room: int,
        budget: int,
        courses: int,
        pending: tuple[int, ...],
    ) -> None:
        nonlocal best, best_mask, nodes, unexplored
        nodes += 1
        if not pending and value > best + SMALLEST_GAIN:
            best, best_mask = value, chosen
        order = sorted(available, key=density.__getitem__, reverse=True)
        # Whatever completes this set has one of the groups a pending prerequisite waits for, so only they are worth branching on.
        branches = [index for index in order if bits[index] & pending[0]] if pending else order
        tried = 0
        for branch in branches:
            bound, relaxed, price = ceiling(order, density, value, budget, courses, tried)
            if bound <= best + SMALLEST_GAIN:
                return
            if nodes >= node_limit and best_mask is not None:
                unexplored = max(unexplored, bound)
                return
            tried |= bits[branch]
            barred, left = tried | clash[branch], room - uses[branch]
            # Gains only shrink below here, so a group that costs the knapsack more than the slack can be in no better set.
            slack = relaxed - best - SMALLEST_GAIN
            rest = [
                index
                for index in available
                if not bits[index] & barred and (left - uses[index]) & guards == guards and (price - density[index]) * hours[index] < slack
            ]
            now, waiting = chosen | bits[branch], pending
            if demanding:
                waiting = tuple(need for need in pending + needs[branch] if not need & now)
                if waiting:
                    alive = sum([bits[index] for index in rest])
                    if not all(need & alive for need in waiting):
                        continue
            thinner, open_deficits, gain = density, residual, density[branch] * hours[branch]
            if rest:
                thinner, open_deficits = density[:], residual[:]
                for competence, effect in closes[branch]:
                    closed = open_deficits[competence] * effect
                    open_deficits[competence] -= closed
                    for index, rate in columns[competence]:
                        thinner[index] -= closed * rate
            descend(rest, thinner, open_deficits, value + gain, now, left, budget - hours[branch], courses - 1, waiting)

    def ceiling(order: list[int], density: list[float], value: float, budget: int, courses: int, tried: int) -> tuple[float, float, float]:
        """What no completion exceeds: the least of two bounds, the fractional knapsack alone, and the price of an hour in it.

        By submodularity today's gains never grow, so the knapsack of them (one group per programme) and the sum of the best few
        are bounds; a group thinner than the price lowers the knapsack by the difference for each of its hours.
        """
        total, left, taken, barred, price = value, budget, 0, tried, 0.0
        for index in order:
            if bits[index] & barred:
                continue
            rate = density[index]
            if rate <= 0:
                break
            taken += 1
            if hours[index] > left:
                total, price = total + rate * left, rate
                break
            left -= hours[index]
            total += rate * hours[index]
            barred |= family[index]
        if taken <= courses:
            return total, total, price
        gains = [density[index] * hours[index] for index in order if not bits[index] & tried and density[index] > 0]
        return min(total, value + sum(nlargest(courses, gains))), total, price

    packed = instance.packed
    descend(instance.available, instance.density, instance.residual, 0.0, 0, packed.room, instance.budget, instance.courses, mandatory)
    return Found(chosen=best_mask, bound=max(best, unexplored), nodes=nodes, proven=unexplored == -inf)
