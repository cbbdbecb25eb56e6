"""How far applications come, where they are, and how long each holder keeps them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, case, cast, distinct, extract, func, select, tuple_
from sqlalchemy.types import Date
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.reports.queries import labels
from services.reports.rules import words
from services.reports.rules.periods import Period
from services.reports.rules.sheets import share
from services.reports.tables.facts import Application, Step, Submission
from shared.access import Caller
from shared.database import within
from shared.words import HOLDERS

MOST = 200
"""Programmes shown, those with most applications first."""
REACHED: Mapping[str, tuple[str, ...]] = {
    "approved": ("provider_review", "waiting_list", "seat_offered"),
    "accepted": ("accepted",),
    "enrolled": ("enrolled", "not_completed", "expelled"),
    "completed": ("completed",),
}
"""The statuses that show how far an application came; a later stage contains the earlier ones."""
STAGES = ("submitted", *REACHED)
DIMENSIONS = ("oktmo", "provider_id", "programme_id", "status", "week", "channel")
DAY = 86_400


def asked(
    *, caller: Caller, period: Period, oktmo: str | None, programme_id: UUID | None, provider_id: UUID | None
) -> list[ColumnElement[bool]]:
    """Which applications a caller may count and wants to; submitted within the period."""
    workplace, provider = col(Application.organisation_id), col(Application.provider_id)
    wanted = [within(caller, municipality=col(Application.oktmo), provider=provider, organisation=workplace)]
    if period.first:
        wanted.append(col(Submission.submitted_on) >= period.first)
    if period.last:
        wanted.append(col(Submission.submitted_on) <= period.last)
    if oktmo:
        wanted.append(col(Application.oktmo) == oktmo)
    if programme_id:
        wanted.append(col(Application.programme_id) == programme_id)
    if provider_id:
        wanted.append(provider == provider_id)
    return wanted


def counted(wanted: list[ColumnElement[bool]]) -> Subquery:
    """The applications that are counted, each with the stage it came to (0 to 4)."""
    rank = case(*((col(Step.status).in_(statuses), number) for number, statuses in enumerate(REACHED.values(), 1)), else_=0)
    week = cast(func.date_trunc("week", col(Submission.submitted_on)), Date).label("week")
    named = (getattr(Application, name) for name in ("application_id", "oktmo", "provider_id", "programme_id", "status"))
    id_, submitted = col(Application.application_id), col(Submission.application_id)
    joined = select(*named, week, col(Submission.channel), func.max(rank).label("stage")).join(Submission, submitted == id_)
    history = joined.join(Step, col(Step.application_id) == id_)  # as long as the application is known, so is a step of it
    return history.where(*wanted).group_by(id_, submitted).subquery("counted")


async def funnel(session: AsyncSession, wanted: list[ColumnElement[bool]], *, now: datetime) -> dict[str, Any]:
    """Counts by stage, status, municipality, provider, programme, week and channel, and the time at each holder."""
    mine = counted(wanted)
    groups: dict[str, dict[Any, list[int]]] = {name: {} for name in ("all", *DIMENSIONS)}
    for row in (await session.execute(by_everything(mine))).all():
        name = next((one for one in DIMENSIONS if not getattr(row, f"without_{one}")), "all")
        groups[name][getattr(row, name, None)] = [row.n, *(getattr(row, stage) for stage in REACHED)]
    reached = groups["all"].get(None, [0] * len(STAGES))
    return {
        "as_of": now,
        "total": reached[0],
        "stages": [
            {"stage": stage, "title": words.STAGES[stage], "n": n, "share": share(n, reached[0])}
            for stage, n in zip(STAGES, reached, strict=True)
        ],
        "by_status": [
            {"status": code, "title": title, "n": groups["status"][code][0]}
            for code, title in words.STATUSES.items()
            if code in groups["status"]
        ],
        "by_channel": [
            {"channel": code, "title": words.CHANNELS[code], "n": reached[0]} for code, reached in sorted(groups["channel"].items())
        ],
        "by_week": [{"week": week, "n": reached[0]} for week, reached in sorted(groups["week"].items())],
        "by_holder": await by_holder(session, wanted),
        **await named(session, groups),
    }


def by_everything(mine: Subquery) -> Select[Any]:
    """One pass for all groupings; the column `without_x` is 0 where rows are grouped by x."""
    columns = [mine.c[name] for name in DIMENSIONS]
    stages = (func.count().filter(mine.c.stage >= number).label(stage) for number, stage in enumerate(REACHED, 1))
    bits = (func.grouping(column).label(f"without_{column.name}") for column in columns)
    sets = func.grouping_sets(tuple_(), *(tuple_(column) for column in columns))
    return select(*columns, *bits, func.count().label("n"), *stages).group_by(sets)


async def named(session: AsyncSession, groups: Mapping[str, Mapping[Any, list[int]]]) -> dict[str, Any]:
    """The groupings whose codes have names elsewhere, largest first."""
    coded = ("oktmo", "provider_id", "programme_id")
    largest = {name: sorted(groups[name].items(), key=lambda one: (-one[1][0], str(one[0])))[:MOST] for name in coded}
    places = await labels.municipalities(session)
    providers = await labels.organisations(session, (id_ for id_, _ in largest["provider_id"]))
    programmes = await labels.programmes(session, (id_ for id_, _ in largest["programme_id"]))
    unknown = {"code": None, "title": words.UNKNOWN_PROGRAMME}
    return {
        "by_municipality": [
            {"oktmo": code, "title": labels.municipality(places, code), **stages_of(reached)} for code, reached in largest["oktmo"]
        ],
        "by_provider": [
            {"provider_id": id_, "title": providers.get(id_, words.UNKNOWN_ORGANISATION), **stages_of(reached)}
            for id_, reached in largest["provider_id"]
        ],
        "by_programme": [
            {"programme_id": id_, **programmes.get(id_, unknown), **stages_of(reached)} for id_, reached in largest["programme_id"]
        ],
    }


def stages_of(reached: list[int]) -> dict[str, int]:
    return {"n": reached[0], **dict(zip(REACHED, reached[1:], strict=True))}


async def by_holder(session: AsyncSession, wanted: list[ColumnElement[bool]]) -> list[dict[str, Any]]:
    """By holder: applications that left it with their days there (all stays of one together), and those that wait there now."""
    following = func.lead(col(Step.changed_at)).over(partition_by=col(Step.application_id), order_by=col(Step.revision))
    id_ = col(Application.application_id)
    history = (
        select(col(Step.application_id), col(Step.holder), col(Step.changed_at), following.label("left_at"))
        .join(Application, id_ == col(Step.application_id))
        .join(Submission, col(Submission.application_id) == id_)
        .where(*wanted)
    )
    stay = history.subquery("stay")
    seconds = func.sum(extract("epoch", stay.c.left_at - stay.c.changed_at)).label("seconds")
    waits = func.bool_or(stay.c.left_at.is_(None)).label("waits")
    since = func.min(stay.c.changed_at).filter(stay.c.left_at.is_(None)).label("since")
    key = (stay.c.application_id, stay.c.holder)
    each = select(*key, seconds, waits, since).group_by(*key).subquery("each")
    days = each.c.seconds / DAY
    figures = select(
        each.c.holder,
        func.count(each.c.seconds).label("n"),
        func.avg(days).label("mean_days"),
        func.percentile_cont(0.5).within_group(days).label("median_days"),
        func.percentile_cont(0.9).within_group(days).label("p90_days"),
        func.count(distinct(each.c.application_id)).filter(each.c.waits).label("waiting"),
        func.min(each.c.since).label("waiting_since"),
    ).group_by(each.c.holder)
    found = {row.holder: row._mapping for row in (await session.execute(figures)).all()}
    return [
        {
            "holder": code,
            "title": title,
            **{key: found[code][key] for key in ("n", "waiting", "waiting_since")},
            **{key: rounded(found[code][key]) for key in ("mean_days", "median_days", "p90_days")},
        }
        for code, title in HOLDERS.items()
        if code in found
    ]


def rounded(days: Any) -> float | None:
    return None if days is None else round(float(days), 2)
