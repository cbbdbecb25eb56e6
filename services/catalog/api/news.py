"""News: read by everyone, written by organisations, let out by a second reader."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.catalog import commands, queries
from services.catalog.api.callers import NewsReader, Publisher, Since, Visitor
from services.catalog.api.public import Public
from services.catalog.api.shapes.dictionaries import FacetValue
from services.catalog.api.shapes.organisations import ProviderOut
from services.catalog.rules.fields import Facts, Reason
from services.catalog.rules.news import NewsFacts, WantedNews
from shared.edge import Now, Tx

router = APIRouter(route_class=Public, tags=["news"])


class NewsWithdrawal(Facts):
    reason: Reason


class NewsRemark(Facts):
    """What the author should change."""

    remark: Reason


class NewsItem(BaseModel):
    id: UUID
    title: str
    lead: str
    status: Literal["draft", "in_review", "published", "withdrawn"]
    published_at: datetime | None
    organisation: ProviderOut
    revision: int


class NewsPage(BaseModel):
    items: list[NewsItem]
    total: int
    next: str | None
    facets: dict[str, list[FacetValue]]


class OwnNewsItem(NewsItem):
    """A piece of news as its organisation sees it, with the second reader's remark."""

    submitted_at: datetime | None
    remark: str | None
    withdrawal_reason: str | None


class OwnNewsList(BaseModel):
    items: list[OwnNewsItem]


class NewsOut(OwnNewsItem):
    """A piece of news with its text; paragraphs are parted by empty lines."""

    body: str


@router.get("/news", response_model=NewsPage)
async def list_news(wanted: Annotated[WantedNews, Query()], caller: Visitor, tx: Tx) -> Any:
    return await queries.news.news_listed(tx, wanted)


@router.get("/own-news", response_model=OwnNewsList)
async def list_own_news(caller: Publisher, tx: Tx) -> Any:
    """The news of the caller's organisation, drafts too."""
    return await queries.news.own_news(tx, caller=caller)


@router.get("/news-in-review", response_model=OwnNewsList)
async def list_news_in_review(caller: NewsReader, tx: Tx) -> Any:
    """What waits for a second reader."""
    return await queries.news.news_in_review(tx)


@router.get("/news/{news_id}", response_model=NewsOut)
async def show_news(news_id: UUID, caller: Visitor, tx: Tx) -> Any:
    return await queries.news.news_card(tx, news_id, caller=caller)


@router.post("/news", status_code=201, response_model=NewsOut)
async def draft_news(body: NewsFacts, caller: Publisher, tx: Tx) -> Any:
    news_id = await commands.news.draft_news(tx, body, caller=caller)
    return await queries.news.news_card(tx, news_id, caller=caller)


@router.put("/news/{news_id}", response_model=NewsOut)
async def change_news(news_id: UUID, body: NewsFacts, caller: Publisher, since: Since, tx: Tx) -> Any:
    """News that is not published; whatever it was, it is a draft again."""
    await commands.news.change_news(tx, news_id, body, caller=caller, revision=since)
    return await queries.news.news_card(tx, news_id, caller=caller)


@router.post("/news/{news_id}/submission", response_model=NewsOut)
async def submit_news(news_id: UUID, caller: Publisher, tx: Tx, now: Now) -> Any:
    await commands.news.submit_news(tx, news_id, caller=caller, now=now)
    return await queries.news.news_card(tx, news_id, caller=caller)


@router.post("/news/{news_id}/publication", response_model=NewsOut)
async def publish_news(news_id: UUID, caller: NewsReader, tx: Tx, now: Now) -> Any:
    """Let it out; nobody publishes what they submitted themselves."""
    await commands.news.publish_news(tx, news_id, caller=caller, now=now)
    return await queries.news.news_card(tx, news_id, caller=caller)


@router.post("/news/{news_id}/return", response_model=NewsOut)
async def return_news(news_id: UUID, body: NewsRemark, caller: NewsReader, tx: Tx) -> Any:
    await commands.news.return_news(tx, news_id, remark=body.remark, caller=caller)
    return await queries.news.news_card(tx, news_id, caller=caller)


@router.post("/news/{news_id}/withdrawal", response_model=NewsOut)
async def withdraw_news(news_id: UUID, body: NewsWithdrawal, caller: Publisher, tx: Tx) -> Any:
    await commands.news.withdraw_news(tx, news_id, reason=body.reason, caller=caller)
    return await queries.news.news_card(tx, news_id, caller=caller)
