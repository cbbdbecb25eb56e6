"""Counts of a list by its facets, each under all filters but its own, so that the counts react to each other."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import CTE, ColumnElement, String, and_, cast, func, literal, literal_column, select, true


def rows_of(base: CTE, conditions: Mapping[str, ColumnElement[bool]], facet: str, value: Any, title: Any) -> Any:
    """Rows of facet, value, title and count; `base` says in `ok_…` how each of the listed meets the filters."""
    fitting = and_(true(), *(base.c[f"ok_{name}"] for name in conditions if name != facet))
    columns = (literal(facet, String).label("facet"), cast(value, String).label("value"), cast(title, String).label("title"))
    return select(*columns, func.count(literal_column("*")).filter(fitting).label("count")).select_from(base)


def fullest_first(counts: Iterable[Any], facet: str, chosen: Iterable[Any]) -> list[dict[str, Any]]:
    """A facet's values with their counts, the fullest first; a chosen value is never hidden."""
    wanted = [str(value) for value in chosen]
    known = {row.value: (row.title or row.value, row.count) for row in counts if row.facet == facet}
    found = {value: (value, 0) for value in wanted} | known
    values = [{"value": value, "title": title, "count": n, "chosen": value in wanted} for value, (title, n) in found.items()]
    return sorted(values, key=lambda one: (-one["count"], one["title"]))
