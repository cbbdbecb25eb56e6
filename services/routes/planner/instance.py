"""A problem turned into indexes, columns and bit masks: what the search reads in its inner loop."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from services.routes.planner.problem import Candidate, Limits, Problem, Quarter, chains


@dataclass(frozen=True, slots=True)
class Packed:
    """Several limits in one integer, a field each: `room - use` keeps every guard bit exactly when no limit is exceeded."""

    room: int
    guards: int
    uses: list[int]


def pack(limits: Sequence[int], uses: Sequence[Sequence[tuple[int, int]]]) -> Packed:
    """Limits by place, and per group the places it uses and how much; every field holds the greatest number there is."""
    field = max(0, *limits, *[amount for use in uses for _, amount in use]).bit_length() + 1
    guards = sum(1 << place * field + field - 1 for place in range(len(limits)))
    room = guards + sum(limit << place * field for place, limit in enumerate(limits))
    return Packed(room, guards, [sum([amount << place * field for place, amount in use]) for use in uses])


@dataclass(frozen=True, slots=True)
class Instance:
    """Groups by index: density is gain per hour; a clash mask includes the group itself; each need is a mask of groups that meet it."""

    hours: list[int]
    cost: list[float]
    density: list[float]
    closes: list[list[tuple[int, float]]]
    columns: list[list[tuple[int, float]]]
    residual: list[float]
    clash: list[int]
    family: list[int]
    needs: list[tuple[int, ...]]
    packed: Packed
    budget: int
    courses: int
    available: list[int]
    mandatory: list[int]


def in_order(problem: Problem) -> list[Candidate]:
    """The groups by programme, start and group, so that no answer depends on the order they came in."""
    return sorted(problem.candidates, key=lambda each: (each.programme, each.start or date.min, each.group))


def compiled(problem: Problem, groups: Sequence[Candidate]) -> Instance:
    """The instance of these groups in this order; dominated and worthless groups are not available to the search."""
    competences = {name: index for index, name in enumerate(sorted(name for name, weight in problem.weights.items() if weight))}
    residual = [problem.weights[name] for name in competences]
    closes: list[list[tuple[int, float]]] = []
    columns: list[list[tuple[int, float]]] = [[] for _ in competences]
    cost = [each.penalty - problem.stability * (each.group in problem.planned) for each in groups]
    density = []
    for index, each in enumerate(groups):
        row, gain, hours = [], -cost[index], each.hours
        for name, effect in sorted(each.effects.items()):
            if name in competences:
                competence = competences[name]
                row.append((competence, effect))
                columns[competence].append((index, effect / hours))
                gain += residual[competence] * effect
        closes.append(row)
        density.append(gain / hours)
    family, twins = kinship(groups)
    clash = [same | dated for same, dated in zip(twins, overlaps(groups), strict=True)]
    needs = requirements(problem, groups, clash)
    instance = Instance(
        hours=[each.hours for each in groups],
        cost=cost,
        density=density,
        closes=closes,
        columns=columns,
        residual=residual,
        clash=clash,
        family=family,
        needs=needs,
        packed=packed(problem.limits, groups),
        budget=problem.limits.hours,
        courses=problem.limits.courses,
        available=[],
        mandatory=[index for index, each in enumerate(groups) if each.group in problem.mandatory],
    )
    return replace(instance, available=worthwhile(instance, groups, twins))


def kinship(groups: Sequence[Candidate]) -> tuple[list[int], list[int]]:
    """Per group, the mask of groups of its programme with the same hours, and the mask of all groups of its programme."""
    alike: dict[tuple[str, int], int] = {}
    programmes: dict[str, int] = {}
    kin = [(each.programme, each.hours) for each in groups]
    for index, (programme, hours) in enumerate(kin):
        alike[programme, hours] = alike.get((programme, hours), 0) | 1 << index
        programmes[programme] = programmes.get(programme, 0) | 1 << index
    return [alike[both] for both in kin], [programmes[programme] for programme, _ in kin]


def overlaps(groups: Sequence[Candidate]) -> list[int]:
    """Per group, the mask of groups that share a day with it: those begun by its end, less those over before its start."""
    begun, over = sweep(groups, "start"), sweep(groups, "end")
    return [
        begun[1][bisect_right(begun[0], each.end)] & ~over[1][bisect_left(over[0], each.start)] if each.start and each.end else 0
        for each in groups
    ]


def sweep(groups: Sequence[Candidate], edge: str) -> tuple[list[date], list[int]]:
    """The dates of one edge in order, and before each of them (and after the last) the mask of the groups that are past."""
    dated = sorted((getattr(each, edge), index) for index, each in enumerate(groups) if each.start)
    masks = [0]
    for _, index in dated:
        masks.append(masks[-1] | 1 << index)
    return [day for day, _ in dated], masks


def requirements(problem: Problem, groups: Sequence[Candidate], clash: Sequence[int]) -> list[tuple[int, ...]]:
    """Per group and programme needed first, the mask of groups that give it in time."""
    needed = chains(groups, problem.passed)
    if not needed:
        return [()] * len(groups)
    givers: dict[str, list[int]] = {programme: [] for chain in needed.values() for programme in chain}
    for index, each in enumerate(groups):
        if each.programme in givers:
            givers[each.programme].append(index)
    return [
        tuple(
            sum(1 << giver for giver in givers[programme] if groups[giver].ends_before(each)) & ~clash[index]
            for programme in sorted(needed.get(each.programme, ()))
        )
        for index, each in enumerate(groups)
    ]


def packed(limits: Limits, groups: Sequence[Candidate]) -> Packed:
    """The limits in the order hours, fee, courses, quarters, and what each group takes of them."""
    quarters: dict[Quarter, int] = {}
    uses = []
    for each in groups:
        use = [(0, each.hours), (1, each.fee), (2, 1)]
        use += [(quarters.setdefault(quarter, len(quarters) + 3), hours) for quarter, hours in each.loads().items()]
        uses.append(use)
    return pack([limits.hours, limits.fee, limits.courses] + [limits.quarter_hours] * len(quarters), uses)


def worthwhile(instance: Instance, groups: Sequence[Candidate], twins: Sequence[int]) -> list[int]:
    """Indexes the search may choose from: gain or use as a prerequisite, and no twin at least as good in everything."""
    room, guards, uses = instance.packed.room, instance.packed.guards, instance.packed.uses
    useful = 0
    for needs in instance.needs:
        for need in needs:
            useful |= need
    kept = [
        index
        for index, density in enumerate(instance.density)
        if (density > 0 or useful >> index & 1 or index in instance.mandatory)
        and (room - uses[index]) & guards == guards
        and all(instance.needs[index])
    ]
    dropped: set[int] = set()
    for _, kin in groupby(kept, key=twins.__getitem__):
        rivals = list(kin)
        for index in reversed(rivals) if len(rivals) > 1 else ():
            others = (twin for twin in rivals if twin != index and twin not in dropped)
            if index not in instance.mandatory and any(dominates(instance, groups, twin, index) for twin in others):
                dropped.add(index)
    return [index for index in kept if index not in dropped]


def dominates(instance: Instance, groups: Sequence[Candidate], one: int, other: int) -> bool:
    """Whether a group can stand in for another of its programme in every route at no loss."""
    uses, guards, needs = instance.packed.uses, instance.packed.guards, instance.needs
    return (
        instance.cost[one] <= instance.cost[other]
        and all(groups[one].effects.get(competence, 0) >= effect for competence, effect in groups[other].effects.items())
        and instance.clash[one] & ~instance.clash[other] == 0
        and (uses[other] + guards - uses[one]) & guards == guards
        and all(more & ~less == 0 for more, less in zip(needs[other], needs[one], strict=True))
        and all(need >> one & 1 or not need >> other & 1 for each in needs for need in each)
    )
