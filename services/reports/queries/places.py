"""Where people work, and which part of a sheet a caller sees."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Subquery, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.reports.queries import labels
from services.reports.rules.periods import Period
from services.reports.rules.sheets import Sheet, sheet
from services.reports.rules.suppression import THRESHOLD, Cell, Groups
from services.reports.tables.facts import Residence
from shared.access import Caller


@dataclass(frozen=True, slots=True)
class Places:
    """The municipalities asked for within a caller's scope; None is the whole region, and only that has the region's totals."""

    oktmos: frozenset[str] | None

    @property
    def whole(self) -> bool:
        return self.oktmos is None

    def within(self, rows: Sequence[str]) -> list[str]:
        return [row for row in rows if self.oktmos is None or row in self.oktmos]


def named_places(oktmo: str | None) -> Places:
    """One municipality, or the region."""
    return Places(frozenset({oktmo}) if oktmo else None)


def places_of(caller: Caller, oktmo: str | None) -> Places:
    """What a caller sees of what was asked for; elsewhere there is nothing."""
    if caller.everywhere:
        return named_places(oktmo)
    own = frozenset(caller.scopes("municipality"))
    return Places(own & {oktmo} if oktmo else own)


def within_days(period: Period, day: Any) -> list[ColumnElement[bool]]:
    """The rows of a period by their day."""
    sides = [day >= period.first if period.first else None, day <= period.last if period.last else None]
    return [side for side in sides if side is not None]


async def few_behind(session: AsyncSession, counted: Subquery, *, column: str | None) -> frozenset[Cell]:
    """The cells and totals of a table behind which stand fewer than five different people; without a column only totals can be such.

    `counted` has `oktmo`, the column and `person` of whatever is counted.
    """
    found: set[Cell] = set()
    for names in (("oktmo", column), ("oktmo",), (column,), ()) if column else (("oktmo",), ()):
        different = select(*(counted.c[name] for name in names), counted.c.person).distinct().subquery("different")
        keys, people = [different.c[name] for name in names], func.count().label("people")
        few = select(*keys, people).select_from(different).group_by(*keys).having(func.count() < THRESHOLD)
        found |= {(row.get("oktmo"), row.get(column or "")) for row in (await session.execute(few)).mappings()}
    return frozenset(found)


async def censored(counted: Iterable[tuple[str, str, Groups]], few: frozenset[Cell]) -> Sheet:
    """The sheet of these cells, its hiding worked out beside the event loop: a whole region takes half a second."""
    made = sheet(counted, few)
    await asyncio.to_thread(getattr, made, "unshown")
    return made


def lives_in() -> Subquery:
    """The newest municipality of each person."""
    newest = select(col(Residence.person), col(Residence.oktmo)).ext(distinct_on(col(Residence.person)))
    order = (col(Residence.changed_at).desc(), col(Residence.revision).desc(), col(Residence.oktmo).desc())
    return newest.order_by(col(Residence.person), *order).subquery("home")


Shown = Callable[[Sheet, str | None, str | None], dict[str, Any]]


def placed(
    made: Sheet, columns: Sequence[dict[str, Any]], places: Places, titles: dict[str, str], shown: Shown, *, key: str = "competence"
) -> dict[str, Any]:
    """The cells, municipalities, columns and total of a sheet that a caller sees, each as `shown` says."""
    rows = [{"oktmo": oktmo, "municipality": labels.municipality(titles, oktmo)} for oktmo in places.within(made.rows)]
    rows.sort(key=lambda row: (row["municipality"], row["oktmo"]))
    return {
        "cells": [{**row, **column, **shown(made, row["oktmo"], column[key])} for row in rows for column in columns],
        "by_municipality": [{**row, **shown(made, row["oktmo"], None)} for row in rows],
        f"by_{key}": [{**column, **shown(made, None, column[key])} for column in columns] if places.whole else [],
        "total": shown(made, None, None) if places.whole else None,
    }
