"""Notices of assessment procedures."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.catalog import commands, queries
from services.catalog.api.callers import Publisher, Since, Visitor
from services.catalog.api.events import CompetenceTitle
from services.catalog.api.public import Public
from services.catalog.api.shapes.dictionaries import FacetValue
from services.catalog.api.shapes.organisations import ProviderOut
from services.catalog.rules.fields import Facts, Reason
from services.catalog.rules.notices import NoticeFacts, WantedNotices
from shared.clock import today
from shared.edge import Now, Tx

router = APIRouter(route_class=Public, tags=["notices"])


class NoticeCancellation(Facts):
    reason: Reason


class NoticeOut(BaseModel):
    """A notice: what is measured, how long it takes, who sees the result, how to register."""

    id: UUID
    organiser: ProviderOut
    procedure_id: UUID | None
    title: str
    measures: str
    competences: list[CompetenceTitle]
    minutes: int
    result_visible_to: str
    opens: date
    closes: date
    registration: str
    link: str | None
    status: Literal["draft", "published", "cancelled"]
    published_at: datetime | None
    cancellation_reason: str | None
    revision: int


class NoticePage(BaseModel):
    items: list[NoticeOut]
    total: int
    next: str | None
    facets: dict[str, list[FacetValue]]


class OwnNotices(BaseModel):
    items: list[NoticeOut]


@router.get("/notices", response_model=NoticePage)
async def list_notices(wanted: Annotated[WantedNotices, Query()], caller: Visitor, tx: Tx, now: Now) -> Any:
    """Published notices by their first day; counts of the facets react to each other."""
    return await queries.notices.notices_listed(tx, wanted, today=today(now))


@router.get("/own-notices", response_model=OwnNotices)
async def list_own_notices(caller: Publisher, tx: Tx) -> Any:
    """The notices of the caller's organisation, drafts too."""
    return await queries.notices.own_notices(tx, caller=caller)


@router.get("/notices/{notice_id}", response_model=NoticeOut)
async def show_notice(notice_id: UUID, caller: Visitor, tx: Tx) -> Any:
    return await queries.notices.notice_card(tx, notice_id, caller=caller)


@router.post("/notices", status_code=201, response_model=NoticeOut)
async def draft_notice(body: NoticeFacts, caller: Publisher, tx: Tx, now: Now) -> Any:
    notice_id = await commands.notices.draft_notice(tx, body, caller=caller, now=now)
    return await queries.notices.notice_card(tx, notice_id, caller=caller)


@router.put("/notices/{notice_id}", response_model=NoticeOut)
async def change_notice(notice_id: UUID, body: NoticeFacts, caller: Publisher, since: Since, tx: Tx, now: Now) -> Any:
    await commands.notices.change_notice(tx, notice_id, body, caller=caller, now=now, revision=since)
    return await queries.notices.notice_card(tx, notice_id, caller=caller)


@router.post("/notices/{notice_id}/publication", response_model=NoticeOut)
async def publish_notice(notice_id: UUID, caller: Publisher, tx: Tx, now: Now) -> Any:
    await commands.notices.publish_notice(tx, notice_id, caller=caller, now=now)
    return await queries.notices.notice_card(tx, notice_id, caller=caller)


@router.post("/notices/{notice_id}/cancellation", response_model=NoticeOut)
async def cancel_notice(notice_id: UUID, body: NoticeCancellation, caller: Publisher, tx: Tx, now: Now) -> Any:
    await commands.notices.cancel_notice(tx, notice_id, reason=body.reason, caller=caller, now=now)
    return await queries.notices.notice_card(tx, notice_id, caller=caller)
