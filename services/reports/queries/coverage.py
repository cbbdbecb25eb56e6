"""Whom training has reached: people of each municipality, and those who completed a training in the period."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.reports.queries import labels
from services.reports.queries.places import Places, lives_in, within_days
from services.reports.rules.periods import Period
from services.reports.rules.sheets import share
from services.reports.tables.facts import Training


async def coverage(session: AsyncSession, period: Period, places: Places, *, now: datetime) -> dict[str, Any]:
    """People known to the module and trained, with their hours; a person is counted where they work now."""
    corrected = select(Training).ext(distinct_on(col(Training.application_id)))
    training = corrected.order_by(col(Training.application_id), col(Training.revision).desc()).subquery("training")
    ended = (training.c.outcome == "completed", *within_days(period, training.c.ended_on))
    sums = select(training.c.person, func.sum(training.c.hours).label("hours"), func.max(training.c.oktmo).label("oktmo"))
    trained, home = sums.where(*ended).group_by(training.c.person).subquery("trained"), lives_in()
    oktmo = func.coalesce(home.c.oktmo, trained.c.oktmo).label("oktmo")
    people = select(oktmo, trained.c.person, trained.c.hours).select_from(home.join(trained, trained.c.person == home.c.person, full=True))
    each = people.subquery("each")
    figures = select(
        each.c.oktmo,
        func.count().label("people"),
        func.count(each.c.person).label("trained"),
        func.coalesce(func.sum(each.c.hours), 0).label("hours"),
    ).group_by(each.c.oktmo)
    found = {row.oktmo: (row.people, row.trained, int(row.hours)) for row in (await session.execute(figures)).all()}
    titles = await labels.municipalities(session)
    rows = [{"oktmo": code, "title": labels.municipality(titles, code), **counted(found[code])} for code in places.within(sorted(found))]
    total = tuple(sum(column) for column in zip(*found.values(), strict=True)) if found else (0, 0, 0)
    return {
        "as_of": now,
        "period": {"from": period.first, "to": period.last},
        "by_municipality": sorted(rows, key=lambda row: (row["title"], row["oktmo"])),
        "total": counted(total) if places.whole else None,
    }


def counted(sums: tuple[int, ...]) -> dict[str, Any]:
    people, trained, hours = sums
    return {"people": people, "trained": trained, "share": share(trained, people), "hours": hours}
