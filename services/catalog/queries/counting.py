"""Counts of a list by its facets, each under all filters but its own, so that the counts react to each other."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, String, and_, cast, func, literal, literal_column, select, true
from sqlmodel import col

from services.catalog.tables import Competence, Organisation, Territory

PLACE = (col(Territory.oktmo), col(Territory.title))
ORGANISATION = (col(Organisation.id), col(Organisation.short_name))
COMPETENCE = (col(Competence.code), col(Competence.title))


def rows_of(base: CTE, conditions: Mapping[str, ColumnElement[bool]], facet: str, value: Any, title: Any) -> Any:
    """Rows of facet, value, title and count; `base` says in `ok_…` how each of the listed meets the filters."""
    fitting = and_(true(), *(base.c[f"ok_{name}"] for name in conditions if name != facet))
    return select(*said_of(facet, value, title), func.count(literal_column("*")).filter(fitting).label("count")).select_from(base)


def chosen_rows(facet: str, shown: tuple[Any, Any], wanted: Iterable[Any]) -> Select[Any]:
    """Rows of what is chosen, for where nothing is found under it: it has its title all the same."""
    return select(*said_of(facet, *shown), literal(0).label("count")).where(shown[0].in_(wanted))


def said_of(facet: str, value: Any, title: Any) -> tuple[Any, ...]:
    return literal(facet, String).label("facet"), cast(value, String).label("value"), cast(title, String).label("title")


def joined_rows(
    base: CTE, conditions: Mapping[str, ColumnElement[bool]], facet: str, shown: tuple[Any, Any], own: Any, wanted: Iterable[Any]
) -> Iterator[Select[Any]]:
    """Rows by a column of `base` that names another table's rows, with their titles; the chosen ones among them."""
    yield rows_of(base, conditions, facet, *shown).join(shown[0].table, shown[0] == own).group_by(*shown)
    yield chosen_rows(facet, shown, wanted)


def competence_rows(base: CTE, conditions: Mapping[str, ColumnElement[bool]], wanted: Iterable[str]) -> Iterator[Select[Any]]:
    """Rows of the competences that the listed name; the chosen ones among them."""
    said = func.unnest(base.c.competences).table_valued("code", name="said").render_derived()
    code, title = said.c.code, func.coalesce(COMPETENCE[1], said.c.code)
    named = rows_of(base, conditions, "competence", code, title).join(said, true())
    yield named.outerjoin(Competence, COMPETENCE[0] == code).group_by(code, title)
    yield chosen_rows("competence", COMPETENCE, wanted)


def fullest_first(counts: Iterable[Any], facet: str, chosen: Iterable[Any]) -> list[dict[str, Any]]:
    """A facet's values with their counts, the fullest first; a chosen value is never hidden, an unknown one speaks for itself."""
    wanted = [str(value) for value in chosen]
    said = sorted((row for row in counts if row.facet == facet), key=lambda row: row.count)  # a chosen one's row of nought comes first
    found = {value: (value, 0) for value in wanted} | {row.value: (row.title or row.value, row.count) for row in said}
    values = [{"value": value, "title": title, "count": n, "chosen": value in wanted} for value, (title, n) in found.items()]
    return sorted(values, key=lambda one: (-one["count"], one["title"]))
