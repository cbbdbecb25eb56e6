"""Requests to the operator over HTTP: asked through the gateway's page, read and answered by the operator."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from services.notify import support
from services.notify.api import Body
from shared.access import Caller, allow, gateway_only
from shared.addresses import Email
from shared.contracts.base import Text
from shared.edge import Edge, Now, Tx

router = APIRouter(route_class=Edge, tags=["support"])
Door = Annotated[Caller, gateway_only("support.ask")]
Reader = Annotated[Caller, allow("support.read", "operator", "auditor")]
Operator = Annotated[Caller, allow("support.answer", "operator")]
Category = Literal["question", "problem", "proposal"]
Words = Annotated[Text, Field(min_length=5, max_length=3000)]


class RequestIn(Body):
    """What somebody asks and where the answer goes; `page` is where they were, `person_id` who they are when signed in."""

    request_id: UUID
    category: Category
    words: Words
    page: Annotated[Text, Field(pattern=r"^(/([!-.0-\[\]-~][!-~]*)?)?$", max_length=300)] = ""
    email: Email
    person_id: UUID | None = None


class AnswerIn(Body):
    words: Words


class AskedOut(BaseModel):
    number: int


class RequestOut(BaseModel):
    """A request without the address that its answer goes to."""

    request_id: UUID
    number: int
    category: Category
    words: str
    page: str
    asked_at: AwareDatetime
    answer: str | None
    answered_at: AwareDatetime | None


class RequestList(BaseModel):
    items: list[RequestOut]
    total: int


@router.post("/support-requests", status_code=201, response_model=AskedOut)
async def ask_support(body: RequestIn, caller: Door, tx: Tx, now: Now) -> Any:
    return {"number": await support.ask(tx, now=now, **body.model_dump())}


@router.get("/support-requests", response_model=RequestList)
async def list_support_requests(caller: Reader, tx: Tx, status: Literal["open", "answered"] = "open") -> Any:
    """Those that wait, the oldest first, or those answered, the last first; at most a hundred."""
    return await support.listed(tx, status)


@router.post("/support-requests/{request_id}/answer", status_code=204)
async def answer_support_request(request_id: UUID, body: AnswerIn, caller: Operator, tx: Tx, now: Now) -> None:
    await support.answer(tx, request_id, body.words, by=caller.subject, now=now)
