"""Ratings as they are shown: smoothed towards the catalogue's mean, and only from enough reviews."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Numeric, case, cast, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.rules.reviews import MARKS, PRIOR, SHOWN_FROM, smoothed
from services.catalog.tables import Programme, Rating

R, ALL = Rating, aliased(Rating)


def total(of: Any) -> ColumnElement[int]:
    """SQL: the sum of all four marks."""
    summed: ColumnElement[int] = col(of.content) + col(of.teacher) + col(of.organisation) + col(of.usefulness)
    return summed


CATALOGUE_MEAN = (
    select(func.sum(total(ALL)) / (cast(len(MARKS), Numeric) * func.nullif(func.sum(col(ALL.n)), 0)))
    .where(col(ALL.target_kind) == "programme")
    .scalar_subquery()
)
OF_PROGRAMME = (col(R.target_kind) == "programme") & (col(R.target_id) == col(Programme.id))
SHOWN = cast(
    case((col(R.n) >= SHOWN_FROM, (PRIOR * CATALOGUE_MEAN + total(R) / cast(len(MARKS), Numeric)) / (PRIOR + col(R.n)))),
    Numeric(12, 6),
)
"""SQL: `smoothed` over all four marks of a programme joined by `OF_PROGRAMME`; null below the threshold."""


def rating_shown(mean: Any, n: int | None) -> dict[str, Any] | None:
    """A rating for people: two digits, or nothing."""
    return {"mean": round(float(mean), 2), "n": n} if mean is not None else None


async def ratings_of(session: AsyncSession, kind: str, target_id: UUID) -> tuple[int, dict[str, float] | None]:
    """How many reviews a target has, and its smoothed marks when there are enough."""
    own = await session.get(R, (kind, target_id))
    if own is None or own.n < SHOWN_FROM:
        return own.n if own else 0, None
    sums = select(func.sum(col(R.n)).label("n"), *(func.sum(col(getattr(R, mark))).label(mark) for mark in MARKS))
    whole = (await session.execute(sums.where(col(R.target_kind) == kind))).one()
    means = {mark: float(getattr(whole, mark)) / whole.n for mark in MARKS}
    return own.n, {mark: smoothed(total=getattr(own, mark), n=own.n, mean=means[mark]) for mark in MARKS}
