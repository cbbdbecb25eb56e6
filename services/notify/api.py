"""notify over HTTP: the inbox, its preferences, contacts from the gateway, deliveries for the operator."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.notify import commands, queries
from services.notify.rules import deliveries, letters
from shared.access import Caller, allow, gateway_only
from shared.addresses import Email
from shared.contracts.base import Text
from shared.edge import Edge, Now, Tx
from shared.errors import Invalid

router = APIRouter(route_class=Edge, tags=["notifications"])
Teacher = Annotated[Caller, allow("notifications.own", "teacher")]
Door = Annotated[Caller, gateway_only("contacts.keep")]
Staff = Annotated[Caller, allow("deliveries.read", "operator", "auditor")]
Limit = Annotated[int, Query(ge=1, le=100)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ContactIn(Body):
    """An address and the words to greet with, such as «Марина Андреевна»."""

    email: Email
    salutation: Annotated[Text, Field(min_length=1, max_length=200)]


class ReadIn(Body):
    """Which notices were read; without a list, all."""

    notice_ids: Annotated[list[UUID], Field(max_length=500)] | None = None


class PreferencesIn(Body):
    """The rules that are not wanted by e-mail."""

    refused: Annotated[list[str], Field(max_length=50)]


class NoticeOut(BaseModel):
    notice_id: UUID
    rule: str
    about_id: UUID
    title: str
    lead: str
    rows: list[tuple[str, str]]
    path: str
    action: str
    noticed_at: AwareDatetime
    read_at: AwareDatetime | None


class InboxOut(BaseModel):
    items: list[NoticeOut]
    unread: int


class DeliveryOut(BaseModel):
    delivery_id: UUID
    rule: str
    about_id: UUID
    status: Literal["queued", "sent", "failed"]
    attempts: int
    queued_at: datetime
    sent_at: datetime | None
    reason: str | None


@router.put("/contacts/{person_id}", status_code=204)
async def keep_contact(person_id: UUID, body: ContactIn, caller: Door, tx: Tx, now: Now) -> None:
    await commands.keep_contact(tx, person_id=person_id, email=body.email, salutation=body.salutation, now=now)


@router.get("/me/notifications", response_model=InboxOut)
async def my_notifications(caller: Teacher, tx: Tx, before: AwareDatetime | None = None, limit: Limit = 30) -> dict[str, Any]:
    return await queries.inbox(tx, person_id=own(caller), before=before, limit=limit)


@router.post("/me/notifications/read")
async def read_notifications(body: ReadIn, caller: Teacher, tx: Tx, now: Now) -> dict[str, int]:
    return {"read": await commands.mark_read(tx, person_id=own(caller), notice_ids=body.notice_ids, now=now)}


@router.get("/me/preferences")
async def my_preferences(caller: Teacher, tx: Tx) -> dict[str, list[str]]:
    """What can be refused, what is refused, and what the order or the law always sends."""
    refused = await queries.refused_rules(tx, person_id=own(caller))
    return {"rules": sorted(set(letters.RULES) - letters.INBOX_ONLY), "refused": sorted(refused), "always": sorted(deliveries.ALWAYS)}


@router.put("/me/preferences")
async def change_preferences(body: PreferencesIn, caller: Teacher, tx: Tx) -> dict[str, list[str]]:
    refusable = set(letters.RULES) - letters.INBOX_ONLY - deliveries.ALWAYS
    if not set(body.refused) <= refusable:
        raise Invalid("refused", "От этих писем отказаться нельзя или их нет.")
    await commands.prefer(tx, person_id=own(caller), refused=set(body.refused))
    return {"refused": sorted(set(body.refused))}


@router.get("/deliveries", response_model=list[DeliveryOut])
async def list_deliveries(
    caller: Staff,
    tx: Tx,
    about_id: UUID | None = None,
    status: Literal["queued", "sent", "failed"] | None = None,
    limit: Limit = 50,
) -> list[dict[str, Any]]:
    return await queries.deliveries(tx, about_id=about_id, status=status, limit=limit)


def own(caller: Caller) -> UUID:
    assert caller.person_id is not None  # a teacher's token always has one
    return caller.person_id
