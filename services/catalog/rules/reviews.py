"""Who may review what and when, how averages are smoothed, and what a moderator is pointed to."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from services.catalog.rules.fields import Facts, Reason, plain
from services.catalog.rules.search import Cursor, Limit
from shared.errors import DomainError

Mark = Annotated[int, Field(ge=1, le=5)]
Said = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(plain)]
ReviewStatus = Literal["in_review", "published", "rejected"]
Use = Literal["regularly", "sometimes", "no"]
MARKS = ("content", "teacher", "organisation", "usefulness")
SHORTEST = 20
SHOWN_FROM = 5
"""So many published reviews make the figures and the texts visible: among fewer an author could be guessed."""
PRIOR = 5
"""The weight of the catalogue's mean in every average, in reviews."""
INVITED_AFTER, ASKED_AGAIN_AFTER = timedelta(days=1), timedelta(days=91)


class RightUsed(DomainError):
    code, detail = "review_right_used", "Отзыв об этом обучении вы уже написали."


class Decided(DomainError):
    code, detail = "review_decided", "По этому отзыву решение уже принято."


class NotRejected(DomainError):
    code, detail = "review_not_rejected", "Исправить можно только отклонённый отзыв."


class Replied(DomainError):
    code, detail = "review_replied", "Ответ на этот отзыв уже есть."


class PollClosed(DomainError):
    code, detail = "review_poll_closed", "Спросим, применяете ли вы изученное, через три месяца после отзыва."


class PollAnswered(DomainError):
    code, detail = "review_poll_answered", "Вы уже ответили, спасибо."


class ReviewFacts(Facts):
    """A review: four marks and what is said."""

    content: Mark
    teacher: Mark
    organisation: Mark
    usefulness: Mark
    text: Said


class UseFacts(Facts):
    """The second poll: whether what was learnt is used in class."""

    use: Use
    text: Said = ""


class Decision(Facts):
    """A moderator's decision; a rejection has a reason, which its author reads."""

    decision: Literal["publish", "reject"]
    reason: Reason | None = None


class ReplyFacts(Facts):
    text: Said


class WantedReviews(Facts):
    """A page of reviews, the newest first."""

    cursor: Cursor = None
    limit: Limit = 10


class WantedModeration(WantedReviews):
    """A page of what moderators decide or decided; those that wait come oldest first."""

    status: ReviewStatus = "in_review"


class WantedOwnReviews(WantedReviews):
    """A page of reviews about one's own organisation."""

    unanswered: bool = False


def review_faults(facts: ReviewFacts) -> dict[str, str]:
    """What is wrong with a review, by field."""
    return {"text": f"Напишите хотя бы предложение: от {SHORTEST} знаков."} if len(facts.text) < SHORTEST else {}


def decision_faults(facts: Decision) -> dict[str, str]:
    """What is wrong with a decision, by field."""
    if facts.decision == "reject" and not facts.reason:
        return {"reason": "Назовите причину: её прочитает автор отзыва."}
    if facts.decision == "publish" and facts.reason:
        return {"reason": "Причина нужна только отказу."}
    return {}


def may_decide(*, status: str, decision: str) -> None:
    """Refuse to decide a second time, but for taking down what is published."""
    if status != "in_review" and (status, decision) != ("published", "reject"):
        raise Decided()


def may_correct(*, status: str) -> None:
    """Refuse to change what waits for a decision or is published already."""
    if status != "rejected":
        raise NotRejected()


def may_answer_poll(*, submitted_at: datetime, answered: bool, now: datetime) -> None:
    """Refuse the second poll before its time or after an answer."""
    if answered:
        raise PollAnswered()
    if now < submitted_at + ASKED_AGAIN_AFTER:
        raise PollClosed()


def smoothed(*, total: float, n: int, mean: float) -> float:
    """A Bayesian average: (PRIOR · mean + total) / (PRIOR + n).

    `total` is the sum of the target's n marks and `mean` the mean of the same mark over the whole catalogue, so the prior weighs
    as much as five reviews: a few enthusiasts do not lift a programme above one that many praise, and with n the own marks win.
    """
    return (PRIOR * mean + total) / (PRIOR + n)


HintKind = Literal["email", "phone", "snils", "full_name", "capitals", "abuse"]
WORD = "[А-ЯЁ][а-яё]+"
PATTERNS: Sequence[tuple[HintKind, re.Pattern[str]]] = (
    ("email", re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+")),
    ("phone", re.compile(r"(?<!\d)(?:\+?7|8)[\s(-]{0,3}\d{3}[\s)-]{0,3}\d{3}[\s-]?\d{2}[\s-]?\d{2}(?!\d)")),
    ("snils", re.compile(r"(?<!\d)\d{3}[\s-]?\d{3}[\s-]?\d{3}[\s-]?\d{2}(?!\d)")),
    ("full_name", re.compile(rf"(?:{WORD} )?{WORD} [А-ЯЁ][а-яё]+(?:ич(?:а|у|ем|е)?|[вч]н(?:а|ы|е|у|ой))\b(?: {WORD})?")),
    ("full_name", re.compile(rf"{WORD} [А-ЯЁ]\. ?[А-ЯЁ]\.|[А-ЯЁ]\. ?[А-ЯЁ]\. ?{WORD}")),
    ("capitals", re.compile(rf"(?<=[а-яё,;:—–-] ){WORD} {WORD}")),
)
PERSONAL: frozenset[str] = frozenset(("email", "phone", "snils", "full_name"))
"""Hints that are refused where nobody moderates: in replies and in answers to the second poll."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A place in a text that may name somebody or offend."""

    start: int
    end: int
    kind: HintKind


def hints(text: str, *, abusive: Collection[str] = ()) -> list[Hint]:
    """The places to look at, in their order, none over another; `abusive` are beginnings of words, small and without ё."""
    found = [Hint(*match.span(), kind) for kind, pattern in PATTERNS for match in pattern.finditer(text)]
    words = ((match, match[0].lower().replace("ё", "е")) for match in re.finditer("[А-Яа-яЁё]+", text))
    found += [Hint(*match.span(), "abuse") for match, word in words if word.startswith(tuple(abusive))]
    kept: list[Hint] = []
    for hint in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or hint.start >= kept[-1].end:
            kept.append(hint)
    return kept


def pieces(text: str, found: Sequence[Hint]) -> list[dict[str, str | None]]:
    """A text cut at its hints: `[{text, hint}]`."""
    cut, at = list[dict[str, str | None]](), 0
    for one in found:
        cut += [{"text": text[at : one.start], "hint": None}, {"text": text[one.start : one.end], "hint": one.kind}]
        at = one.end
    return [piece for piece in (*cut, {"text": text[at:], "hint": None}) if piece["text"]]


def personal_faults(text: str) -> dict[str, str]:
    """The refusal of a text that names somebody, by field."""
    if named := next((one for one in hints(text) if one.kind in PERSONAL), None):
        return {"text": f"Уберите личные данные: «{text[named.start : named.end]}»."}
    return {}


def reply_faults(facts: ReplyFacts) -> dict[str, str]:
    """What is wrong with a provider's reply, by field."""
    return {"text": "Напишите ответ: от 5 знаков."} if len(facts.text) < 5 else personal_faults(facts.text)
