"""How a piece of news goes from its author to its second reader and to the public."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from services.catalog.rules.fields import Facts, Line, plain
from services.catalog.rules.search import Cursor, Limit
from shared.errors import DomainError

Story = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000), AfterValidator(plain)]
Lead = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(plain)]
TELLING = 20


class NewsPublished(DomainError):
    code, detail = "news_published", "Новость опубликована. Чтобы изменить её, сначала снимите с публикации."


class NewsNotInReview(DomainError):
    code, detail = "news_not_in_review", "Новость не на проверке: её уже опубликовали, вернули или забрали."


class NewsNotPublished(DomainError):
    code, detail = "news_not_published", "Новость не опубликована: снимать нечего."


class OwnNews(DomainError):
    """Nobody reads their own news."""

    code, detail = "own_news", "Свою новость публикует другой человек: второй читатель замечает то, чего не видит автор."


class NewsFacts(Facts):
    """A piece of news as its author states it; paragraphs of the body are parted by empty lines."""

    organisation_id: UUID
    title: Line
    lead: Lead = ""
    body: Story = ""


class WantedNews(Facts):
    """A list of published news, the newest first."""

    organisation: Annotated[list[UUID], Field(max_length=20)] = []
    year: Annotated[int | None, Field(ge=2000, le=2100)] = None
    cursor: Cursor = None
    limit: Limit = 20


def news_faults(facts: NewsFacts) -> dict[str, str]:
    """What a piece of news still lacks to be read by a second reader."""
    faults = {}
    if len(facts.lead) < TELLING:
        faults["lead"] = "Напишите главное одним-двумя предложениями: их увидят в списке."
    if not facts.body:
        faults["body"] = "Напишите текст новости."
    return faults


def may_change_news(*, status: str) -> None:
    """Refuse to change what everybody reads."""
    if status == "published":
        raise NewsPublished()


def may_decide(*, status: str, submitted_by: str | None, reader: str, publishing: bool) -> None:
    """Refuse to decide about news that nobody submitted, and to publish one's own."""
    if status != "in_review":
        raise NewsNotInReview()
    if publishing and submitted_by == reader:
        raise OwnNews()


def may_withdraw_news(*, status: str) -> None:
    """Refuse to withdraw what is not published."""
    if status != "published":
        raise NewsNotPublished()
