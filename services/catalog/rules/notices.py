"""When a notice of an assessment procedure may be published, changed and cancelled."""

from datetime import date, timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.catalog.rules.events import Competences, is_secure
from services.catalog.rules.fields import Day, Facts, Line, Prose, TermCode
from services.catalog.rules.search import Cursor, Limit
from shared.errors import DomainError

FARTHEST = timedelta(days=3 * 366)


class NoticeOver(DomainError):
    code, detail = "notice_over", "Процедура уже закончилась."


class NoticeIsCancelled(DomainError):
    code, detail = "notice_cancelled", "Объявление отменено. Дайте новое."


class NoticeNotPublished(DomainError):
    code, detail = "notice_not_published", "Черновик не опубликован: отменять нечего."


class NoticeFacts(Facts):
    """A procedure as its organiser announces it: what is measured, how long it takes, who sees the result, how to register."""

    organiser_id: UUID
    procedure_id: UUID | None = None
    title: Line
    measures: Prose
    competences: Competences = []
    minutes: Annotated[int, Field(gt=0, le=1440)]
    result_visible_to: Prose
    opens: Day
    closes: Day
    registration: Prose
    link: Line | None = None


class WantedNotices(Facts):
    """A list of published notices: those that are not over by their first day, those that are the latest first."""

    when: Literal["coming", "past"] = "coming"
    organiser: Annotated[list[UUID], Field(max_length=20)] = []
    competence: Annotated[list[TermCode], Field(max_length=20)] = []
    cursor: Cursor = None
    limit: Limit = 20


def notice_faults(facts: NoticeFacts, *, today: date, before: NoticeFacts | None = None) -> dict[str, str]:
    """What is wrong with a notice, by field; an end that is past is left alone when it stays as it was `before`."""
    faults = {}
    if facts.closes < facts.opens:
        faults["closes"] = "Процедура не может закончиться раньше, чем начнётся."
    elif facts.closes < today and (before is None or facts.closes != before.closes):
        faults["closes"] = "Последний день уже прошёл."
    if facts.opens > today + FARTHEST:
        faults["opens"] = "Проверьте год начала."
    if facts.closes - facts.opens > FARTHEST:
        faults["closes"] = "Проверьте год окончания."
    for field in ("measures", "result_visible_to", "registration"):
        if not getattr(facts, field):
            faults[field] = "Заполните это поле."
    if facts.link is not None and not is_secure(facts.link):
        faults["link"] = "Ссылка начинается с https:// и не содержит пробелов."
    return faults


def may_change_notice(*, status: str, closes: date, today: date) -> None:
    """Refuse to change a notice that is cancelled, or was published and is over."""
    if status == "cancelled":
        raise NoticeIsCancelled()
    if status == "published" and closes < today:
        raise NoticeOver()


def may_cancel_notice(*, status: str, closes: date, today: date) -> None:
    """Refuse to cancel a draft, or what is over."""
    if status == "draft":
        raise NoticeNotPublished()
    if closes < today:
        raise NoticeOver()
