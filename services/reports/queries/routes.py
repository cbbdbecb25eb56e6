"""Individual routes: how far they are, how long they take, and what they leave open for which reason."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Subquery, case, func, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.reports.queries import labels
from services.reports.queries.places import Places, censored, few_behind, lives_in, placed, within_days
from services.reports.rules import words
from services.reports.rules.periods import Period
from services.reports.rules.sheets import Sheet
from services.reports.rules.suppression import THRESHOLD
from services.reports.tables.facts import MARKS, Route, RouteMark


def lives() -> Subquery:
    """The days of every route: when it was first and last planned, and what it has reached."""
    kind, day = col(RouteMark.kind), col(RouteMark.marked_on)
    first, last = (of(day).filter(kind == "planned").label(name) for of, name in ((func.min, "planned_on"), (func.max, "last_on")))
    reached = (func.bool_or(kind == one).label(one) for one in MARKS)
    return select(col(RouteMark.route_id), first, last, *reached).group_by(col(RouteMark.route_id)).subquery("life")


def newest(life: Subquery) -> Select[UUID]:
    """The route of each person that was planned last; it has replaced those that were not completed."""
    id_, person = col(Route.route_id), col(Route.person)
    order = (person, life.c.last_on.desc(), life.c.completed.desc(), life.c.planned_on.desc(), id_)
    return select(id_).ext(distinct_on(person)).join(life, life.c.route_id == id_).order_by(*order)


def planned(period: Period) -> Subquery:
    """Routes first planned within a period, each with its municipality and how far it is now; none that another has replaced."""
    life, home = lives(), lives_in()
    id_, person = col(Route.route_id), col(Route.person)
    stands = case(
        (life.c.completed, "completed"),
        (life.c.studied, "studied"),
        (life.c.accepted | (col(Route.status) == "accepted"), "accepted"),
        else_="proposed",
    ).label("stands")
    shape = (id_, person, col(Route.hours), col(Route.steps), col(Route.residual))
    joined = select(func.coalesce(home.c.oktmo, "").label("oktmo"), stands, *shape).join(life, life.c.route_id == id_)
    counted = (life.c.completed | id_.in_(newest(life)), *within_days(period, life.c.planned_on))
    return joined.outerjoin(home, home.c.person == person).where(*counted).subquery("route")


async def routes(session: AsyncSession, period: Period, places: Places, *, now: datetime) -> dict[str, Any]:
    """Routes by municipality and state, their mean load, and the deficits they leave open by reason."""
    route = planned(period)
    states = select(route.c.oktmo, route.c.stands, func.count().label("n")).group_by(route.c.oktmo, route.c.stands)
    few = await few_behind(session, route, column="stands")
    made = await censored(((row.oktmo, row.stands, (row.n,)) for row in (await session.execute(states)).all()), few)
    columns = [{"status": code, "title": title} for code, title in words.ROUTES.items()]
    titles = await labels.municipalities(session)
    return {
        "as_of": now,
        "period": {"from": period.first, "to": period.last},
        "threshold": THRESHOLD,
        "load": await load(session, route, made, places),
        "residual": await residual(session, route, places, titles),
        **placed(made, columns, places, titles, count, key="status"),
    }


def count(made: Sheet, row: str | None, column: str | None) -> dict[str, Any]:
    groups = made.shown(row, column, 1)
    return {"n": None if groups is None else groups[0], "suppressed": groups is None}


async def load(session: AsyncSession, route: Subquery, made: Sheet, places: Places) -> dict[str, Any]:
    """Mean hours and steps of the routes that the caller sees; not shown where their number is not."""
    seen = true() if places.oktmos is None else route.c.oktmo.in_(places.oktmos)
    means = select(func.count().label("n"), func.avg(route.c.hours).label("hours"), func.avg(route.c.steps).label("steps")).where(seen)
    row = (await session.execute(means)).one()
    rows: list[str | None] = [None] if places.oktmos is None else list(places.within(made.rows))
    if row.n < THRESHOLD or any(made.shown(one, None, 1) is None for one in rows):
        return {"n": None if row.n else 0, "hours": None, "steps": None, "suppressed": bool(row.n)}
    return {"n": row.n, "hours": round(float(row.hours), 1), "steps": round(float(row.steps), 1), "suppressed": False}


async def residual(session: AsyncSession, route: Subquery, places: Places, titles: dict[str, str]) -> dict[str, Any]:
    """Deficits that routes leave open, by municipality and reason."""
    reason = func.jsonb_array_elements(route.c.residual).op("->>")("reason")
    each = select(route.c.oktmo, route.c.person, reason.label("reason")).subquery("each")
    counted = select(each.c.oktmo, each.c.reason, func.count().label("n")).group_by(each.c.oktmo, each.c.reason)
    few = await few_behind(session, each, column="reason")
    made = await censored(((row.oktmo, row.reason, (row.n,)) for row in (await session.execute(counted)).all()), few)
    columns = [{"reason": code, "title": title} for code, title in words.RESIDUALS.items() if code in made.columns]
    return placed(made, columns, places, titles, count, key="reason")
