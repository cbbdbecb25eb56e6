"""Which cells of a table with totals stay unshown, so that no small one can be worked out from the others.

A table with totals is a flow: a row's total runs into the row, its cells run from rows into columns, a column's total runs out, the grand
total closes the circle. A hidden cell can be worked out exactly when nobody can be moved around a circle of hidden cells through it: so
every hidden cell gets such a circle, the cheapest one, in each group that people are counted in (with and without a deficit, …).
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush

THRESHOLD = 5
"""A cell of fewer people is not shown."""


def in_fives(people: int) -> int:
    """A number of people rounded down, so that no difference of two figures tells one of them."""
    return people - people % THRESHOLD


Cell = tuple[str | None, str | None]
"""Row and column; None stands for «all», so `(None, None)` is the grand total."""
Groups = tuple[int, ...]
"""How many people of a cell are in each of the groups that divide it."""
Node = tuple[str, str | None]
TOP, BOTTOM = ("top", None), ("bottom", None)
DEAR, DEAREST = 10**6, 10**9  # hiding a total costs more than hiding any cell


@dataclass(frozen=True, slots=True)
class Arc:
    """A cell as the part of the flow that it is."""

    cell: Cell
    tail: Node
    head: Node
    groups: Groups
    n: int
    price: int


def totals(cells: Mapping[tuple[str, str], Groups]) -> dict[Cell, Groups]:
    """The cells with the totals of rows, columns and everything."""
    summed: dict[Cell, Groups] = {}
    for (row, column), groups in cells.items():
        for cell in ((row, column), (row, None), (None, column), (None, None)):
            before = summed.get(cell, (0,) * len(groups))
            summed[cell] = tuple(one + other for one, other in zip(before, groups, strict=True))
    return summed


def hidden(cells: Mapping[tuple[str, str], Groups], few: Collection[Cell] = ()) -> frozenset[Cell]:
    """The cells and totals to hide: those of 1 to 4 people, and as few others as keep these unknown. An empty cell is shown as 0.

    Where one person may be counted several times, `few` names the cells and totals behind which stand few people nevertheless.
    """
    arcs = {cell: arc(cell, groups) for cell, groups in sorted(totals(cells).items(), key=lambda one: place(one[0])) if sum(groups)}
    everything, veil = Network(), Network()
    for one in arcs.values():
        everything.add(one)
        if one.n < THRESHOLD or one.cell in few:
            veil.add(one)
    settled = False
    while not settled:
        settled = True
        for one in sorted(veil.cells.values(), key=lambda one: place(one.cell)):
            for group in range(len(one.groups)):
                if not veil.circles(one, group):
                    settled = False
                    for missing in cheapest_circle(one, group, everything, veil):
                        veil.add(arcs[missing])
    return frozenset(veil.cells)


class Network:
    """Some of the cells, as moves from node to node; each can be run along, which adds a person, or back, which takes one away."""

    def __init__(self) -> None:
        self.cells: dict[Cell, Arc] = {}
        self.moves: dict[Node, list[tuple[Arc, Node, bool]]] = defaultdict(list)

    def add(self, one: Arc) -> None:
        if one.cell not in self.cells:
            self.cells[one.cell] = one
            self.moves[one.tail].append((one, one.head, True))
            self.moves[one.head].append((one, one.tail, False))

    def circles(self, one: Arc, group: int) -> bool:
        """Whether a person of a group can be moved around a circle through a cell of this network."""
        return self.leads(one.head, one.tail, one, group) or (may_lose(one, group) and self.leads(one.tail, one.head, one, group))

    def leads(self, start: Node, goal: Node, without: Arc, group: int) -> bool:
        seen, waiting = {start}, [start]
        while waiting:
            for one, onward, adds in self.moves[waiting.pop()]:
                if onward not in seen and one is not without and (adds or may_lose(one, group)):
                    if onward == goal:
                        return True
                    seen.add(onward)
                    waiting.append(onward)
        return False


def place(cell: Cell) -> tuple[str, str]:
    return cell[0] or "", cell[1] or ""


def arc(cell: Cell, groups: Groups) -> Arc:
    n = sum(groups)
    match cell:
        case (None, None):
            return Arc(cell, BOTTOM, TOP, groups, n, n + DEAREST)
        case (None, column):
            return Arc(cell, ("column", column), BOTTOM, groups, n, n + DEAR)
        case (row, None):
            return Arc(cell, TOP, ("row", row), groups, n, n + DEAR)
        case (row, column):
            return Arc(cell, ("row", row), ("column", column), groups, n, n)


def may_lose(one: Arc, group: int) -> bool:
    """Whether an onlooker can imagine one person fewer: none is negative, and everybody knows that a hidden cell is not empty."""
    return one.groups[group] >= 1 and one.n >= 2


def cheapest_circle(one: Arc, group: int, everything: Network, veil: Network) -> list[Cell]:
    """The cells of the circle through a cell that hides least besides what is hidden already."""
    found = [cheapest(one.head, one.tail, one, group, everything, veil)]
    if may_lose(one, group):
        found.append(cheapest(one.tail, one.head, one, group, everything, veil))
    return min((way for way in found if way is not None), key=lambda way: way[0], default=(0, list[Cell]()))[1]


def cheapest(start: Node, goal: Node, without: Arc, group: int, everything: Network, veil: Network) -> tuple[int, list[Cell]] | None:
    """Price and cells of the cheapest way between two nodes; hidden cells cost nothing."""
    waiting: list[tuple[int, int, Node]] = [(0, 0, start)]
    came: dict[Node, tuple[int, Node, Cell]] = {}
    order = 0
    done: set[Node] = set()
    while waiting:
        price, _, node = heappop(waiting)
        if node == goal:
            return price, list(back(goal, start, came))
        if node in done:
            continue
        done.add(node)
        for one, onward, adds in everything.moves[node]:
            if one is without or onward in done or not (adds or may_lose(one, group)):
                continue
            dearer = price + (0 if one.cell in veil.cells else one.price)
            if onward not in came or dearer < came[onward][0]:
                order += 1
                came[onward] = (dearer, node, one.cell)
                heappush(waiting, (dearer, order, onward))
    return None


def back(goal: Node, start: Node, came: Mapping[Node, tuple[int, Node, Cell]]) -> Iterator[Cell]:
    node = goal
    while node != start:
        _, node, cell = came[node]
        yield cell
