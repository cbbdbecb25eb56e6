"""Reviews: written once by right, decided by a moderator, answered by the provider, asked about again in three months."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands.persons import INVITATION, SECOND_POLL, survivor
from services.catalog.commands.ratings import count_in, count_out
from services.catalog.rules import reviews as rules
from services.catalog.rules.reviews import MARKS, Decision, ReplyFacts, ReviewFacts, UseFacts
from services.catalog.tables import TARGETS, Rating, Review, ReviewRight, ids_of
from shared.access import Caller
from shared.contracts.catalog import ReviewDue, ReviewPublished
from shared.database import within
from shared.errors import NotFound, demand_none
from shared.messaging.due import forget, schedule
from shared.messaging.outbox import emit


async def write_review(session: AsyncSession, right_id: UUID, facts: ReviewFacts, *, caller: Caller, now: datetime) -> UUID:
    """Use a right once; a foreign right is as unknown as a missing one. Returns the review's id."""
    right, provider_id = await own_right(session, right_id, caller)
    if await session.scalar(select(exists().where(col(Review.right_id) == right_id))):
        raise rules.RightUsed()
    demand_none(rules.review_faults(facts))
    copied = right.model_dump(include={"target_kind", "target_id", "position", "subject_group"})
    review = Review(right_id=right_id, provider_id=provider_id, submitted_at=now, **copied, **facts.model_dump())
    session.add(review)
    await session.flush()
    await forget(session, INVITATION, right_id)
    await schedule(session, SECOND_POLL, review.id, at=now + rules.ASKED_AGAIN_AFTER)
    return review.id


async def correct_review(session: AsyncSession, review_id: UUID, facts: ReviewFacts, *, caller: Caller) -> None:
    """Let the author say it anew after a rejection; it waits for a moderator again."""
    review = await locked(session, review_id, written_by(caller))
    rules.may_correct(status=review.status)
    demand_none(rules.review_faults(facts))
    for field, value in facts.model_dump().items():
        setattr(review, field, value)
    review.status, review.reason, review.decided_at = "in_review", None, None
    review.revision += 1


def written_by(caller: Caller) -> ColumnElement[bool]:
    """The reviews of the caller under any of their records."""
    rights = select(col(ReviewRight.id)).where(col(ReviewRight.person_id).in_(select(ids_of(caller.person_id).c.id)))
    return col(Review.right_id).in_(rights)


async def own_right(session: AsyncSession, right_id: UUID, caller: Caller) -> tuple[ReviewRight, UUID]:
    """A right of the caller under any of their records, locked, and who provides what it is about."""
    mine = col(ReviewRight.person_id).in_(select(ids_of(caller.person_id).c.id))
    found = (
        select(ReviewRight, TARGETS.c.provider_id)
        .join(TARGETS, (TARGETS.c.kind == col(ReviewRight.target_kind)) & (TARGETS.c.id == col(ReviewRight.target_id)))
        .where(col(ReviewRight.id) == right_id, mine)
        .with_for_update(of=ReviewRight)
    )
    row = (await session.execute(found)).first()
    if row is None:
        raise NotFound("Права на такой отзыв нет.")
    return row[0], row[1]


async def answer_poll(session: AsyncSession, review_id: UUID, facts: UseFacts, *, caller: Caller, now: datetime) -> None:
    """Keep the author's answer to the second poll."""
    review = await locked(session, review_id, written_by(caller))
    rules.may_answer_poll(submitted_at=review.submitted_at, answered=review.use is not None, now=now)
    demand_none(rules.personal_faults(facts.text))
    review.use, review.use_text, review.used_at = facts.use, facts.text or None, now
    review.revision += 1


async def decide(session: AsyncSession, review_id: UUID, facts: Decision, *, now: datetime) -> None:
    """Publish a review, with its target's figures, or reject it with a reason; a published one goes with the reply to it."""
    demand_none(rules.decision_faults(facts))
    review = await locked(session, review_id)
    rules.may_decide(status=review.status, decision=facts.decision)
    if review.status == "published":
        await count_out(session, [review])
        review.reply = review.replied_at = None
    review.decided_at, review.reason = now, facts.reason
    review.status = "published" if facts.decision == "publish" else "rejected"
    review.revision += 1
    if review.status == "published":
        n, mean = await count_in(session, review)
        said = review.model_dump(include={"target_id", "target_kind", "provider_id"})
        marks = {mark: getattr(review, mark) for mark in MARKS}
        event = ReviewPublished.model_validate({**said, "review_id": review.id, "marks": marks, "count": n, "mean": mean})
        await emit(session, event, subject=review.id, revision=review.revision)


async def reply(session: AsyncSession, review_id: UUID, facts: ReplyFacts, *, caller: Caller, now: datetime) -> None:
    """Let the provider answer a review that everybody sees, once."""
    shown = (
        exists()
        .where(col(Rating.target_kind) == col(Review.target_kind), col(Rating.target_id) == col(Review.target_id))
        .where(col(Rating.n) >= rules.SHOWN_FROM)
    )
    review = await locked(session, review_id, within(caller, provider=col(Review.provider_id)), col(Review.status) == "published", shown)
    if review.reply is not None:
        raise rules.Replied()
    demand_none(rules.reply_faults(facts))
    review.reply, review.replied_at = facts.text, now
    review.revision += 1


async def locked(session: AsyncSession, review_id: UUID, *seen: Any) -> Review:
    """A review that the caller may see, locked; raises `NotFound` for any other."""
    found: Review | None = await session.scalar(select(Review).where(col(Review.id) == review_id, *seen).with_for_update())
    if found is None:
        raise NotFound("Такого отзыва нет.")
    return found


async def invite(session: AsyncSession, right_id: UUID, _: dict[str, Any], now: datetime) -> None:
    """Ask how the training went, unless that was said already."""
    unused = ~exists().where(col(Review.right_id) == col(ReviewRight.id))
    await ask(session, col(ReviewRight.id) == right_id, unused, kind="first")


async def ask_again(session: AsyncSession, review_id: UUID, _: dict[str, Any], now: datetime) -> None:
    """Ask whether what was learnt is used, unless that was answered already."""
    unanswered = exists().where(col(Review.right_id) == col(ReviewRight.id), col(Review.id) == review_id, col(Review.use).is_(None))
    await ask(session, unanswered, kind="second")


async def ask(session: AsyncSession, *wanted: Any, kind: str) -> None:
    """Tell that the time has come to ask the holder of a right."""
    on = (TARGETS.c.kind == col(ReviewRight.target_kind)) & (TARGETS.c.id == col(ReviewRight.target_id))
    row = (await session.execute(select(ReviewRight, TARGETS.c.title).join(TARGETS, on).where(*wanted))).first()
    if row is None:
        return
    right, title = row
    said = {"right_id": right.id, "person_id": await survivor(session, right.person_id), "kind": kind, "title": title}
    event = ReviewDue.model_validate({**said, "target_kind": right.target_kind, "target_id": right.target_id})
    await emit(session, event, subject=right.id, revision=1 if kind == "first" else 2)
