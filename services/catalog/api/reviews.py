"""Reviews: written by those who were there, decided by a moderator, answered by the provider, read by everybody."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.catalog import commands, queries
from services.catalog.api.callers import Answering, Learner, ModerationReader, Moderator, Visitor
from services.catalog.api.public import Public
from services.catalog.api.shapes.reviews import ModerationPage, MyReviews, OwnReviewPage, ReviewPage
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


@router.put("/me/reviews/{review_id}", response_model=MyReviews)
async def correct_review(review_id: UUID, body: ReviewFacts, caller: Learner, tx: Tx, now: Now) -> Any:
    """Say it anew after a rejection."""
    await commands.reviews.correct_review(tx, review_id, body, caller=caller)
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
