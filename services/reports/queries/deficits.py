"""Who lacks what, by competence and municipality, as the newest entry measurement of each person says."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.reports.queries import labels
from services.reports.queries.places import Places, censored, few_behind, lives_in, placed, within_days
from services.reports.rules.periods import Period
from services.reports.rules.sheets import Sheet, share
from services.reports.rules.suppression import THRESHOLD, Groups
from services.reports.tables.facts import Measurement


def said(period: Period) -> list[ColumnElement[bool]]:
    """Entry measurements of a period that say something."""
    verdict = col(Measurement.verdict) != "insufficient"
    return [col(Measurement.purpose) == "entry", verdict, *within_days(period, col(Measurement.completed_on))]


async def measured(session: AsyncSession, period: Period) -> int | None:
    """How many people have a verdict."""
    return await session.scalar(select(func.count(col(Measurement.person).distinct())).where(*said(period)))


def newest(period: Period) -> Select[UUID, str, str]:
    """Each person's newest entry verdict on each competence; a measurement that says nothing replaces none that does."""
    key = (col(Measurement.person), col(Measurement.competence))
    order = (*key, col(Measurement.completed_at).desc(), col(Measurement.attempt_id), col(Measurement.revision).desc())
    return select(*key, col(Measurement.verdict)).ext(distinct_on(*key)).where(*said(period)).order_by(*order)


async def deficits(session: AsyncSession, period: Period, places: Places, *, now: datetime) -> dict[str, Any]:
    """The heat map with what it is made of."""
    verdict, home = newest(period).subquery("verdict"), lives_in()
    municipality = func.coalesce(home.c.oktmo, "").label("oktmo")
    deficit = func.count().filter(verdict.c.verdict == "deficit").label("deficits")
    counted = select(municipality, verdict.c.competence, func.count().label("n"), deficit)
    joined = counted.outerjoin(home, home.c.person == verdict.c.person).group_by(municipality, verdict.c.competence)
    rows = (await session.execute(joined)).all()
    person = col(Measurement.person)
    people_of = select(municipality, person).outerjoin(home, home.c.person == person).where(*said(period)).subquery("people")
    few = await few_behind(session, people_of, column=None)  # within a cell nobody is counted twice
    made = await censored(((row.oktmo, row.competence, (row.deficits, row.n - row.deficits)) for row in rows), few)
    titles = await labels.competences(session)
    columns = [{"competence": code, "title": titles.get(code, code)} for code in made.columns]
    people = await measured(session, period) if places.whole and not made.totals_hidden else None
    return {
        "as_of": now,
        "period": {"from": period.first, "to": period.last},
        "threshold": THRESHOLD,
        "people": people,
        "competences": columns,
        **placed(made, columns, places, await labels.municipalities(session), shown),
    }


def shown(made: Sheet, row: str | None, column: str | None) -> dict[str, Any]:
    groups: Groups | None = made.shown(row, column, 2)
    if groups is None:
        return {"n": None, "deficits": None, "share": None, "suppressed": True}
    return {"n": sum(groups), "deficits": groups[0], "share": share(groups[0], sum(groups)), "suppressed": False}
