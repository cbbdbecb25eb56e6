"""No hidden cell can be worked out from what is shown, by whatever arithmetic: an integer program plays the onlooker."""

from itertools import product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from services.reports.rules.suppression import THRESHOLD, Cell, Groups, hidden, totals

Cells = dict[tuple[str, str], Groups]


def table(*rows: tuple[Groups, ...]) -> Cells:
    """A table of rows r0, r1 … and columns c0, c1 …"""
    return {(f"r{i}", f"c{j}"): groups for i, row in enumerate(rows) for j, groups in enumerate(row)}


class Onlooker:
    """Knows the shown cells, that all add up, that nothing is negative and that a hidden cell is not empty."""

    def __init__(self, cells: Cells, unshown: frozenset[Cell]) -> None:
        self.truth, self.groups = totals(cells), len(next(iter(cells.values())))
        self.unknown = [(cell, group) for cell in sorted(unshown, key=str) for group in range(self.groups)]
        rows, columns = ({one[side] for one in cells} for side in (0, 1))
        equations, sums = [], []
        for group in range(self.groups):
            lines: list[tuple[list[Cell], Cell]] = []
            lines += [([(row, column) for column in columns if (row, column) in cells], (row, None)) for row in rows]
            lines += [([(row, column) for row in rows if (row, column) in cells], (None, column)) for column in columns]
            lines += [([(row, None) for row in rows], (None, None)), ([(None, column) for column in columns], (None, None))]
            for parts, whole in lines:
                weights = [(part, 1.0) for part in parts] + [(whole, -1.0)]
                line = np.zeros(len(self.unknown))
                known = 0.0
                for cell, weight in weights:
                    if (cell, group) in self.unknown:
                        line[self.unknown.index((cell, group))] = weight
                    else:
                        known += weight * self.truth[cell][group]
                equations.append(line)
                sums.append(-known)
        present = [self.line([(cell, group) for group in range(self.groups)]) for cell in sorted(unshown, key=str)]
        self.constraints = [LinearConstraint(np.array(equations), sums, sums), LinearConstraint(np.array(present), 1, np.inf)]

    def line(self, places: list[tuple[Cell, int]]) -> np.ndarray:
        line = np.zeros(len(self.unknown))
        for place in places:
            line[self.unknown.index(place)] = 1
        return line

    def knows(self, places: list[tuple[Cell, int]]) -> bool:
        """Whether only one value of a sum of unknowns is possible."""
        wanted, truth = self.line(places), sum(self.truth[cell][group] for cell, group in places)
        for sign in (1, -1):
            end = milp(sign * wanted, constraints=self.constraints, integrality=np.ones(len(wanted)), bounds=Bounds(0, 1000))
            assert end.success, "the truth itself is possible"
            if round(end.fun) != sign * truth:
                return False
        return True


def recovered(cells: Cells, unshown: frozenset[Cell]) -> list[tuple[Cell, int | None]]:
    """Hidden cells whose number of people, or of people in a group, an onlooker can work out."""
    if not unshown:
        return []
    onlooker = Onlooker(cells, unshown)
    found: list[tuple[Cell, int | None]] = [place for place in onlooker.unknown if onlooker.knows([place])]
    return found + [(cell, None) for cell in unshown if onlooker.knows([(cell, group) for group in range(onlooker.groups)])]


counts = st.one_of(st.integers(0, 6), st.integers(0, 40))


@st.composite
def tables(draw: st.DrawFn) -> Cells:
    rows, columns, groups = draw(st.integers(1, 4)), draw(st.integers(1, 4)), draw(st.integers(1, 2))
    return {
        (f"r{i}", f"c{j}"): tuple(draw(counts) for _ in range(groups))
        for i, j in product(range(rows), range(columns))
        if draw(st.integers(0, 9)) or (i, j) == (0, 0)
    }


@settings(max_examples=40, deadline=None)
@given(tables())
@example(table(((3, 0),)))
@example(table(((0, 3), (0, 9)), ((0, 8), (0, 7))))
@example(table(((1, 0), (20, 9)), ((12, 8), (1, 1))))
def test_nobody_can_work_out_a_hidden_cell(cells: Cells) -> None:
    unshown = hidden(cells)
    summed = totals(cells)
    assert {cell for cell, groups in summed.items() if 0 < sum(groups) < THRESHOLD} <= unshown
    assert all(sum(summed[cell]) for cell in unshown), "an empty cell is shown as empty"
    assert recovered(cells, unshown) == []


def test_hiding_only_the_small_cell_would_not_be_enough() -> None:
    """The onlooker of these tests is able to find a cell that is badly hidden."""
    cells = table(((1, 2), (9, 9)), ((8, 8), (7, 7)))
    assert (("r0", "c0"), None) in recovered(cells, frozenset({("r0", "c0")}))
    assert (("r0", "c0"), 1) in recovered(cells, frozenset({("r0", "c0"), ("r0", "c1")}))


def test_a_large_table_hides_nothing() -> None:
    assert hidden(table(((5, 0), (0, 7)), ((40, 2), (3, 9)))) == frozenset()


def test_one_small_cell_costs_three_others_and_no_total() -> None:
    cells = table(((2, 2), (9, 9), (30, 9)), ((8, 8), (7, 7), (20, 5)), ((50, 40), (60, 30), (70, 20)))
    unshown = hidden(cells)
    assert unshown == {("r0", "c0"), ("r0", "c1"), ("r1", "c0"), ("r1", "c1")}, "the three smallest that close a circle"


def test_a_group_without_a_deficit_is_not_betrayed_by_the_rest_of_its_row() -> None:
    """In row 0 nobody has a deficit, so the row's total would say it of the three people too."""
    cells = table(((0, 3), (0, 30)), ((20, 20), (20, 20)))
    assert ("r0", None) in hidden(cells)


def test_small_cells_of_a_real_region_are_hidden_quickly_and_sparingly() -> None:
    """43 municipalities and 20 competences, a tenth of the cells small: most of the others stay."""
    rng = np.random.default_rng(7)
    cells = {}
    for i, j in product(range(43), range(20)):
        n = int(rng.integers(1, 5)) if rng.random() < 0.1 else int(rng.integers(5, 200))
        deficits = int(rng.binomial(n, 0.4))
        cells[(f"r{i}", f"c{j}")] = (deficits, n - deficits)
    unshown = hidden(cells)
    small = sum(1 for groups in cells.values() if sum(groups) < THRESHOLD)
    assert len(unshown) < 3 * small
    assert not any(None in cell for cell in unshown)


@pytest.mark.parametrize("groups", [(1,), (4,), (0, 4)])
def test_a_single_small_group_of_people_hides_the_whole_table(groups: Groups) -> None:
    assert hidden({("r", "c"): groups}) == {("r", "c"), ("r", None), (None, "c"), (None, None)}
