"""Objects of the register as a table that can be imported again."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.catalog.rules.import_columns import COLUMNS, TITLES, Kind
from services.catalog.rules.import_values import Words, shown
from services.catalog.rules.sheet_writing import written


def exported(form: str, kind: Kind, values: Sequence[Mapping[str, Any]], words: Words, told: Sequence[str]) -> bytes:
    """A table of objects; the columns `told` come last and are not read back. Runs in a process of its own."""
    columns = COLUMNS[kind]
    rows = [[*(shown(column, one[column.field], words) for column in columns), *(one[heading] for heading in told)] for one in values]
    return written(form, TITLES[kind], [*(column.title for column in columns), *told], rows)
