"""A small service under notify's name, to try what `shared` promises."""

import asyncio
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter
from sqlalchemy import Column, MetaData, Table, Uuid, func, insert, select
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.access import Caller, allow
from shared.contracts import Envelope
from shared.contracts.enrollment import SeatsChanged
from shared.contracts.notify import RequestOpened
from shared.edge import Edge, Now, Tx
from shared.errors import DomainError
from shared.messaging.consumer import Hears
from shared.messaging.outbox import emit
from shared.settings import ServiceSettings

metadata = MetaData()
heard = Table("heard", metadata, Column("group_id", Uuid))
router = APIRouter(route_class=Edge)
Anyone = Annotated[Caller, allow("requests.open", "teacher")]
failures: list[Exception] = []
"""What the handler raises next, last one first."""


class Settings(ServiceSettings):
    pass


class Stuck(Exception):
    """The handler does not raise this: it never ends."""


@router.post("/requests", status_code=201)
async def open_request(caller: Anyone, tx: Tx, now: Now, fail: bool = False) -> dict[str, Any]:
    request_id = uuid4()
    await emit(tx, RequestOpened(request_id=request_id, category="probe"), subject=request_id, revision=1)
    if fail:
        raise DomainError("Так нельзя.")
    return {"request_id": str(request_id)}


@router.get("/heard")
async def count_heard(caller: Anyone, tx: Tx) -> int:
    return int((await tx.execute(select(func.count()).select_from(heard))).scalar_one())


async def on_seats_changed(event: SeatsChanged, envelope: Envelope, session: AsyncSession) -> None:
    await session.execute(insert(heard).values(group_id=event.group_id))
    if failures:
        problem = failures.pop()
        if isinstance(problem, Stuck):
            await asyncio.Event().wait()
        raise problem


HEARS: Hears = {SeatsChanged: on_seats_changed}


def seats(group_id: UUID | None = None) -> SeatsChanged:
    return SeatsChanged(group_id=group_id or uuid4(), programme_id=uuid4(), capacity=10, held=0, taken=1, waiting=0)
