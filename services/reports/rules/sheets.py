"""A table of people by municipality and something else, of which only some cells may be shown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from services.reports.rules.suppression import Cell, Groups, hidden, totals


@dataclass(frozen=True)
class Sheet:
    """The whole region's cells; what is hidden depends on all of them, so a part is shown as the whole would be.

    `few` are the cells and totals behind which stand few people, however often each is counted.
    """

    cells: Mapping[tuple[str, str], Groups]
    few: frozenset[Cell] = frozenset()

    @cached_property
    def summed(self) -> dict[Cell, Groups]:
        return totals(self.cells)

    @cached_property
    def unshown(self) -> frozenset[Cell]:
        return hidden(self.cells, self.few)

    @property
    def rows(self) -> list[str]:
        return sorted({row for row, _ in self.cells})

    @property
    def columns(self) -> list[str]:
        return sorted({column for _, column in self.cells})

    @property
    def totals_hidden(self) -> bool:
        """Whether a total is hidden too, so that no other sum may be told."""
        return any(None in cell for cell in self.unshown)

    def shown(self, row: str | None, column: str | None, size: int) -> Groups | None:
        """How many people of a cell or total are in each of `size` groups; None where that is not shown."""
        return None if (row, column) in self.unshown else self.summed.get((row, column), (0,) * size)


def sheet(counted: Iterable[tuple[str, str, Groups]], few: frozenset[Cell] = frozenset()) -> Sheet:
    """A sheet of cells, each given once."""
    return Sheet({(row, column): groups for row, column, groups in counted}, few)


def share(part: int, n: int) -> float | None:
    """A part of the whole, 0 to 1; None of nobody."""
    return round(part / n, 4) if n else None
