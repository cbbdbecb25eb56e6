"""Subscriptions over HTTP: asked for and confirmed through the gateway's pages, seen and ended by their owners."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from services.notify import subscriptions
from services.notify.api import Body, own
from shared.access import Caller, allow, gateway_only
from shared.addresses import Email
from shared.contracts.base import Text
from shared.edge import Edge, Now, Tx

router = APIRouter(route_class=Edge, tags=["subscriptions"])
Door = Annotated[Caller, gateway_only("subscriptions.keep")]
Teacher = Annotated[Caller, allow("notifications.own", "teacher")]


class SubscriptionIn(Body):
    """An address and what it waits for: the search in words and its page; `person_id` when its owner is signed in."""

    subscription_id: UUID
    email: Email
    person_id: UUID | None = None
    title: Annotated[Text, Field(min_length=1, max_length=300)]
    path: Annotated[Text, Field(pattern=r"^/programmes(\?[!-~]*)?$", max_length=2000)]


class TokenIn(Body):
    """What a link of a letter carries."""

    token: Annotated[str, Field(pattern=r"^[0-9a-zA-Z._-]{40,100}$")]


class ConfirmedOut(BaseModel):
    title: str
    path: str


class SubscriptionOut(BaseModel):
    """One's own subscription; it is told of news once `confirmed_at` is there."""

    subscription_id: UUID
    title: str
    path: str
    asked_at: AwareDatetime
    confirmed_at: AwareDatetime | None


@router.post("/subscriptions", status_code=202)
async def ask_for_subscription(body: SubscriptionIn, caller: Door, tx: Tx, now: Now) -> None:
    """The answer is the same for every address, so that nobody learns which ones are known."""
    await subscriptions.ask(tx, now=now, **body.model_dump())


@router.post("/subscriptions/confirmation", response_model=ConfirmedOut)
async def confirm_subscription(body: TokenIn, caller: Door, tx: Tx, now: Now) -> Any:
    found = await subscriptions.confirm(tx, body.token, now=now)
    return {"title": found.title, "path": found.path}


@router.post("/subscriptions/end", status_code=204)
async def end_subscription(body: TokenIn, caller: Door, tx: Tx) -> None:
    await subscriptions.end_by_token(tx, body.token)


@router.get("/me/subscriptions", response_model=list[SubscriptionOut])
async def my_subscriptions(caller: Teacher, tx: Tx) -> Any:
    return await subscriptions.own(tx, own(caller))


@router.delete("/me/subscriptions/{subscription_id}", status_code=204)
async def end_my_subscription(subscription_id: UUID, caller: Teacher, tx: Tx) -> None:
    await subscriptions.end_own(tx, own(caller), subscription_id)
