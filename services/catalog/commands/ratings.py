"""The sums behind ratings, moved in the transaction that publishes or erases a review."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.rules.reviews import MARKS
from services.catalog.tables import Rating, Review


async def count_in(session: AsyncSession, review: Review) -> tuple[int, float]:
    """Add a review to its target; return how many there are now and the plain mean of all their marks."""
    row = {"n": 1, **{mark: getattr(review, mark) for mark in MARKS}}
    stored = insert(Rating).values(target_kind=review.target_kind, target_id=review.target_id, **row)
    moved = {name: getattr(Rating, name) + getattr(stored.excluded, name) for name in row}
    summed = stored.on_conflict_do_update(index_elements=["target_kind", "target_id"], set_=moved)
    sums = (await session.execute(summed.returning(*(col(getattr(Rating, name)) for name in row)))).one()
    return sums.n, sum(getattr(sums, mark) for mark in MARKS) / (len(MARKS) * sums.n)


async def count_out(session: AsyncSession, gone: Iterable[Any]) -> None:
    """Take published reviews out of the sums of their targets, in one order, so that two erasures never wait for each other."""
    lost: dict[tuple[str, UUID], dict[str, int]] = defaultdict(lambda: dict.fromkeys(("n", *MARKS), 0))
    for review in gone:
        sums = lost[review.target_kind, review.target_id]
        sums["n"] += 1
        for mark in MARKS:
            sums[mark] += getattr(review, mark)
    for (kind, target_id), sums in sorted(lost.items()):
        less = {name: getattr(Rating, name) - value for name, value in sums.items()}
        await session.execute(update(Rating).where(col(Rating.target_kind) == kind, col(Rating.target_id) == target_id).values(less))
