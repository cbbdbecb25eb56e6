"""Orders of providers, rosters and seats of their groups."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.enrollment.api.applications import Body, Many
from services.enrollment.api.people import Anyone, Provider, RosterReader
from services.enrollment.commands import orders, seats
from services.enrollment.commands.orders import Kind, OrderText
from services.enrollment.queries import groups
from services.enrollment.queries.groups import OrderCard, Roster, SeatsShown
from services.enrollment.rules.people import Line, TermCode
from shared.edge import Edge, Now, Tx

router = APIRouter(route_class=Edge, tags=["orders"])


class OrderIn(Body):
    """An order; `outcomes` by application belong to a completion, `group_id` of a transfer is where people go."""

    kind: Kind
    number: Line
    dated: date
    group_id: UUID
    application_ids: Many
    outcomes: Annotated[dict[UUID, Literal["completed", "not_completed"]], Field(max_length=100)] = {}
    reason: TermCode | None = None


class CapacityIn(Body):
    """The seats that a provider gives a group."""

    capacity: Annotated[int, Field(ge=0, le=10_000)]


@router.post("/orders", status_code=201, response_model=OrderCard)
async def sign_order(body: OrderIn, caller: Provider, tx: Tx, now: Now) -> OrderCard:
    """Sign an order and let it take effect. Gaps for the federal register are warnings of the answer, never a refusal."""
    order = await orders.sign_order(tx, OrderText(**dict(body)), caller=caller, now=now)
    return await groups.order_card(tx, order.id, caller=caller)


@router.get("/orders/{order_id}", response_model=OrderCard)
async def read_order(order_id: UUID, caller: RosterReader, tx: Tx) -> OrderCard:
    return await groups.order_card(tx, order_id, caller=caller)


@router.get("/groups/{group_id}/roster", response_model=Roster)
async def read_roster(group_id: UUID, caller: RosterReader, tx: Tx) -> Roster:
    return await groups.roster(tx, group_id, caller=caller)


@router.get("/groups/{group_id}/seats", response_model=SeatsShown)
async def read_seats(group_id: UUID, caller: Anyone, tx: Tx) -> SeatsShown:
    return await groups.seats_of(tx, group_id)


@router.put("/groups/{group_id}/capacity", response_model=SeatsShown)
async def choose_capacity(group_id: UUID, body: CapacityIn, caller: Provider, tx: Tx, now: Now) -> SeatsShown:
    """Set the capacity in force; never below the seats in use."""
    await groups.provider_of(tx, group_id, caller=caller)
    await seats.choose_capacity(tx, group_id, body.capacity, now=now)
    return await groups.seats_of(tx, group_id)
