"""Reviews: written by those who were there, decided by a moderator, answered by the provider, read by everybody."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.catalog import commands, queries
from services.catalog.api.callers import Answering, Learner, ModerationReader, Moderator, Visitor
from services.catalog.api.public import Public
from services.catalog.api.shapes import Coded, RatingOut
from services.catalog.rules.reviews import (
    Decision,
    ReplyFacts,
    ReviewFacts,
    UseFacts,
    WantedModeration,
    WantedOwnReviews,
    WantedReviews,
)
from shared.clock import today
from shared.edge import Now, Tx

router = APIRouter(route_class=Public, tags=["reviews"])
Status = Literal["in_review", "published", "rejected"]
Use = Literal["regularly", "sometimes", "no"]


class MarksOut(BaseModel):
    """Four marks; as averages they are smoothed towards the catalogue's mean."""

    content: float
    teacher: float
    organisation: float
    usefulness: float


class UsesOut(BaseModel):
    """Answers of the second poll, three months later."""

    regularly: int
    sometimes: int
    no: int
    n: int


class ReviewOut(BaseModel):
    """A review as everybody sees it: anonymous, with the month it was written in."""

    id: UUID
    marks: MarksOut
    text: str
    position: Coded | None
    subject_group: Coded | None
    month: str
    reply: str | None


class ReviewPage(BaseModel):
    """Reviews of one target; below five everything is hidden and `needed` says how many are missing."""

    n: int
    needed: int
    rating: RatingOut | None
    marks: MarksOut | None
    use: UsesOut | None
    items: list[ReviewOut]
    next: str | None


class TargetOut(BaseModel):
    kind: Literal["programme", "event"]
    id: UUID
    title: str


class MyTarget(TargetOut):
    provider: str


class RightOut(BaseModel):
    """Leave to write one review."""

    right_id: UUID
    target: MyTarget
    granted_at: datetime


class MyReview(BaseModel):
    id: UUID
    right_id: UUID
    target: MyTarget
    marks: MarksOut
    text: str
    status: Status
    reason: str | None
    submitted_at: datetime
    decided_at: datetime | None
    reply: str | None
    use: Use | None
    use_text: str | None
    poll: Literal["later", "open", "answered"]
    poll_opens_at: datetime


class MyReviews(BaseModel):
    to_write: list[RightOut]
    written: list[MyReview]


class HintedPiece(BaseModel):
    """A piece of a text; `hint` says what a moderator should look for in it."""

    text: str
    hint: Literal["email", "phone", "snils", "full_name", "capitals", "abuse"] | None


class ModeratedReview(ReviewOut):
    target: TargetOut
    pieces: list[HintedPiece]
    status: Status
    reason: str | None
    submitted_at: datetime
    decided_at: datetime | None


class ModerationPage(BaseModel):
    items: list[ModeratedReview]
    waiting: int
    next: str | None


class OwnReview(ReviewOut):
    target: TargetOut
    use: Use | None
    use_text: str | None


class OwnReviewPage(BaseModel):
    """Reviews about one's own organisation; `hidden` of them wait until their target has five."""

    items: list[OwnReview]
    hidden: int
    next: str | None


@router.get("/programmes/{programme_id}/reviews", response_model=ReviewPage)
async def reviews_of_programme(programme_id: UUID, wanted: Annotated[WantedReviews, Query()], caller: Visitor, tx: Tx, now: Now) -> Any:
    return await queries.reviews.reviews_of(tx, "programme", programme_id, wanted, today=today(now))


@router.get("/events/{event_id}/reviews", response_model=ReviewPage)
async def reviews_of_event(event_id: UUID, wanted: Annotated[WantedReviews, Query()], caller: Visitor, tx: Tx, now: Now) -> Any:
    return await queries.reviews.reviews_of(tx, "event", event_id, wanted, today=today(now))


@router.get("/me/reviews", response_model=MyReviews)
async def my_reviews(caller: Learner, tx: Tx, now: Now) -> Any:
    """What I may review and what I wrote."""
    return await queries.reviews.my_reviews(tx, caller=caller, now=now)


@router.post("/me/reviews/{right_id}", status_code=201, response_model=MyReviews)
async def write_review(right_id: UUID, body: ReviewFacts, caller: Learner, tx: Tx, now: Now) -> Any:
    """Use a right, once."""
    await commands.reviews.write_review(tx, right_id, body, caller=caller, now=now)
    return await queries.reviews.my_reviews(tx, caller=caller, now=now)


@router.post("/me/reviews/{review_id}/use", response_model=MyReviews)
async def answer_poll(review_id: UUID, body: UseFacts, caller: Learner, tx: Tx, now: Now) -> Any:
    """Say, three months later, whether what was learnt is used."""
    await commands.reviews.answer_poll(tx, review_id, body, caller=caller, now=now)
    return await queries.reviews.my_reviews(tx, caller=caller, now=now)


@router.get("/moderation/reviews", response_model=ModerationPage)
async def list_to_moderate(wanted: Annotated[WantedModeration, Query()], caller: ModerationReader, tx: Tx, now: Now) -> Any:
    return await queries.reviews.to_moderate(tx, wanted, today=today(now))


@router.post("/reviews/{review_id}/decision", status_code=204)
async def decide_review(review_id: UUID, body: Decision, caller: Moderator, tx: Tx, now: Now) -> None:
    await commands.reviews.decide(tx, review_id, body, now=now)


@router.get("/own-reviews", response_model=OwnReviewPage)
async def list_own_reviews(wanted: Annotated[WantedOwnReviews, Query()], caller: Answering, tx: Tx, now: Now) -> Any:
    """Published reviews about the caller's organisation."""
    return await queries.reviews.own_reviews(tx, wanted, caller=caller, today=today(now))


@router.post("/reviews/{review_id}/reply", status_code=204)
async def reply_to_review(review_id: UUID, body: ReplyFacts, caller: Answering, tx: Tx, now: Now) -> None:
    await commands.reviews.reply(tx, review_id, body, caller=caller, now=now)
