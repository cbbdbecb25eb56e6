"""What operations staff may ask every service: its numbers and its parked messages."""

from typing import Annotated, Any

from fastapi import APIRouter, Request

from shared.access import Caller, gateway_only
from shared.edge import Edge
from shared.errors import NotFound
from shared.messaging.outbox import oldest_unsent
from shared.messaging.parked import ParkingPlace

router = APIRouter(prefix="/operations", route_class=Edge, tags=["operations"])
Staff = Annotated[Caller, gateway_only("operations.read", "operator", "auditor")]
Operator = Annotated[Caller, gateway_only("operations.parked", "operator")]


@router.get("/numbers")
async def numbers(request: Request, caller: Staff) -> dict[str, Any]:
    """Outbox age in seconds, waiting messages by queue, and queues that nobody hears."""
    state = request.app.state
    return {
        "service": state.name,
        "outbox_age_seconds": round(await oldest_unsent(state.engine), 3),
        "queues": await state.consumer.depth(),
        "deaf": state.hearing.last.deaf,
    }


@router.get("/parked")
async def parked(request: Request, caller: Staff) -> list[dict[str, Any]]:
    return [one.shown() for one in await place(request).look()]


@router.post("/parked/replay")
async def replay_all(request: Request, caller: Operator) -> dict[str, int]:
    return {"replayed": await place(request).replay()}


@router.post("/parked/{message_id}/replay")
async def replay(request: Request, message_id: str, caller: Operator) -> dict[str, int]:
    return {"replayed": found(await place(request).replay(message_id))}


@router.delete("/parked/{message_id}")
async def drop(request: Request, message_id: str, caller: Operator) -> dict[str, int]:
    return {"dropped": found(await place(request).drop(message_id))}


def place(request: Request) -> ParkingPlace:
    return ParkingPlace(request.app.state.name, request.app.state.consumer.wire)


def found(count: int) -> int:
    if not count:
        raise NotFound("Такого отложенного сообщения нет.")
    return count
