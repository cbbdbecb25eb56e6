"""News: written, submitted to a second reader, published or returned by them, withdrawn."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands.findable import make_findable, make_unfindable
from services.catalog.commands.organisers import name_of, organiser_fault
from services.catalog.commands.owned import owned
from services.catalog.rules import news as rules
from services.catalog.rules.fields import same_revision
from services.catalog.rules.news import NewsFacts
from services.catalog.tables import News
from shared.access import Caller
from shared.clock import today
from shared.errors import demand_none

own_news = owned(News, by="organisation_id", refusal="Такой новости нет.")


async def draft_news(session: AsyncSession, facts: NewsFacts, *, caller: Caller) -> UUID:
    """Write down a draft; return its id."""
    await check_organisation(session, facts, caller)
    news = News(**facts.model_dump())
    session.add(news)
    await session.flush()
    return news.id


async def change_news(session: AsyncSession, news_id: UUID, facts: NewsFacts, *, caller: Caller, revision: int | None = None) -> None:
    """Bring news to these facts; whatever it was, it is a draft again and has to be read again."""
    news = await own_news(session, news_id, caller)
    same_revision(wanted=revision, revision=news.revision, current=facts_of(news).model_dump(mode="json"))
    rules.may_change_news(status=news.status)
    await check_organisation(session, facts, caller)
    for field, value in facts.model_dump().items():
        setattr(news, field, value)
    news.status, news.published_by, news.published_at, news.withdrawal_reason = "draft", None, None, None
    news.submitted_by, news.submitted_at = None, None
    news.revision += 1


async def submit_news(session: AsyncSession, news_id: UUID, *, caller: Caller, now: datetime) -> None:
    """Hand a draft to the second reader; submitting twice is not an error."""
    news = await own_news(session, news_id, caller)
    if news.status == "in_review":
        return
    rules.may_change_news(status=news.status)
    demand_none(rules.news_faults(facts_of(news)))
    news.published_by, news.published_at, news.withdrawal_reason, news.remark = None, None, None, None
    news.status, news.submitted_by, news.submitted_at = "in_review", caller.subject, now
    news.revision += 1


async def publish_news(session: AsyncSession, news_id: UUID, *, caller: Caller, now: datetime) -> None:
    """The second reader lets it out; publishing twice is not an error."""
    news = await own_news(session, news_id, caller)
    if news.status == "published":
        return
    rules.may_decide(status=news.status, submitted_by=news.submitted_by, reader=caller.subject, publishing=True)
    news.status, news.published_by, news.published_at = "published", caller.subject, now
    news.revision += 1
    organiser = await name_of(session, news.organisation_id)
    await make_findable(
        session, "news", news_id, title=news.title, summary=news.lead, day=today(now), themes=news.lead, story=news.body, around=organiser
    )


async def return_news(session: AsyncSession, news_id: UUID, *, remark: str, caller: Caller) -> None:
    """The second reader gives it back with a remark."""
    news = await own_news(session, news_id, caller)
    rules.may_decide(status=news.status, submitted_by=news.submitted_by, reader=caller.subject, publishing=False)
    news.status, news.remark = "draft", remark
    news.revision += 1


async def withdraw_news(session: AsyncSession, news_id: UUID, *, reason: str, caller: Caller) -> None:
    """Take published news off the portal; withdrawing twice is not an error."""
    news = await own_news(session, news_id, caller)
    if news.status == "withdrawn":
        return
    rules.may_withdraw_news(status=news.status)
    news.status, news.withdrawal_reason = "withdrawn", reason
    news.revision += 1
    await make_unfindable(session, "news", news_id)


def facts_of(news: News) -> NewsFacts:
    """What stored news state."""
    return NewsFacts.model_validate({field: getattr(news, field) for field in NewsFacts.model_fields})


async def check_organisation(session: AsyncSession, facts: NewsFacts, caller: Caller) -> None:
    fault = await organiser_fault(session, facts.organisation_id, caller)
    demand_none({"organisation_id": fault} if fault else {})
