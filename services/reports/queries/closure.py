"""What routes closed: before and after by competence, with the error of the mean change."""

from datetime import datetime
from math import sqrt
from typing import Any, get_args

from sqlalchemy import Select, func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.reports.queries import labels
from services.reports.queries.places import Places, censored, few_behind, lives_in, placed, within_days
from services.reports.rules.periods import Period
from services.reports.rules.sheets import Sheet, share
from services.reports.rules.suppression import THRESHOLD, Cell
from services.reports.tables.facts import Closure
from shared.contracts.routes import Closure as Verdict

VERDICTS = get_args(Verdict)
Moments = tuple[float, float, float, float]
"""Sums over a cell: before, after, change, change squared; in logits."""


async def closure(session: AsyncSession, period: Period, places: Places, *, now: datetime) -> dict[str, Any]:
    """Measured closure; of a route measured again only the newest measurement counts."""
    newest = select(col(Closure.route_id), func.max(col(Closure.revision)).label("revision"))
    latest = newest.group_by(col(Closure.route_id)).subquery("latest")
    home, change = lives_in(), col(Closure.after) - col(Closure.before)
    municipality, competence = func.coalesce(home.c.oktmo, "").label("oktmo"), col(Closure.competence)

    def changes(*columns: Any) -> Select[Any]:
        same = (latest.c.route_id == col(Closure.route_id)) & (latest.c.revision == col(Closure.revision))
        joined = select(*columns).join_from(Closure, latest, same).outerjoin(home, home.c.person == col(Closure.person))
        return joined.where(*within_days(period, col(Closure.measured_on)))

    few = await few_behind(session, changes(municipality, competence, col(Closure.person)).subquery("people"), column="competence")
    counted = changes(
        municipality,
        competence,
        *(func.count().filter(col(Closure.verdict) == one).label(one) for one in VERDICTS),
        func.sum(col(Closure.before)).label("before"),
        func.sum(col(Closure.after)).label("after"),
        func.sum(change).label("change"),
        func.sum(change * change).label("squared"),
    ).group_by(municipality, competence)
    rows = (await session.execute(counted)).all()
    made = await censored(((row.oktmo, row.competence, tuple(getattr(row, one) for one in VERDICTS)) for row in rows), few)
    sums: dict[Cell, Moments] = {}
    for row in rows:
        for cell in ((row.oktmo, row.competence), (row.oktmo, None), (None, row.competence), (None, None)):
            was = sums.get(cell, (0.0,) * 4)
            sums[cell] = (was[0] + row.before, was[1] + row.after, was[2] + row.change, was[3] + row.squared)
    titles = await labels.competences(session)
    columns = [{"competence": code, "title": titles.get(code, code)} for code in made.columns]

    def shown(made: Sheet, row: str | None, column: str | None) -> dict[str, Any]:
        groups = made.shown(row, column, len(VERDICTS))
        if groups is None:
            return {"n": None, **dict.fromkeys((*VERDICTS, "before", "after", "change", "change_error")), "suppressed": True}
        n = sum(groups)
        shares = {one: share(count, n) for one, count in zip(VERDICTS, groups, strict=True)}
        return {"n": n, **shares, **means(n, sums.get((row, column))), "suppressed": False}

    return {
        "as_of": now,
        "period": {"from": period.first, "to": period.last},
        "threshold": THRESHOLD,
        "competences": columns,
        **placed(made, columns, places, await labels.municipalities(session), shown),
    }


def means(n: int, sums: Moments | None) -> dict[str, float | None]:
    """Mean before, after and change in logits, and the standard error of the mean change."""
    if sums is None or n == 0:
        return dict.fromkeys(("before", "after", "change", "change_error"))
    before, after, change, squared = sums
    spread = max(squared - change * change / n, 0.0) / (n - 1) if n > 1 else 0.0
    return {
        "before": round(before / n, 3),
        "after": round(after / n, 3),
        "change": round(change / n, 3),
        "change_error": round(sqrt(spread / n), 3),
    }
