"""What is wanted and not offered: searches in vain, waiting lists, deficits for which there is no programme."""

from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.reports.queries import labels
from services.reports.queries.places import within_days
from services.reports.queries.routes import lives, newest
from services.reports.rules.periods import Period
from services.reports.rules.suppression import THRESHOLD, in_fives
from services.reports.tables.copies import Cancellation, StudyGroup
from services.reports.tables.facts import Missed, Route, Seats
from shared.access import Caller
from shared.clock import today

MOST = 100


async def demand(session: AsyncSession, period: Period, *, caller: Caller, now: datetime) -> dict[str, Any]:
    """Searches and deficits of the region, and the waiting lists that the caller may see."""
    return {
        "as_of": now,
        "threshold": THRESHOLD,
        "searches": await searches(session, period),
        "waiting": await waiting(session, caller=caller, now=now),
        "deficits": await deficits(session),
    }


async def searches(session: AsyncSession, period: Period) -> list[dict[str, Any]]:
    """What was looked for in vain within a period, the most wanted first."""
    count, last = func.sum(col(Missed.count)).label("count"), func.max(col(Missed.missed_on)).label("last_on")
    asked = (col(Missed.lexemes), col(Missed.facets))
    most = select(*asked, count, last).where(*within_days(period, col(Missed.missed_on))).group_by(*asked)
    rows = (await session.execute(most.order_by(count.desc(), last.desc(), *asked).limit(MOST))).mappings().all()
    return [dict(row) | {"count": int(row["count"])} for row in rows]


async def waiting(session: AsyncSession, *, caller: Caller, now: datetime) -> list[dict[str, Any]]:
    """People on the waiting lists of groups that have not begun, by programme, a provider's own only."""
    cancelled = exists().where(col(Cancellation.group_id) == col(Seats.group_id))
    wanted = [~cancelled, col(StudyGroup.starts) > today(now), col(Seats.waiting) > 0]
    if own := caller.scopes("provider"):
        wanted.append(col(StudyGroup.provider_id).in_(own))
    ids = (col(Seats.programme_id), col(StudyGroup.provider_id))
    people = func.sum(col(Seats.waiting)).label("waiting")
    listed = select(*ids, people, func.count().label("groups")).join(StudyGroup, col(StudyGroup.group_id) == col(Seats.group_id))
    rows = (await session.execute(listed.where(*wanted).group_by(*ids).order_by(people.desc(), *ids).limit(MOST))).all()
    names = await labels.programmes(session, (row.programme_id for row in rows))
    providers = await labels.organisations(session, (row.provider_id for row in rows))
    return [
        {
            "programme_id": row.programme_id,
            "title": names.get(row.programme_id, {}).get("title"),
            "provider": providers.get(row.provider_id),
            "groups": row.groups,
            "waiting": int(row.waiting),
        }
        for row in rows
    ]


async def deficits(session: AsyncSession) -> list[dict[str, Any]]:
    """Competences that the routes of today leave open because no programme develops them.

    People are told in fives: the counts of reasons by municipality are shown elsewhere, and no difference may tell one person.
    """
    one, life = func.jsonb_array_elements(col(Route.residual)), lives()
    each = (
        select(col(Route.person), one.op("->>")("competence").label("competence"), one.op("->>")("reason").label("reason"))
        .join(life, life.c.route_id == col(Route.route_id))
        .where(~life.c.completed, col(Route.route_id).in_(newest(life)))
        .subquery()
    )
    people = func.count(each.c.person.distinct()).label("people")
    counted = select(each.c.competence, people).where(each.c.reason == "no_programme").group_by(each.c.competence)
    rows = (await session.execute(counted.having(people >= THRESHOLD).order_by(people.desc(), each.c.competence))).all()
    titles = await labels.competences(session)
    return [
        {"competence": row.competence, "title": titles.get(row.competence, row.competence), "at_least": in_fives(row.people)}
        for row in rows
    ]
