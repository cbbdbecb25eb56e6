"""What is told of reviews and the marks in them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from services.catalog.api.shapes.dictionaries import Coded
from services.catalog.rules.reviews import HintKind, ReviewStatus, Use


class RatingOut(BaseModel):
    """The mean of all marks of n reviews, smoothed towards the catalogue's mean; told from five reviews on."""

    mean: float
    n: int


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
    status: ReviewStatus
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
    hint: HintKind | None


class ModeratedReview(ReviewOut):
    target: TargetOut
    pieces: list[HintedPiece]
    status: ReviewStatus
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
