"""Reviews as everybody sees them, and as their author, their provider and the moderator do."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.queries.labels import Labels, labels
from services.catalog.queries.paging import paged
from services.catalog.queries.ratings import rating_shown, ratings_of
from services.catalog.rules.reviews import (
    ASKED_AGAIN_AFTER,
    MARKS,
    SHOWN_FROM,
    WantedModeration,
    WantedOwnReviews,
    WantedReviews,
    hints,
    pieces,
)
from services.catalog.tables import TARGETS, AbuseWord, Organisation, Rating, Review, ReviewRight, ids_of, in_force
from shared.access import Caller
from shared.clock import today as day_of
from shared.database import within
from shared.errors import NotFound

R = Review
ON_TARGET = (TARGETS.c.kind == col(R.target_kind)) & (TARGETS.c.id == col(R.target_id))
ENOUGH = (
    exists()
    .where(col(Rating.target_kind) == col(R.target_kind), col(Rating.target_id) == col(R.target_id))
    .where(col(Rating.n) >= SHOWN_FROM)
)


async def reviews_of(session: AsyncSession, kind: str, target_id: UUID, wanted: WantedReviews, *, today: date) -> dict[str, Any]:
    """What is said about a target: figures and texts from enough reviews on, before that how many are missing."""
    if await session.scalar(select(TARGETS.c.id).where(TARGETS.c.kind == kind, TARGETS.c.id == target_id)) is None:
        raise NotFound("Такой программы нет." if kind == "programme" else "Такого мероприятия нет.")
    n, marks = await ratings_of(session, kind, target_id)
    figures: dict[str, Any] = {
        "n": n,
        "needed": max(SHOWN_FROM - n, 0),
        "rating": None,
        "marks": None,
        "use": None,
        "items": [],
        "next": None,
    }
    if marks is None:
        return figures
    published = (col(R.target_kind) == kind) & (col(R.target_id) == target_id) & (col(R.status) == "published")
    rows, more = await paged(session, select(R).where(published), wanted, R, by="decided_at", falling=True)
    said = await labels(session, today)
    return figures | {
        "rating": rating_shown(sum(marks.values()) / len(MARKS), n),
        "marks": {mark: round(value, 2) for mark, value in marks.items()},
        "use": await uses_of(session, published),
        "items": [anonymous(one[0], said) for one in rows],
        "next": more,
    }


async def uses_of(session: AsyncSession, published: Any) -> dict[str, int] | None:
    """How many use what they learnt, once as many have answered as make reviews visible."""
    counted = await session.execute(select(col(R.use), func.count()).where(published, col(R.use).is_not(None)).group_by(col(R.use)))
    found = {"regularly": 0, "sometimes": 0, "no": 0} | {use: count for use, count in counted}
    n = sum(found.values())
    return found | {"n": n} if n >= SHOWN_FROM else None


def anonymous(review: Review, said: Labels) -> dict[str, Any]:
    """A review without anything that names its author; the day would, so only the month is told."""
    return {
        "id": review.id,
        "marks": {mark: getattr(review, mark) for mark in MARKS},
        "text": review.text,
        "position": said.coded("position", review.position) if review.position else None,
        "subject_group": said.coded("subject", review.subject_group) if review.subject_group else None,
        "month": f"{day_of(review.submitted_at):%Y-%m}",
        "reply": review.reply,
    }


async def my_reviews(session: AsyncSession, *, caller: Caller, now: datetime) -> dict[str, Any]:
    """What the caller may review, under any of their records, and what they wrote."""
    held = (
        select(ReviewRight, R, TARGETS.c.title, TARGETS.c.provider_id, col(Organisation.short_name))
        .join(TARGETS, (TARGETS.c.kind == col(ReviewRight.target_kind)) & (TARGETS.c.id == col(ReviewRight.target_id)))
        .join(Organisation, col(Organisation.id) == TARGETS.c.provider_id)
        .outerjoin(R, col(R.right_id) == col(ReviewRight.id))
        .where(col(ReviewRight.person_id).in_(select(ids_of(caller.person_id).c.id)))
        .order_by(col(ReviewRight.granted_at).desc(), col(ReviewRight.id))
        .limit(200)
    )
    to_write, written = list[dict[str, Any]](), list[dict[str, Any]]()
    for right, review, title, _, provider in (await session.execute(held)).all():
        target = {"kind": right.target_kind, "id": right.target_id, "title": title, "provider": provider}
        if review is None:
            to_write.append({"right_id": right.id, "target": target, "granted_at": right.granted_at})
        else:
            written.append({**own_shown(review, now), "target": target})
    return {"to_write": to_write, "written": written}


def own_shown(review: Review, now: datetime) -> dict[str, Any]:
    """A review as its author sees it, with whether the second poll is open."""
    asked_at = review.submitted_at + ASKED_AGAIN_AFTER
    kept = ("id", "right_id", "text", "status", "reason", "submitted_at", "decided_at", "reply", "use", "use_text")
    return {
        **{name: getattr(review, name) for name in kept},
        "marks": {mark: getattr(review, mark) for mark in MARKS},
        "poll": "answered" if review.use else "open" if now >= asked_at else "later",
        "poll_opens_at": asked_at,
    }


async def to_moderate(session: AsyncSession, wanted: WantedModeration, *, today: date) -> dict[str, Any]:
    """Reviews that wait, the oldest first, or those decided, each text cut at what a moderator should look at."""
    listed = select(R, TARGETS.c.title).join(TARGETS, ON_TARGET).where(col(R.status) == wanted.status)
    waiting = wanted.status == "in_review"
    rows, more = await paged(session, listed, wanted, R, by="submitted_at" if waiting else "decided_at", falling=not waiting)
    abusive = list(await session.scalars(select(col(AbuseWord.beginning)).where(in_force(AbuseWord, today))))
    said = await labels(session, today)
    items = [
        {
            **anonymous(one, said),
            "target": {"kind": one.target_kind, "id": one.target_id, "title": title},
            "pieces": pieces(one.text, hints(one.text, abusive=abusive)),
            "status": one.status,
            "reason": one.reason,
            "submitted_at": one.submitted_at,
            "decided_at": one.decided_at,
        }
        for one, title in rows
    ]
    total = await session.scalar(select(func.count()).select_from(R).where(col(R.status) == "in_review"))
    return {"items": items, "waiting": total, "next": more}


async def own_reviews(session: AsyncSession, wanted: WantedOwnReviews, *, caller: Caller, today: date) -> dict[str, Any]:
    """Published reviews about the caller's organisation as the public sees them: the provider, too, only from enough on."""
    published = (col(R.status) == "published") & within(caller, provider=col(R.provider_id))
    listed = select(R, TARGETS.c.title).join(TARGETS, ON_TARGET).where(published, ENOUGH)
    if wanted.unanswered:
        listed = listed.where(col(R.reply).is_(None))
    rows, more = await paged(session, listed, wanted, R, by="decided_at", falling=True)
    said = await labels(session, today)
    items = [
        {
            **anonymous(one, said),
            "target": {"kind": one.target_kind, "id": one.target_id, "title": title},
            "use": one.use,
            "use_text": one.use_text,
        }
        for one, title in rows
    ]
    hidden = await session.scalar(select(func.count()).select_from(R).where(published, ~ENOUGH))
    return {"items": items, "hidden": hidden, "next": more}
